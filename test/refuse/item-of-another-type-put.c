/* SPDX-License-Identifier: MIT */
/* Refused: an item put into a queue of items of another type.
 * gcc: incompatible types when assigning
 * clang: assigning to 'struct job' from incompatible type 'struct other'
 */
#include "job.h"

WEFT_QUEUE(struct job, 4) queue;

WEFT_ASYNC(putting, struct job job; struct other other;)
{
#ifndef FIXED
    weft_queue_put(&queue, self->other);
#else
    weft_queue_put(&queue, self->job);
#endif
}
WEFT_ASYNC_END

const weft_code *const uses_putting = &putting_code;
