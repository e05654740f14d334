/* SPDX-License-Identifier: MIT */
/* Refused: an int as the delay of a callback.
 * gcc: weft: a delay has a unit: WEFT_SECONDS
 * clang: weft: a delay has a unit: WEFT_SECONDS
 * lines: 30
 */
#include "job.h"

weft_handle handle;

static void call_late(weft_loop *loop, weft_handle *called)
{
    (void)loop, (void)called;
}

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    weft_call_later(weft_running_loop(), &handle, self->delay, call_late);
#else
    weft_call_later(weft_running_loop(), &handle, WEFT_MS(self->delay), call_late);
#endif
}
WEFT_ASYNC_END
