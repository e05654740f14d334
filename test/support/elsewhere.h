/* SPDX-License-Identifier: MIT */
/* A coroutine that is defined in another file than the one that calls it. */
#ifndef TEST_ELSEWHERE_H
#define TEST_ELSEWHERE_H

#include "weft.h"

struct doubled {
    weft_frame frame;
    int n;
    int result;
};

WEFT_DECLARE(doubled);

#endif
