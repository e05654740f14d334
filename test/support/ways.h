/* The ways out of a block, for suites that try each of them. */
#ifndef TEST_WAYS_H
#define TEST_WAYS_H

#include "helper.h"

#define WAYS "nbcrex" /* end, break, continue, return, raise, cancel */

/* In a block, in a loop: the way out `way`, if it is one that stands here. */
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
