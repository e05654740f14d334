/* SPDX-License-Identifier: MIT */
/* Refused: a coroutine called in a frame of another type.
 * gcc: weft: the frame of job is a struct job
 * clang: weft: the frame of job is a struct job
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    weft_call(job, (struct other *)self->inner);
#else
    weft_call(job, self->inner);
#endif
}
WEFT_ASYNC_END
