/* SPDX-License-Identifier: MIT */
/* Refused: an unbounded queue with an order of items of another type.
 * gcc: not compatible with any association
 * clang: not compatible with any generic association
 */
#include "job.h"

struct item {
    weft_queue_node node;
    int key;
};

WEFT_QUEUE_BEFORE(by_delay, struct job, a, b, a->delay < b->delay)
WEFT_QUEUE_BEFORE(by_key, struct item, a, b, a->key < b->key)

WEFT_UNBOUNDED_QUEUE(struct item, node) queue;

void init(void)
{
#ifndef FIXED
    weft_unbounded_priority_queue_init(&queue, by_delay);
#else
    weft_unbounded_priority_queue_init(&queue, by_key);
    (void)by_delay;
#endif
}
