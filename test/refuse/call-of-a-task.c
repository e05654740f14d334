/* SPDX-License-Identifier: MIT */
/* Refused: weft_call of a task.
 * gcc: weft_call takes a pointer to that, weft_create_task one to a WEFT_TASK
 * clang: weft_call takes a pointer to that, weft_create_task one to a WEFT_TASK
 * lines: 30
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    weft_call(job, &task, 10);
#else
    weft_create_task(job, &task, 10);
#endif
}
WEFT_ASYNC_END
