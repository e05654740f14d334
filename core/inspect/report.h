/* SPDX-License-Identifier: MIT */
/* Reports on tasks: a task's name, where its coroutines are, and what it waits for. Reports
 * allocate nothing. */
#ifndef WEFT_CORE_INSPECT_REPORT_H
#define WEFT_CORE_INSPECT_REPORT_H

#include "../awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* task.get_name(). Returns the name of the coroutine. For a coroutine of WEFT_ASYNC_NAMED, returns
 * the name that the frame's own member points to; the program owns that text. The task must have
 * been started. O(1). */
const char *weft_task_name(const weft_task *task);

/* The line of the source at which a coroutine is. */
typedef struct weft_location {
    const char *coroutine, *file;
    unsigned line; /* the line of the coroutine's current await; 0: it has not run yet */
} weft_location;

/* Returns at which line the coroutine of a frame is. weft_task_innermost and weft_task_caller
 * return the frames of a task. O(1). */
weft_location weft_frame_location(const weft_frame *frame);

/* What a task waits for. `holder` is the task that holds `object`, such as a lock; NULL: no task
 * holds `object`. If a task ended while it held a lock, `holder` may still point to that task. So a
 * program must search `holder` among the loop's tasks before it reads from this pointer. `what` is
 * one of these texts:
 *
 *     what                                   object             descriptor
 *     "sleep"                                NULL               -1
 *     "readable", "writable"                 NULL               its number
 *     "future", "task", "gather"             what it awaits     -1
 *     "lock", "semaphore", "event",          the primitive      -1
 *     "condition", "queue: get",
 *     "queue: put", "queue: join", "group",
 *     "pool", "wait", "as_completed",
 *     "shield"
 *     "nothing"                              NULL               -1
 *
 * For a task that waits at a barrier, `object` is the barrier's condition. For a task that waits
 * for a reentrant lock, `object` is the weft_lock inside. For a task that is ready, runs or has
 * ended, `what` is "nothing". It is also "nothing" if a task waited for a descriptor that is ready
 * now, and the task has not run yet. */
typedef struct weft_wait_info {
    const char *what;
    const void *object;
    const weft_task *holder;
    int descriptor;
} weft_wait_info;

/* Returns what a task waits for. The task must have been started. O(1). */
weft_wait_info weft_task_waits_for(const weft_task *task);

#ifdef __cplusplus
}
#endif
#endif
