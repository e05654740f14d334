/* SPDX-License-Identifier: MIT */
/* A watchdog: a function of the program that the loop calls after a slow call. A slow call is a
 * step of a task, or a callback, that took longer than a limit. During a slow call no other task
 * can run. */
#ifndef WEFT_CORE_INSPECT_WATCHDOG_H
#define WEFT_CORE_INSPECT_WATCHDOG_H

#include "report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A slow call: a callback, or a step of a task, that took too long. A step is what a task runs from
 * one await to the next. If a step creates an eager task, the first step of the eager task is
 * included. */
typedef struct weft_slow_call {
    weft_task *task; /* the task that ran, and may have ended since; NULL: a callback ran */
    /* For a task, `location` is the await after which the slow step began; if the line is 0, the
     * step was the task's first. For a callback, location.coroutine is "callback", or the purpose
     * of a callback of weft itself; the file and the line are not set. */
    weft_location location;
    weft_function *function; /* the program's callback; NULL: no callback of the program ran */
    weft_time duration;      /* the time that the call took, in microseconds */
} weft_slow_call;

/* The type of a watchdog: a function that the loop calls after a slow call. It may do what a
 * callback may do, and may dump all tasks (dump.h). *call is valid until the function returns. The
 * time that the watchdog itself takes is not counted for any call. */
typedef void weft_watchdog(weft_loop *loop, const weft_slow_call *call);

/* loop.slow_callback_duration, of asyncio's debug mode. From the next tick (iteration of the loop)
 * on, the loop calls `watchdog` after each step or callback that took more than `longest`
 * (WEFT_MS). If `watchdog` is NULL, removes the watchdog at once. weft_loop_close removes the
 * watchdog too. O(1). A loop with a watchdog reads the clock at the start of each tick, and after
 * each step and each callback. A loop without a watchdog does not. */
void weft_set_watchdog(weft_loop *loop, weft_time longest, weft_watchdog *watchdog);
#ifndef __cplusplus
#define weft_set_watchdog(loop, longest, watchdog)                                                 \
    weft_set_watchdog((loop), WEFT_DELAY_(longest), (watchdog))
#endif

/* ---- Private ---- */

/* Describes the task or callback that the loop is about to run. */
weft_slow_call weft_begin_call_(const weft_loop *loop, weft_node_ *node);

/* Makes the loop call the functions of `inspection`. If `inspection` is NULL, the loop calls no
 * such functions, unless it has an observer. */
void weft_set_inspection_(weft_loop *loop, const weft_inspection_ *inspection);

/* Makes the loop call the functions that its watchdog and its observer need. Keeps those of debug
 * mode. */
void weft_update_inspection_(weft_loop *loop);

#ifdef __cplusplus
}
#endif
#endif
