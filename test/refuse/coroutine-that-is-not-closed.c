/* SPDX-License-Identifier: MIT */
/* Refused: a coroutine without its WEFT_ASYNC_END.
 * gcc: expected|at end of input
 * clang: expected|function definition is not allowed
 * lines: 30
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
    weft_yield;
}
#ifndef FIXED

#else
WEFT_ASYNC_END
#endif
int after;
