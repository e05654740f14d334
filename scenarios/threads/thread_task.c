/* SPDX-License-Identifier: MIT */
#include "threads.h"

#include <sched.h>

_Thread_local struct thread_task *thread_current_;
struct thread_task *thread_tasks_;

void thread_adopt_(struct thread_task *task)
{
    *task = (struct thread_task){.future.task = task};
    thread_condition_init_(&task->wake);
    thread_current_ = task;
}

static const struct thread_code *code_of(const struct thread_task *task)
{
    return *(const struct thread_code *const *)task->frame;
}

static void *run(void *argument)
{
    struct thread_task *const task = argument;
    thread_current_ = task;
    thread_lock_(); /* thread_start_ holds the mutex until it has stored task->thread */
    const weft_error *error = &weft_cancelled_error;
    if (!task->cancel_asked) {
        thread_unlock_();
        error = code_of(task)->run(task->frame);
        thread_lock_();
    }
    while (thread_call_callbacks_())
        continue;
    thread_complete_(&task->future, error);
    if (task->group)
        thread_leave_group_(task);
    thread_unlock_();
    return NULL;
}

void thread_start_(struct thread_task *task, void *frame, struct thread_group *group)
{
    *task = (struct thread_task){.future.task = task, .frame = frame, .group = group};
    thread_condition_init_(&task->wake);
    thread_lock_();
    task->next = thread_tasks_;
    thread_tasks_ = task;
    if (group)
        thread_enter_group_(task);
    thread_require_(pthread_create(&task->thread, NULL, run, task), "pthread_create");
    thread_unlock_();
}

void thread_join_(struct thread_future *future)
{
    struct thread_task *const task = future->task;
    thread_lock_();
    const bool joins = task && future->is_done && !task->is_joined;
    if (joins) {
        task->is_joined = true;
        struct thread_task **at = &thread_tasks_;
        while (*at && *at != task)
            at = &(*at)->next;
        if (*at) /* it is not in the list if its lesson was stopped */
            *at = task->next;
    }
    thread_unlock_();
    if (!joins)
        return;
    thread_require_(pthread_join(task->thread, NULL), "pthread_join");
    pthread_cond_destroy(&task->wake);
}

const weft_error *thread_sleep(weft_time delay)
{
    const weft_time until = now() + delay;
    const weft_error *error;
    thread_lock_();
    do
        error = thread_wait_until_(&thread_current_->wake, until);
    while (!error && now() < until);
    thread_unlock_();
    if (delay == 0)
        sched_yield();
    return error;
}
