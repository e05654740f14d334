#include "core/ready.h"

/* Marks the end of a tick as a turn; whoever pops knows it by its address. */
static const weft_frame tick_frame = {NULL, {NULL}, WEFT_FIXED_CALLBACK_STATE_, 0};

void weft_ready_init_(weft_ready_queue_ *queue)
{
    queue->head = queue->tail = &queue->tick;
    queue->tick.frame = (weft_frame *)&tick_frame; /* constant, and never written through */
}

void weft_ready_push_callback_(weft_ready_queue_ *queue, weft_wait_ *turn)
{
    turn->previous = queue->tail;
    weft_ready_push_(queue, &turn->node);
}

/* Tasks are popped without a thought for the `previous` of the next one. So that of the head is
 * stale; any other's is right, since a node leaves from further back in here alone. The head is not
 * the tail: the end of its tick is behind it. */
void weft_ready_remove_(weft_ready_queue_ *queue, weft_wait_ *turn)
{
    weft_node_ *const node = &turn->node, *const after = node->next;
    if (queue->head == node) {
        queue->head = after;
        return;
    }
    weft_node_ *const before = turn->previous;
    before->next = after;
    if (queue->tail == node)
        queue->tail = before;
    else if (weft_knows_previous_(after))
        weft_wait_of_(after)->previous = before;
}
