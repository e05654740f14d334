/* The ready queue: first in, first out, in ticks.
 *
 * A tick runs exactly the entries that were there when it began. Its end is an entry of the queue
 * itself: it is at the head between two ticks, goes to the back when one begins, and that one is
 * over when it is at the head again. So the queue is never empty, and an entry costs nothing for
 * the tick.
 */
#ifndef WEFT_CORE_READY_H
#define WEFT_CORE_READY_H

#include "wait.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The queue of a loop. */
typedef struct weft_ready_queue_ {
    weft_node_ *head;
    weft_node_ *tail; /* whose `next` means nothing */
    weft_node_ tick;  /* the end of the tick; a turn, but not one that is removed */
} weft_ready_queue_;

void weft_ready_init_(weft_ready_queue_ *queue);

static inline void weft_ready_push_(weft_ready_queue_ *queue, weft_node_ *node)
{
    queue->tail->next = node;
    queue->tail = node;
}

/* Takes the head out, which is not the tail. */
static inline weft_node_ *weft_ready_pop_(weft_ready_queue_ *queue)
{
    weft_node_ *const node = queue->head;
    queue->head = node->next;
    return node;
}

/* Between two ticks: whether there is anything to run. */
static inline bool weft_ready_is_idle_(const weft_ready_queue_ *queue)
{
    return queue->tail == &queue->tick;
}

/* Between two ticks: begins one with what is there, which is not nothing. */
static inline void weft_ready_begin_tick_(weft_ready_queue_ *queue)
{
    queue->head = queue->tick.next;
    weft_ready_push_(queue, &queue->tick);
}

/* Pushes a turn, which can be taken out with weft_ready_remove_. */
void weft_ready_push_callback_(weft_ready_queue_ *queue, weft_wait_ *turn);

/* Takes out a turn from wherever it is in the queue. O(1). */
void weft_ready_remove_(weft_ready_queue_ *queue, weft_wait_ *turn);

#ifdef __cplusplus
}
#endif
#endif
