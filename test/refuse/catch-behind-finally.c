/* SPDX-License-Identifier: MIT */
/* Refused: a catch behind the finally.
 * gcc: weft: weft_catch belongs behind
 * clang: weft: weft_catch belongs behind
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
    weft_catch(&weft_any_error, self->error) {
    }
#else

#endif
    weft_end;
}
WEFT_ASYNC_END
