/* SPDX-License-Identifier: MIT */
/* Refused: a value put into an unbounded queue, which links its items.
 * gcc: has no member named 'items'
 * clang: no member named 'items'
 */
#include "job.h"

struct item {
    weft_queue_node node;
    int key;
};

WEFT_UNBOUNDED_QUEUE(struct item, node) queue;

const weft_error *put(struct item *item)
{
#ifndef FIXED
    return weft_queue_put_nowait(&queue, *item);
#else
    return weft_queue_put_item_nowait(&queue, item);
#endif
}
