/* SPDX-License-Identifier: MIT */
/* Refused: an item got into an object of another type.
 * gcc: incompatible types when assigning
 * clang: assigning to 'struct other' from incompatible type 'struct job'
 */
#include "job.h"

WEFT_QUEUE(struct job, 4) queue;

WEFT_ASYNC(getting, struct job job; struct other other;)
{
#ifndef FIXED
    weft_queue_get(&queue, &self->other);
#else
    weft_queue_get(&queue, &self->job);
#endif
}
WEFT_ASYNC_END

const weft_code *const uses_getting = &getting_code;
