/* SPDX-License-Identifier: MIT */
/* Refused: a catch in a with block, which has no try.
 * gcc: weft: weft_catch belongs behind
 * clang: weft: weft_catch belongs behind
 */
#include "job.h"

static weft_lock lock;
WEFT_ASYNC_BODY(job)
{
    weft_with_lock(&lock) {
        weft_yield;
    }
#ifndef FIXED
    weft_catch(&weft_any_error, self->error) {
    }
#else

#endif
    weft_end;
}
WEFT_ASYNC_END
