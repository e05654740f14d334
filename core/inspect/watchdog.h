/* A watchdog: told of whoever kept the loop for too long. */
#ifndef WEFT_CORE_INSPECT_WATCHDOG_H
#define WEFT_CORE_INSPECT_WATCHDOG_H

#include "report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A turn of the loop that took too long: the step of a task, with those of the tasks that it
 * started eagerly; or a callback. */
typedef struct weft_slow_call {
    weft_task *task; /* NULL: it was a callback; it may have ended (weft_done) */
    /* Where the task went on from: the await that it was in, line 0 if it began. Of a callback:
     * "callback", and neither file nor line; of a turn of the loop's own, what it was for. */
    weft_location began;
    weft_function *function; /* the callback's; NULL: it was none */
    weft_time took;          /* in microseconds, by the clock of the loop's port */
} weft_slow_call;

/* What a watchdog calls. It may do what a callback may, and dump all tasks (dump.h); the turn is
 * valid until it returns. Its own time counts for nobody. */
typedef void weft_watchdog(weft_loop *loop, const weft_slow_call *turn);

/* loop.slow_callback_duration, of debug mode: has `watchdog` called after each turn that took more
 * than `longest` (WEFT_MS), from the next tick on; NULL: nobody is told any more, from now on.
 * A tick then reads the clock once more than it has turns; without a watchdog, it costs nothing.
 * weft_loop_close forgets it. O(1). */
void weft_set_watchdog(weft_loop *loop, weft_time longest, weft_watchdog *watchdog);
#ifndef __cplusplus
#define weft_set_watchdog(loop, longest, watchdog)                                                 \
    weft_set_watchdog((loop), WEFT_DELAY_(longest), (watchdog))
#endif

#ifdef __cplusplus
}
#endif
#endif
