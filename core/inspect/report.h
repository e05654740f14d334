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

/* Where a coroutine is in the source. */
typedef struct weft_location {
    const char *coroutine, *file;
    unsigned line; /* the line of its current await; 0: the coroutine has not run yet */
} weft_location;

/* Returns where the coroutine of a frame is. weft_task_innermost and weft_task_caller return
 * frames. O(1). */
weft_location weft_frame_location(const weft_frame *frame);

/* What a task waits for. `holder` is the task that holds `object`; NULL: no task, or such an object
 * has no holder. If a task ended while it held a lock, `holder` may still point to that task. So
 * compare the pointer with the loop's tasks before you use it. `what` is one of these:
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
 * A task in a barrier's wait waits for the barrier's condition. A task in a reentrant lock's wait
 * waits for the lock inside. A task that is ready, runs or has ended waits for "nothing". If a
 * task's descriptor is ready and the task has not run yet, the task waits for "nothing" too. */
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
