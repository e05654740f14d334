/* SPDX-License-Identifier: MIT */
#include "threads.h"

void thread_event_init(struct thread_event *event)
{
    event->is_set = false;
    thread_condition_init_(&event->changed);
}

void thread_event_destroy(struct thread_event *event)
{
    pthread_cond_destroy(&event->changed);
}

void thread_event_set(struct thread_event *event)
{
    thread_lock_();
    event->is_set = true;
    pthread_cond_broadcast(&event->changed);
    thread_unlock_();
}

const weft_error *thread_event_wait(struct thread_event *event)
{
    const weft_error *error = NULL;
    thread_lock_();
    while (!error && !event->is_set)
        error = thread_wait_(&event->changed);
    thread_unlock_();
    return error;
}
