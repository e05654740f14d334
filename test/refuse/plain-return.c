/* SPDX-License-Identifier: MIT */
/* Refused: C's return in a coroutine, which would not leave the blocks around it.
 * gcc: left_by_weft_return_|return. with no value
 * clang: left_by_weft_return_. should return a value
 * lines: 30
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
    weft_yield;
#ifndef FIXED
    return;
#else
    weft_return;
#endif
}
WEFT_ASYNC_END
