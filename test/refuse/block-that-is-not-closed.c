/* SPDX-License-Identifier: MIT */
/* Refused: a block without its weft_end.
 * gcc: weft: a block of this coroutine has no weft_end
 * clang: weft: a block of this coroutine has no weft_end
 * lines: 30
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
    weft_try {
        weft_yield;
    }
    weft_finally(&self->left) {
    }
#ifndef FIXED

#else
    weft_end;
#endif
}
WEFT_ASYNC_END
int after;
