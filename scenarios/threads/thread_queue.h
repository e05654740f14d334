/* SPDX-License-Identifier: MIT */
/* Bounded queues of items, which are copied into the queue's memory. */
#ifndef WEFT_SCENARIOS_THREAD_QUEUE_H
#define WEFT_SCENARIOS_THREAD_QUEUE_H

#include "thread_wait.h"

struct thread_queue {
    char *items;
    size_t item_size, capacity;
    size_t first, size;
    size_t unfinished; /* items that were put, for which task_done was not called yet */
    pthread_cond_t not_full, not_empty, all_done;
};

/* THREAD_QUEUE(type, capacity): a type of queue with room for so many items. */
#define THREAD_QUEUE(type, capacity)                                                               \
    struct {                                                                                       \
        struct thread_queue queue;                                                                 \
        type items[capacity];                                                                      \
    }

#define thread_queue_init(q)                                                                       \
    thread_queue_init_(&(q)->queue, (q)->items, sizeof((q)->items[0]),                             \
                       sizeof((q)->items) / sizeof((q)->items[0]))
#define thread_queue_destroy(q) thread_queue_destroy_(&(q)->queue)

/* thread_queue_put(q, const type *item, size_t *size): waits until there is room, and appends a
 * copy of the item. *size is then the number of items right after that; with NULL, it is not
 * stored. A size that is asked for later may be another one: a thread takes items at any time. */
#define thread_queue_put(q, item, size)                                                            \
    thread_queue_put_(&(q)->queue, 1 ? (item) : &(q)->items[0], size)

/* thread_queue_get(q, type *item): waits until there is an item, and removes the first one. */
#define thread_queue_get(q, item) thread_queue_get_(&(q)->queue, 1 ? (item) : &(q)->items[0])

/* Marks one item as done. Returns weft_invalid_state_error if all items are done. */
#define thread_queue_task_done(q) thread_queue_task_done_(&(q)->queue)

/* Waits until all items are done. */
#define thread_queue_join(q) thread_queue_join_(&(q)->queue)

/* ---- Private ---- */

void thread_queue_init_(struct thread_queue *queue, void *items, size_t item_size, size_t capacity);
void thread_queue_destroy_(struct thread_queue *queue);
const weft_error *thread_queue_put_(struct thread_queue *queue, const void *item, size_t *size);
const weft_error *thread_queue_get_(struct thread_queue *queue, void *item);
const weft_error *thread_queue_task_done_(struct thread_queue *queue);
const weft_error *thread_queue_join_(struct thread_queue *queue);

#endif
