/* SPDX-License-Identifier: MIT */
/* Refused: a coroutine behind line 9999, whose line numbers cannot be states.
 * gcc: must end before line 10,000
 * clang: must end before line 10,000
 */
#include "job.h"

#ifndef FIXED
#line 9997
#endif
WEFT_ASYNC_BODY(job)
{
    weft_yield;


}
WEFT_ASYNC_END
