/* SPDX-License-Identifier: MIT */
/* Task groups: a block that ends when the threads that were started in it have ended. If one of
 * them fails, the group cancels the others. */
#ifndef WEFT_SCENARIOS_THREAD_GROUP_H
#define WEFT_SCENARIOS_THREAD_GROUP_H

#include "thread_task.h"

struct thread_group {
    struct thread_task *parent; /* the task whose block this is */
    struct thread_task *tasks;  /* all tasks, in the order of creation */
    int running;
    bool is_in_body;            /* the parent has not come to the end of the block yet */
    bool is_aborted;            /* the tasks have been cancelled */
    bool asked_parent;          /* the parent has been cancelled too, since it was in the body */
    weft_error error;           /* of the kind weft_group_error */
    size_t error_count;         /* length of `failed` */
    struct thread_task *failed; /* tasks that ended with an error, the first one first; next_failed
                                   is the next one */
};

/* async with asyncio.TaskGroup() as tg: begins the block. */
void thread_group_begin(struct thread_group *group);

/* tg.create_task(...) */
#define thread_group_create_task(group, name, slot, ...)                                           \
    (thread_begin(name, &(slot)->frame, __VA_ARGS__),                                              \
     thread_start_(&(slot)->task, &(slot)->frame, group))

/* Ends the block: waits until all tasks have ended, and joins their threads. `error` is the error
 * with which the body ended, or NULL; if it is not NULL, the group cancels its tasks first. Returns
 * an error of the kind weft_group_error if tasks have failed, else the cancellation of the parent
 * or `error`. */
const weft_error *thread_group_end(struct thread_group *group, const weft_error *error);

/* ---- Private: with the mutex held ---- */

void thread_enter_group_(struct thread_task *task);
void thread_leave_group_(struct thread_task *task);

#endif
