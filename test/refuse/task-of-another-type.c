/* SPDX-License-Identifier: MIT */
/* Refused: a task started in the memory of another coroutine's task.
 * gcc: weft: the frame of other is a struct other
 * clang: weft: the frame of other is a struct other
 */
#include "job.h"

WEFT_FORWARD(other);
WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    weft_create_task(other, &task);
#else
    weft_create_task(job, &task);
#endif
}
WEFT_ASYNC_END
WEFT_ASYNC_BODY(other)
{
    weft_call(job, &self->job);
}
WEFT_ASYNC_END
#ifdef FIXED
const weft_code *const uses_other = &other_code;
#endif
