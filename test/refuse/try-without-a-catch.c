/* SPDX-License-Identifier: MIT */
/* Refused: a try that catches nothing and has no finally.
 * gcc: weft: a weft_try needs a weft_catch or a weft_finally
 * clang: weft: a weft_try needs a weft_catch or a weft_finally
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
    weft_try {
        weft_yield;
    }
#ifndef FIXED

#else
    weft_finally(&self->left) {
    }
#endif
    weft_end;
}
WEFT_ASYNC_END
