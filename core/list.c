/* SPDX-License-Identifier: MIT */
#include "core/list.h"

void weft_ready_init_(weft_ready_queue_ *queue)
{
    queue->head = queue->tail = &queue->tick;
    queue->tick.callback = WEFT_TICK_END_;
}

/* A pop does not set the `previous` of the new head, so that link is stale at the head. It is right
 * everywhere else, because only this function removes entries behind the head. The head is never
 * the tail: the end of the tick is behind it. */
void weft_ready_remove_(weft_ready_queue_ *queue, weft_wait_ *callback)
{
    weft_node_ *const node = &callback->node, *const after = node->next;
    if (queue->head == node) {
        queue->head = after;
        return;
    }
    weft_node_ *const before = callback->previous;
    before->next = after;
    if (queue->tail == node)
        queue->tail = before;
    else if (weft_knows_previous_(after))
        weft_wait_of_(after)->previous = before;
}
