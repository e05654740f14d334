/* SPDX-License-Identifier: MIT */
/* Refused: an argument that the coroutine does not have.
 * gcc: has no member named 'dely'
 * clang: field designator 'dely' does not refer
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    weft_call(job, self->inner, .dely = 1);
#else
    weft_call(job, self->inner, .delay = 1);
#endif
}
WEFT_ASYNC_END
