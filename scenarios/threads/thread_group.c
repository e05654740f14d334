/* SPDX-License-Identifier: MIT */
#include "threads.h"

void thread_group_begin(struct thread_group *group)
{
    *group = (struct thread_group){
        .parent = thread_current_, .is_in_body = true, .error.kind = &weft_group_error};
}

static void cancel_tasks(struct thread_group *group)
{
    group->is_aborted = true;
    for (struct thread_task *task = group->tasks; task; task = task->next_in_group)
        thread_ask_cancel_(&task->future);
}

void thread_enter_group_(struct thread_task *task)
{
    struct thread_task **end = &task->group->tasks;
    while (*end)
        end = &(*end)->next_in_group;
    *end = task;
    task->group->running++;
}

void thread_leave_group_(struct thread_task *task)
{
    struct thread_group *const group = task->group;
    group->running--;
    pthread_cond_signal(&group->parent->wake);
    if (!task->future.error || task->future.error == &weft_cancelled_error)
        return;
    struct thread_task **end = &group->failed;
    while (*end)
        end = &(*end)->next_failed;
    *end = task;
    group->error_count++;
    if (group->is_aborted)
        return;
    cancel_tasks(group);
    if (group->is_in_body) {
        group->asked_parent = true;
        thread_ask_cancel_(&group->parent->future);
    }
}

const weft_error *thread_group_end(struct thread_group *group, const weft_error *error)
{
    struct thread_task *const parent = group->parent;
    thread_lock_();
    group->is_in_body = false;
    if (group->asked_parent && error == &weft_cancelled_error)
        error = NULL; /* the group's own request, which ends here */
    else if (group->asked_parent)
        parent->cancel_asked = false; /* no wait of the body has raised it */
    if (error && !group->is_aborted)
        cancel_tasks(group);
    while (group->running > 0) {
        const weft_error *const interruption = thread_wait_(&parent->wake);
        if (!interruption)
            continue;
        error = interruption;
        cancel_tasks(group);
    }
    thread_unlock_();
    for (struct thread_task *task = group->tasks; task; task = task->next_in_group)
        thread_join_(&task->future);
    return group->failed ? &group->error : error;
}
