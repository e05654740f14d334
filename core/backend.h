/* SPDX-License-Identifier: MIT */
/* Backends: what a loop needs from the system. A backend is a struct of functions that read a
 * clock, sleep, and end a sleep. doc/porting.md shows how to write one, and how each function may
 * fail. */
#ifndef WEFT_CORE_BACKEND_H
#define WEFT_CORE_BACKEND_H

#include "list.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_backend weft_backend;
/* One wait of a task or a handle for one descriptor (descriptor.h). */
typedef struct weft_wait_ weft_watch;

/* The functions of a backend. A backend's own struct has this struct as its first member. The
 * program owns the backend, and must keep it until the backend's loop is closed. One backend serves
 * one loop. The members `now` and `sleep` must be set. Any other function is NULL if the backend
 * does not offer it. Only the loop's thread calls these functions, except `wake`. */
struct weft_backend {
    /* Returns the time in microseconds since any fixed moment. The time must never go back. */
    weft_time (*now)(weft_backend *backend);
    /* Waits until one of these is true:
     *   - the time is `until` or later; WEFT_FOREVER: no timer is armed
     *   - a watched descriptor is ready or bad
     *   - wake() was called since the last sleep
     * Calls weft_watch_ready for each watch whose descriptor is ready. Calls weft_watch_bad for
     * each watch whose descriptor is bad. The function may return before one of the three is true;
     * the loop then calls it again. So the backend may shorten a sleep that is too long for the
     * system. If `until` has passed, the function must not wait, but must poll the descriptors. The
     * loop calls the function between two ticks (iterations of the loop). The function may do what
     * a callback may do, such as end a future or request a call. The next tick runs what the
     * function has made ready. */
    void (*sleep)(weft_backend *backend, weft_time until);
    /* Microseconds by which now() may be behind the real time; 0: now() is exact. A counter of
     * milliseconds needs 1,000, and a clock that rounds down needs 1. The loop adds this number to
     * every delay, so that no delay ends early. */
    weft_time resolution;
    /* The loop that the backend serves. weft_loop_init sets it. */
    weft_loop *loop;
    /* Begins to watch the descriptor weft_watch_descriptor(watch), in the direction
     * weft_watch_for(watch). Returns NULL; or an error, and changes nothing:
     * weft_bad_descriptor_error, weft_descriptor_range_error, or weft_descriptor_busy_error. The
     * function by which the program began the wait returns or raises that error. The loop adds
     * `watch` to its list of watches (weft_first_watch) after this function has returned. NULL: the
     * backend cannot watch descriptors. */
    const weft_error *(*watch)(weft_backend *backend, weft_watch *watch);
    /* Ends a watch. `watch` is still in the loop's list of watches. The program may have closed the
     * descriptor already. */
    void (*unwatch)(weft_backend *backend, const weft_watch *watch);
    /* Ends the present sleep. If the loop does not sleep, ends the next sleep. Any thread, signal
     * handler or interrupt may call this function. Several wakes may count as one, but no wake may
     * be lost. NULL: the loop sees thread-safe calls (threadsafe.h) between two ticks, but no run
     * waits for them. */
    void (*wake)(weft_backend *backend);
    /* Opens what wake() needs. Returns NULL, or an error. The loop calls this function before it
     * opens the first thread-safe handle. The member may be NULL if there is nothing to open. */
    const weft_error *(*open_wake)(weft_backend *backend);
    /* Closes what open_wake opened. The loop calls this function after it has closed the last
     * thread-safe handle. NULL: there is nothing to close. */
    void (*close_wake)(weft_backend *backend);
    /* The system keeps the watches: after fork() parent and child share them, and the child must
     * not use the backend. False: the child may. The debug mode (inspect/debug.h) looks at it. */
    bool is_shared_by_fork;
};

#ifdef __cplusplus
}
#endif
#endif
