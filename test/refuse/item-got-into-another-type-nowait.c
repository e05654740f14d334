/* SPDX-License-Identifier: MIT */
/* Refused: an item got by get_nowait into an object of another type.
 * gcc: incompatible types when assigning
 * clang: assigning to 'struct other' from incompatible type 'struct job'
 */
#include "job.h"

WEFT_QUEUE(struct job, 4) queue;

const weft_error *get(struct job *job, struct other *other)
{
    (void)job, (void)other;
#ifndef FIXED
    return weft_queue_get_nowait(&queue, other);
#else
    return weft_queue_get_nowait(&queue, job);
#endif
}
