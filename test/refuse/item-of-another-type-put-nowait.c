/* SPDX-License-Identifier: MIT */
/* Refused: an item put by put_nowait into a queue of items of another type.
 * gcc: incompatible types when assigning
 * clang: assigning to 'struct job' from incompatible type 'struct other'
 */
#include "job.h"

WEFT_QUEUE_OVER(struct job) queue;

const weft_error *put(struct job job, struct other other)
{
    (void)job, (void)other;
#ifndef FIXED
    return weft_queue_put_nowait(&queue, other);
#else
    return weft_queue_put_nowait(&queue, job);
#endif
}
