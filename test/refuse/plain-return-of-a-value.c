/* SPDX-License-Identifier: MIT */
/* Refused: C's return of a value in a coroutine, which would not leave the blocks around it.
 * gcc: weft_use_weft_return_value_
 * clang: weft_use_weft_return_value_
 * lines: 30
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
    weft_yield;
#ifndef FIXED
    return 0;
#else
    weft_return;
#endif
}
WEFT_ASYNC_END
