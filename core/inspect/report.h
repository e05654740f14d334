/* Reports on tasks: a task's name, where its coroutines are, and what it waits for. Allocates
 * nothing. */
#ifndef WEFT_CORE_INSPECT_REPORT_H
#define WEFT_CORE_INSPECT_REPORT_H

#include "../awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* task.get_name(). Returns the coroutine's name, or the name in the frame's own member
 * (WEFT_ASYNC_NAMED). The frame owns the latter. The task must have been started. O(1). */
const char *weft_task_name(const weft_task *task);

/* The place of a coroutine in the source. */
typedef struct weft_location {
    const char *coroutine, *file;
    unsigned line; /* of the await that the coroutine is in; 0: it has not run yet */
} weft_location;

/* Returns where the coroutine of a frame is (weft_task_innermost, weft_task_caller). O(1). */
weft_location weft_frame_location(const weft_frame *frame);

/* What a task waits for. `holder` is the task that holds the object; NULL: none, or the object
 * cannot be held. A task that ended while it held a lock may still be named. So compare the pointer
 * with the loop's tasks before you use it. `what` is one of these:
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
 * A barrier's wait is its condition's, and a reentrant lock's is its lock's. A task that is ready,
 * runs or has ended waits for "nothing". So does a task whose descriptor is ready, but which has
 * not run yet. */
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
