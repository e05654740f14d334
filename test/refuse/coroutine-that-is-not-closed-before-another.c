/* SPDX-License-Identifier: MIT */
/* Refused: a coroutine without its WEFT_ASYNC_END, before another one.
 * gcc: weft: the coroutine above has no WEFT_ASYNC_END
 * clang: weft: the coroutine above has no WEFT_ASYNC_END
 * lines: 30
 */
#include "job.h"

WEFT_ASYNC(first, int id;)
{
    weft_yield;
}
#ifdef FIXED
WEFT_ASYNC_END
#endif

WEFT_ASYNC_BODY(job)
{
    weft_yield;
}
WEFT_ASYNC_END
