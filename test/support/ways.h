/* SPDX-License-Identifier: MIT */
/* The ways to leave a block. Suites try each of them. */
#ifndef TEST_WAYS_H
#define TEST_WAYS_H

#include "helper.h"

#define WAYS "nbcrex" /* end, break, continue, return, raise, cancel */

/* Leaves a block inside a loop by `way`, if it is a way that a statement can take. */
#define LEAVE(way)                                                                                 \
    if ((way) == 'b')                                                                              \
        break;                                                                                     \
    if ((way) == 'c')                                                                              \
        continue;                                                                                  \
    if ((way) == 'r')                                                                              \
        weft_return;                                                                               \
    if ((way) == 'e')                                                                              \
        weft_raise(&fail);                                                                         \
    if ((way) == 'x')                                                                              \
        weft_sleep(cancelled_soon(weft_current_task()));

#endif
