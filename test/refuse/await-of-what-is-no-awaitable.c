/* SPDX-License-Identifier: MIT */
/* Refused: an await of an object that is not an awaitable.
 * gcc: has no member named 'weft_await_takes_a_task_or_future_and_weft_call_a_frame_'
 * clang: no member named 'weft_await_takes_a_task_or_future_and_weft_call_a_frame_'
 * lines: 30
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    weft_await(self->inner);
#else
    weft_await(&task);
#endif
}
WEFT_ASYNC_END
