/* SPDX-License-Identifier: MIT */
/* Refused: a queue of jobs, with an order of another type.
 * gcc: not compatible with any association
 * clang: not compatible with any generic association
 */
#include "job.h"

WEFT_QUEUE_BEFORE(by_delay, struct job, a, b, a->delay < b->delay)
WEFT_QUEUE_BEFORE(by_job, struct other, a, b, by_delay(&a->job, &b->job))

WEFT_QUEUE(struct job, 4) queue;

void init(void)
{
#ifndef FIXED
    weft_priority_queue_init(&queue, by_job);
#else
    weft_priority_queue_init(&queue, by_delay);
    (void)by_job;
#endif
}
