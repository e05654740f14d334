/* SPDX-License-Identifier: MIT */
/* Refused with -Werror: an item of another type put into an unbounded queue.
 * flags: -Werror
 * gcc: incompatible pointer type|incompatible-pointer-types
 * clang: incompatible pointer types assigning to 'struct item \*' from 'struct job \*'
 */
#include "job.h"

struct item {
    weft_queue_node node;
    int key;
};

WEFT_UNBOUNDED_QUEUE(struct item, node) queue;

const weft_error *put(struct item *item, struct job *job)
{
    (void)item, (void)job;
#ifndef FIXED
    return weft_queue_put_item_nowait(&queue, job);
#else
    return weft_queue_put_item_nowait(&queue, item);
#endif
}
