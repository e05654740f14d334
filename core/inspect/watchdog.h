/* SPDX-License-Identifier: MIT */
/* A watchdog: a function that the loop calls after a slow call. During a slow call no other task
 * can run. */
#ifndef WEFT_CORE_INSPECT_WATCHDOG_H
#define WEFT_CORE_INSPECT_WATCHDOG_H

#include "report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A slow call: a callback, or the step of a task, that took too long. A step is what a task runs
 * from one await to the next. If a step starts an eager task, the first step of the eager task is
 * included. */
typedef struct weft_slow_call {
    weft_task *task; /* the task that ran; it may have ended since. NULL: a callback ran */
    /* For a task: the await after which the step began; line 0: the task's first step. For a
     * callback: `coroutine` is "callback", or the purpose of a callback of the loop itself; file
     * and line are not set. */
    weft_location location;
    weft_function *function; /* the program's callback; NULL: something else ran */
    weft_time duration;      /* microseconds of the loop's clock */
} weft_slow_call;

/* A function that the loop calls after a slow call. It may do what a callback may do, and may dump
 * all tasks (dump.h). *call is valid until the function returns. The time that the function takes
 * is not counted for any call. */
typedef void weft_watchdog(weft_loop *loop, const weft_slow_call *call);

/* loop.slow_callback_duration, of asyncio's debug mode. From the next tick (iteration of the loop)
 * on, the loop calls `watchdog` after each call that took more than `longest` (WEFT_MS). If
 * `watchdog` is NULL, removes the watchdog at once. weft_loop_close removes the watchdog too. O(1).
 * With a watchdog, a tick reads the clock once, and once more after each call. Without a watchdog,
 * a tick costs nothing more. */
void weft_set_watchdog(weft_loop *loop, weft_time longest, weft_watchdog *watchdog);
#ifndef __cplusplus
#define weft_set_watchdog(loop, longest, watchdog)                                                 \
    weft_set_watchdog((loop), WEFT_DELAY_(longest), (watchdog))
#endif

/* ---- Private ---- */

/* Returns what is to be run, before it runs. */
weft_slow_call weft_begin_call_(const weft_loop *loop, weft_node_ *node);

/* Has the loop inspected by `inspection`; NULL: by nobody. */
void weft_set_inspection_(weft_loop *loop, const weft_inspection_ *inspection);

#ifdef __cplusplus
}
#endif
#endif
