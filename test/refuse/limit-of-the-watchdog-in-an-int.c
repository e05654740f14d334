/* SPDX-License-Identifier: MIT */
/* Refused: an int as the watchdog's limit.
 * gcc: weft: a delay has a unit: WEFT_SECONDS
 * clang: weft: a delay has a unit: WEFT_SECONDS
 * lines: 30
 */
#include "job.h"

static void tell(weft_loop *loop, const weft_slow_call *slow)
{
    (void)loop, (void)slow;
}

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    weft_set_watchdog(weft_running_loop(), 100, tell);
#else
    weft_set_watchdog(weft_running_loop(), WEFT_MS(100), tell);
#endif
}
WEFT_ASYNC_END
