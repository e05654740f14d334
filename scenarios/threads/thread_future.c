/* SPDX-License-Identifier: MIT */
#include "threads.h"

#include <string.h>

void thread_complete_(struct thread_future *future, const weft_error *error)
{
    future->is_done = true;
    future->error = error;
    if (future->callback) {
        struct thread_future **end = &thread_current_->callbacks;
        while (*end)
            end = &(*end)->next_callback;
        *end = future;
    }
    if (future->waiter)
        pthread_cond_signal(&future->waiter->wake);
}

const weft_error *thread_complete_future_(struct thread_future *future, const weft_error *error,
                                          void *result, const void *value, size_t size)
{
    thread_lock_();
    const bool was_done = future->is_done;
    if (!was_done) {
        if (size)
            memcpy(result, value, size);
        thread_complete_(future, error);
    }
    thread_unlock_();
    return was_done ? &weft_invalid_state_error : NULL;
}

bool thread_call_callbacks_(void)
{
    struct thread_future *first = thread_current_->callbacks;
    if (!first)
        return false;
    thread_current_->callbacks = NULL;
    thread_unlock_();
    while (first) {
        struct thread_future *const future = first;
        first = future->next_callback;
        future->callback(future);
    }
    thread_lock_();
    return true;
}

const weft_error *thread_wait_for_(struct thread_future *future)
{
    const weft_error *error = NULL;
    future->waiter = thread_current_;
    while (!error && !future->is_done)
        error = thread_wait_(&thread_current_->wake);
    future->waiter = NULL;
    return error;
}

const weft_error *thread_await_(struct thread_future *future)
{
    thread_lock_();
    const weft_error *interruption = thread_wait_for_(future);
    const bool was_done = future->is_done;
    while (!future->is_done) {
        thread_ask_cancel_(future);
        (void)thread_wait_for_(future);
    }
    const weft_error *const error = was_done && interruption ? interruption : future->error;
    thread_unlock_();
    thread_join_(future);
    return error;
}

void thread_ask_cancel_(struct thread_future *future)
{
    if (future->is_done)
        return;
    if (!future->task) {
        thread_complete_(future, &weft_cancelled_error);
        return;
    }
    future->task->cancel_asked = true;
    if (future->task->waits_on)
        pthread_cond_broadcast(future->task->waits_on);
}

void thread_cancel_(struct thread_future *future)
{
    thread_lock_();
    thread_ask_cancel_(future);
    thread_unlock_();
}
