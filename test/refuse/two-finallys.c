/* SPDX-License-Identifier: MIT */
/* Refused: a second finally.
 * gcc: weft: weft_finally belongs behind
 * clang: weft: weft_finally belongs behind
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
    weft_finally(&self->left) {
    }
#else

#endif
    weft_end;
}
WEFT_ASYNC_END
