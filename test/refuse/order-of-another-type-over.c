/* SPDX-License-Identifier: MIT */
/* Refused: a queue over an array of jobs, with an order of another type.
 * gcc: not compatible with any association
 * clang: not compatible with any generic association
 */
#include "job.h"

WEFT_QUEUE_BEFORE(lesser, long, a, b, *a < *b)
WEFT_QUEUE_BEFORE(lesser_int, int, a, b, *a < *b)

WEFT_QUEUE_OVER(int) queue;
int items[4];

void init(void)
{
#ifndef FIXED
    weft_priority_queue_init_over(&queue, items, 4, lesser);
#else
    weft_priority_queue_init_over(&queue, items, 4, lesser_int);
    (void)lesser;
#endif
}
