/* SPDX-License-Identifier: MIT */
#include "threads.h"

void thread_timeout_begin(struct thread_timeout *timeout, weft_time delay)
{
    struct thread_task *const task = thread_current_;
    const weft_time when = delay < WEFT_FOREVER ? now() + delay : WEFT_FOREVER;
    *timeout = (struct thread_timeout){.when = when, .outer = task->timeout};
    task->timeout = timeout;
}

const weft_error *thread_timeout_end(struct thread_timeout *timeout, const weft_error *error)
{
    thread_current_->timeout = timeout->outer;
    return timeout->is_over && error == &weft_cancelled_error ? &weft_timeout_error : error;
}
