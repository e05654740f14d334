/* SPDX-License-Identifier: MIT */
/* Refused: a try block in a function that a coroutine calls.
 * gcc: weft: an await stands in the body of a WEFT_ASYNC
 * clang: weft: an await stands in the body of a WEFT_ASYNC
 * lines: 30
 */
#include "job.h"

#ifndef FIXED
static void helper(void)
{
    weft_try {
    }
    weft_catch(&weft_any_error) {
    }
    weft_end;
}
#endif

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    helper();
#else
    weft_try {
    }
    weft_catch(&weft_any_error) {
    }
    weft_end;
#endif
}
WEFT_ASYNC_END
