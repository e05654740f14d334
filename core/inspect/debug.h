/* SPDX-License-Identifier: MIT */
/* The debug mode: reports what a program does wrong, or slowly. For POSIX systems.
 *
 *     weft_loop_init(&loop, &backend.backend);
 *     weft_set_debug(&loop, true);
 *
 * It writes a line to standard error, or to a function of the program, for
 *
 *   an error that nobody retrieved   crawl.c: task fetch failed and nobody retrieved the error: ...
 *   a slow call                      crawl.c:31: task fetch kept the loop for 150 ms
 *   a coroutine never awaited        crawl.c: coroutine fetch, begun at line 12, was never awaited:
 *                                    its frame is used again
 *
 * It panics (panic.h) with the line of the program where that is known, for
 *
 *   use from another thread     A thread other than the one that runs the loop sets a future,
 *                               cancels, creates a task, asks for a call, or stops the loop; or it
 *                               wakes a task of the loop through a primitive that both threads use.
 *   use in a child after fork   threadsafe.h says what a child may do with its parent's loop.
 *
 * What it does not see: two threads that use one primitive while no task waits for it; a frame in
 * memory of its own, not in that of a task, that is freed and not used again; a coroutine that a
 * callback or a plain function begins.
 *
 * Cost, while it is on: each call reads the clock and asks for the process, and each weft_call and
 * each new task looks through the coroutines that were begun. While it is off: nothing in a yield
 * or where a primitive wakes a task; elsewhere 2 instructions (doc/design.md, "Debug mode").
 */
#ifndef WEFT_CORE_INSPECT_DEBUG_H
#define WEFT_CORE_INSPECT_DEBUG_H

#include "dump.h"
#include "print_error.h"
#include "watchdog.h"

#ifdef __cplusplus
extern "C" {
#endif

/* loop.set_debug(enabled). Turns the debug mode of the loop on or off. It is off at first, and
 * after weft_loop_close. While it is on, calls above 100 ms are slow, unless the loop has a
 * watchdog, or weft_set_slow_call has set another limit before. Must be called in the loop's
 * thread, or before another thread uses the loop. O(1); to turn the mode off is O(coroutines that
 * were begun and not awaited). */
void weft_set_debug(weft_loop *loop, bool enabled);

/* loop.get_debug(). Returns true if the debug mode is on. O(1). */
bool weft_get_debug(const weft_loop *loop);

/* loop.slow_callback_duration. Sets the limit for slow calls to `longest` microseconds, at least 1;
 * WEFT_FOREVER: no call is slow. The limit is also that of the loop's watchdog (weft_set_watchdog),
 * which is called in place of the message. Without debug mode and watchdog, nothing is timed.
 * O(1). */
void weft_set_slow_call(weft_loop *loop, weft_time longest);
#ifndef __cplusplus
#define weft_set_slow_call(loop, longest) weft_set_slow_call((loop), WEFT_DELAY_(longest))
#endif

/* Where the messages go. `write` gets each in pieces, the last of which ends with a newline, and
 * `to`. It must not run, create, start, cancel or wake anything. */
struct weft_debug_output {
    weft_write *write;
    void *to;
};

/* Has the messages written to *output; NULL: to standard error. The program owns *output, and must
 * keep it as long as the debug mode is on. O(1). */
void weft_set_debug_output(weft_loop *loop, const weft_debug_output *output);

#ifdef __cplusplus
}
#endif
#endif
