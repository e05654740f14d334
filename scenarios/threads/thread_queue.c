/* SPDX-License-Identifier: MIT */
#include "threads.h"

#include <string.h>

void thread_queue_init_(struct thread_queue *queue, void *items, size_t item_size, size_t capacity)
{
    *queue = (struct thread_queue){.items = items, .item_size = item_size, .capacity = capacity};
    thread_condition_init_(&queue->not_full);
    thread_condition_init_(&queue->not_empty);
    thread_condition_init_(&queue->all_done);
}

void thread_queue_destroy_(struct thread_queue *queue)
{
    pthread_cond_destroy(&queue->not_full);
    pthread_cond_destroy(&queue->not_empty);
    pthread_cond_destroy(&queue->all_done);
}

/* Returns the memory of the item at `index`, counted from the first item. */
static char *item_at(const struct thread_queue *queue, size_t index)
{
    return queue->items + (queue->first + index) % queue->capacity * queue->item_size;
}

const weft_error *thread_queue_put_(struct thread_queue *queue, const void *item, size_t *size)
{
    const weft_error *error = NULL;
    thread_lock_();
    while (!error && queue->size == queue->capacity)
        error = thread_wait_(&queue->not_full);
    if (!error) {
        memcpy(item_at(queue, queue->size), item, queue->item_size);
        queue->size++;
        queue->unfinished++;
        if (size)
            *size = queue->size;
        pthread_cond_signal(&queue->not_empty);
    } else {
        pthread_cond_signal(&queue->not_full); /* maybe this task took another one's wake-up */
    }
    thread_unlock_();
    return error;
}

const weft_error *thread_queue_get_(struct thread_queue *queue, void *item)
{
    const weft_error *error = NULL;
    thread_lock_();
    while (!error && queue->size == 0)
        error = thread_wait_(&queue->not_empty);
    if (!error) {
        memcpy(item, item_at(queue, 0), queue->item_size);
        queue->first = (queue->first + 1) % queue->capacity;
        queue->size--;
        pthread_cond_signal(&queue->not_full);
    } else {
        pthread_cond_signal(&queue->not_empty);
    }
    thread_unlock_();
    return error;
}

const weft_error *thread_queue_task_done_(struct thread_queue *queue)
{
    thread_lock_();
    const bool was_done = queue->unfinished == 0;
    if (!was_done && --queue->unfinished == 0)
        pthread_cond_broadcast(&queue->all_done);
    thread_unlock_();
    return was_done ? &weft_invalid_state_error : NULL;
}

const weft_error *thread_queue_join_(struct thread_queue *queue)
{
    const weft_error *error = NULL;
    thread_lock_();
    while (!error && queue->unfinished > 0)
        error = thread_wait_(&queue->all_done);
    thread_unlock_();
    return error;
}
