/* A watchdog: reports slow calls, during which no other task could run. */
#ifndef WEFT_CORE_INSPECT_WATCHDOG_H
#define WEFT_CORE_INSPECT_WATCHDOG_H

#include "report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A call from the loop that took too long: a callback, or the step of a task. A step includes the
 * steps of the tasks that it started eagerly. */
typedef struct weft_slow_call {
    weft_task *task; /* may have ended (weft_done); NULL: the call was a callback */
    /* A task: the await from which the task went on; line 0: it began. A callback: the coroutine is
     * "callback", or, for a callback of the loop itself, its purpose; no file and no line. */
    weft_location location;
    weft_function *function; /* the program's callback; NULL: the call was something else */
    weft_time duration;      /* microseconds, by the clock of the loop's backend */
} weft_slow_call;

/* A function that is called after a slow call. It may do what a callback may do, and may dump all
 * tasks (dump.h). *call is valid until it returns. Its own time counts for no call. */
typedef void weft_watchdog(weft_loop *loop, const weft_slow_call *call);

/* loop.slow_callback_duration, of asyncio's debug mode. Has the loop call `watchdog` after each
 * call that took more than `longest` (WEFT_MS), from the next tick on. NULL: no watchdog, from
 * now on. Cost: O(1), then in each tick one reading of the clock for each call, and another for the
 * tick. Without a watchdog a tick costs nothing more. weft_loop_close removes the watchdog. */
void weft_set_watchdog(weft_loop *loop, weft_time longest, weft_watchdog *watchdog);
#ifndef __cplusplus
#define weft_set_watchdog(loop, longest, watchdog)                                                 \
    weft_set_watchdog((loop), WEFT_DELAY_(longest), (watchdog))
#endif

#ifdef __cplusplus
}
#endif
#endif
