/* SPDX-License-Identifier: MIT */
/* Refused: a catch without a try.
 * gcc: weft: weft_catch belongs behind
 * clang: weft: weft_catch belongs behind
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
    weft_yield;
#ifdef FIXED
    weft_try {
        weft_yield;
    }
#endif
    weft_catch(&weft_any_error) {
        weft_yield;
    }
    weft_end;
}
WEFT_ASYNC_END
