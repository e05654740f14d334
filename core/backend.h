/* Backends: what a loop needs from the system. A backend is a clock, a sleep, and what ends a
 * sleep. doc/porting.md shows how to write one, and how each function may fail. */
#ifndef WEFT_CORE_BACKEND_H
#define WEFT_CORE_BACKEND_H

#include "list.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_backend weft_backend;
/* A task or handle that waits for a descriptor (descriptor.h). */
typedef struct weft_wait_ weft_watch;

/* The functions of a backend. A backend's own struct begins with this one. The program owns the
 * backend, and must keep it until its loop is closed. A backend serves one loop. `now` and `sleep`
 * must be set. The other functions are NULL if the backend cannot do what they do. The loop's
 * thread calls every function except `wake`. */
struct weft_backend {
    /* Returns the time in microseconds, from any start. The time must never go back. */
    weft_time (*now)(weft_backend *backend);
    /* Waits until one of these:
     *   - the time is `until` or later; WEFT_FOREVER: no timer is armed
     *   - a watched descriptor is ready or bad
     *   - wake() was called since the last sleep
     * Calls weft_watch_ready for each watch that is ready, and weft_watch_bad for each that is bad.
     * The function may return early: the loop then calls it again. So the backend may cut a time
     * that is too far away. If `until` has passed, the function must not wait, but must poll the
     * descriptors. The loop calls it between two ticks. It may do what a callback may do: set a
     * future, or ask for a call. The loop runs the result at once. */
    void (*sleep)(weft_backend *backend, weft_time until);
    /* Microseconds by which now() may be behind the real time: 1,000 for a counter of milliseconds,
     * 1 for a clock that rounds down; 0: none. The loop adds them to every delay, so that no delay
     * ends early. */
    weft_time resolution;
    /* The loop that the backend serves. weft_loop_init sets it. */
    weft_loop *loop;
    /* Begins to watch weft_watch_descriptor(watch) for weft_watch_for(watch). Returns NULL; or an
     * error, and changes nothing: weft_bad_descriptor_error, weft_descriptor_range_error, or
     * weft_descriptor_busy_error. The function that begins the wait returns or raises the error.
     * `watch` is not in the list of watches yet (weft_first_watch). NULL: the backend has no
     * descriptors. */
    const weft_error *(*watch)(weft_backend *backend, weft_watch *watch);
    /* Ends a watch, which is still in the list of watches. The program may have closed the
     * descriptor already. */
    void (*unwatch)(weft_backend *backend, const weft_watch *watch);
    /* Ends the sleep that runs, or the next one. Any thread, signal handler or interrupt may call
     * it. Several wakes may count as one, but none may be lost. NULL: the loop sees thread-safe
     * calls (threadsafe.h) between two ticks, but no run waits for them. */
    void (*wake)(weft_backend *backend);
    /* Opens what wake() needs. Returns NULL, or an error. The loop calls it before it opens the
     * first thread-safe handle. NULL: there is nothing to open. */
    const weft_error *(*open_wake)(weft_backend *backend);
    /* Closes what open_wake opened. The loop calls it after it has closed the last thread-safe
     * handle. NULL: there is nothing to close. */
    void (*close_wake)(weft_backend *backend);
};

#ifdef __cplusplus
}
#endif
#endif
