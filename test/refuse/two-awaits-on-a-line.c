/* SPDX-License-Identifier: MIT */
/* Refused: two awaits on one line, which would have the same state.
 * gcc: duplicate label 'weft_only_one_await_may_stand_on_line_13'
 * clang: duplicate case value 'weft_only_one_await_may_stand_on_a_line_'
 * lines: 30
 * gcc lines: 34
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
