/* SPDX-License-Identifier: MIT */
/* The debug mode: reports what a program does wrong, or slowly. For POSIX systems.
 *
 *     weft_loop_init(&loop, &backend.backend);
 *     weft_set_debug(&loop, true);
 *
 * Debug mode writes a line to standard error, or to a function of the program, for an error that
 * nobody retrieved, for a slow step of a task, and for a coroutine that was begun and never
 * awaited:
 *
 *     crawl.c: task fetch failed and nobody retrieved the error: no route to host
 *     crawl.c:31: task fetch kept the loop for 150 ms
 *     crawl.c: coroutine fetch, begun at line 12, was never awaited: its frame is used again
 *
 * Debug mode panics (panic.h) in three cases. In the first case, a thread other than the one that
 * runs the loop creates or cancels a task, sets a future, requests a callback, or stops the loop.
 * In the second case, such a thread wakes a task of the loop through a primitive, such as a lock,
 * that both threads use. In the third case, a child process uses its parent's loop after fork() in
 * a way that threadsafe.h does not allow. The panic names the line of the program if that line is
 * known.
 *
 * Debug mode does not notice it if two threads use one primitive, such as a lock, while no task
 * waits for the primitive. Debug mode does not notice it either if no task awaits a coroutine that
 * was begun in memory outside of a task, or that a callback or a plain function began.
 *
 * While debug mode is on, the loop reads the clock and the process's number for each step of a task
 * and each callback. Each weft_call and each new task searches the list of the coroutines that were
 * begun and not awaited. While debug mode is off, a yield costs nothing more, nor does a primitive
 * that wakes a task. Some other functions cost 2 instructions more (doc/design.md, "Debug mode").
 */
#ifndef WEFT_CORE_INSPECT_DEBUG_H
#define WEFT_CORE_INSPECT_DEBUG_H

#include "dump.h"
#include "print_error.h"
#include "watchdog.h"

#ifdef __cplusplus
extern "C" {
#endif

/* loop.set_debug(enabled). Turns the debug mode of the loop on or off. Debug mode is off at first,
 * and after weft_loop_close. In debug mode, the loop reports each step of a task and each callback
 * that takes more than 100 ms. To set another limit, use weft_set_slow_call or weft_set_watchdog.
 * This function must be called in the loop's thread, or before another thread uses the loop. O(1)
 * to turn debug mode on. O(n) to turn it off, n: the coroutines that were begun and not awaited. */
void weft_set_debug(weft_loop *loop, bool enabled);

/* loop.get_debug(). Returns true if the debug mode is on. O(1). */
bool weft_get_debug(const weft_loop *loop);

/* loop.slow_callback_duration. A step of a task, or a callback, is slow if it takes more than
 * `longest` microseconds, at least 1; WEFT_FOREVER: nothing is slow. This limit is also the limit
 * of the loop's watchdog (weft_set_watchdog). If the loop has a watchdog, debug mode calls the
 * watchdog instead of writing a message. Without debug mode and without a watchdog, the loop
 * measures no times. O(1). */
void weft_set_slow_call(weft_loop *loop, weft_time longest);
#ifndef __cplusplus
#define weft_set_slow_call(loop, longest) weft_set_slow_call((loop), WEFT_DELAY_(longest))
#endif

/* A function of the program that gets the messages of debug mode. Debug mode calls `write` with a
 * piece of a message and with `to`. The last piece of each message ends with a newline. `write`
 * must not create, start, cancel or wake tasks, and must not run the loop. */
struct weft_debug_output {
    weft_write *write;
    void *to;
};

/* Makes debug mode write its messages by output->write; if `output` is NULL, to standard error. The
 * program owns *output, and must keep *output as long as debug mode is on. O(1). */
void weft_set_debug_output(weft_loop *loop, const weft_debug_output *output);

#ifdef __cplusplus
}
#endif
#endif
