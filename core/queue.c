#include "core/queue.h"

void weft_queue_push_turn_(weft_queue *queue, weft_wait *turn)
{
    turn->previous = weft_queue_back_(queue); /* means nothing if the queue is empty */
    weft_queue_push_(queue, &turn->node);
}

/* Tasks are popped without a thought for the `previous` of the next one. So that of the head is
 * stale; any other's is right, since a node leaves from further back in here alone. */
void weft_queue_remove_(weft_queue *queue, weft_wait *turn)
{
    const bool first = queue->head == &turn->node;
    weft_node *const before = first ? queue->running : turn->previous;
    weft_node *const after = turn->node.next;
    if (first)
        queue->head = after;
    else
        before->next = after;
    if (!after)
        queue->tail = first ? &queue->head : &before->next;
    else if (weft_is_turn_(after))
        weft_wait_of_(after)->previous = before;
    if (queue->last == &turn->node)
        queue->last = before;
}
