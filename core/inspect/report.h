/* Looking at tasks: which there are, where each is, and what it waits for. Nothing is allocated. */
#ifndef WEFT_CORE_INSPECT_REPORT_H
#define WEFT_CORE_INSPECT_REPORT_H

#include "../awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* task.get_name(): the coroutine's name, or what the frame's own member says (WEFT_ASYNC_NAMED),
 * which is the frame's; *task has been started. O(1). */
const char *weft_task_name(const weft_task *task);

/* Where a coroutine is: the line of the await it is in (0: it has not run yet). */
typedef struct weft_location {
    const char *coroutine, *file;
    unsigned line;
} weft_location;

/* Returns where the coroutine of a frame is (weft_task_innermost, weft_task_caller). O(1). */
weft_location weft_frame_location(const weft_frame *frame);

/* What a task waits for: `what` is "sleep", "readable" or "writable" (its `descriptor`), "future",
 * "task", "gather", or a primitive's name ("lock", "semaphore", "event", "condition", "queue: get",
 * "queue: put", "queue: join", "group", "pool", "wait", "as_completed", "shield"; a barrier's is
 * its condition's, a reentrant lock's its lock's), `object` the future, task or primitive itself
 * (NULL for a sleep and a descriptor), and `holder` the task that holds it, if it is one that can
 * be held and somebody does. (A task that ended with a lock in its hands may still be named;
 * compare before you look at it.) A task that is ready (or its descriptor is, and its turn still
 * to come), runs or has ended: "nothing". */
typedef struct weft_wait_info {
    const char *what;
    const void *object;
    const weft_task *holder;
    int descriptor; /* -1: none */
} weft_wait_info;

/* Of a task that has been started. O(1). */
weft_wait_info weft_task_waits_for(const weft_task *task);

#ifdef __cplusplus
}
#endif
#endif
