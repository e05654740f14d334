/* SPDX-License-Identifier: MIT */
/* Refused with -Werror: an item got into a pointer to another type.
 * flags: -Werror
 * gcc: incompatible pointer type|incompatible-pointer-types
 * clang: incompatible pointer types assigning to 'struct job \*' from 'struct item \*'
 */
#include "job.h"

struct item {
    weft_queue_node node;
    int key;
};

WEFT_UNBOUNDED_QUEUE(struct item, node) queue;

WEFT_ASYNC(getting, struct item *item; struct job *job;)
{
#ifndef FIXED
    weft_queue_get_item(&queue, &self->job);
#else
    weft_queue_get_item(&queue, &self->item);
#endif
}
WEFT_ASYNC_END

const weft_code *const uses_getting = &getting_code;
