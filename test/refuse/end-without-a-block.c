/* SPDX-License-Identifier: MIT */
/* Refused: a weft_end without a block.
 * gcc: weft: weft_end without a block before it
 * clang: weft: weft_end without a block before it
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
    weft_yield;
#ifndef FIXED
    weft_end;
#else

#endif
}
WEFT_ASYNC_END
