/* The ready queue: first in, first out, in snapshots called ticks. */
#ifndef WEFT_CORE_QUEUE_H
#define WEFT_CORE_QUEUE_H

#include "core/wait.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_queue {
    weft_node *head;
    weft_node **tail;   /* where the next one is linked: &head, or the last node's next */
    weft_node *last;    /* the last one of this tick */
    weft_node *running; /* whose turn it is */
} weft_queue;

static inline void weft_queue_init_(weft_queue *queue)
{
    queue->head = NULL;
    queue->tail = &queue->head;
    queue->last = NULL;
    queue->running = NULL;
}

static inline void weft_queue_push_(weft_queue *queue, weft_node *node)
{
    node->next = NULL;
    *queue->tail = node;
    queue->tail = &node->next;
}

static inline weft_node *weft_queue_pop_(weft_queue *queue)
{
    weft_node *const node = queue->head;
    queue->head = node->next;
    if (!queue->head)
        queue->tail = &queue->head;
    return node;
}

/* The node that was pushed last. The queue is not empty. */
static inline weft_node *weft_queue_back_(const weft_queue *queue)
{
    return (weft_node *)(void *)queue->tail; /* `next` is a node's first member */
}

/* Pushes a turn, which can be taken out with weft_queue_remove_. */
void weft_queue_push_turn_(weft_queue *queue, weft_wait *turn);

/* Takes out a turn from wherever it is in the queue. O(1). */
void weft_queue_remove_(weft_queue *queue, weft_wait *turn);

#ifdef __cplusplus
}
#endif
#endif
