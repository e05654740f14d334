/* SPDX-License-Identifier: MIT */
/* Refused: two awaits on one line, which would have the same state.
 * gcc: duplicate case value
 * clang: duplicate case value
 * lines: 30
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    weft_yield; weft_yield;
#else
    weft_yield;
    weft_yield;
#endif
}
WEFT_ASYNC_END
