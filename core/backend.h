/* SPDX-License-Identifier: MIT */
/* Backends: what a loop needs from the system. A backend is a struct of functions that read a
 * clock, sleep, and end a sleep. The document doc/embedding.md shows how to write a backend, and
 * how each of its functions may fail. */
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
    /* Returns the time since any fixed moment, in units of weft_time (time.h). The time must never
     * go back. But a clock of 32 or 16 bits may wrap around to 0. */
    weft_time (*now)(weft_backend *backend);
    /* Waits until one of three conditions is true:
     * - The time is `until` or later. If no timer is armed, `until` is WEFT_FOREVER.
     * - A watched descriptor is ready or bad.
     * - The function wake() was called since the last sleep().
     * Calls weft_watch_ready for each watch whose descriptor is ready. Calls weft_watch_bad for
     * each watch whose descriptor is bad. sleep() may return before one of the three conditions is
     * true; the loop then calls sleep() again. So the backend may shorten a sleep that is too long
     * for the system. If `until` has passed, sleep() must not wait, but must still check the
     * descriptors. The loop calls sleep() between two ticks (iterations of the loop). sleep() may
     * do what a callback may do, for example set a future. The next tick runs the tasks and
     * callbacks that sleep() has made ready. */
    void (*sleep)(weft_backend *backend, weft_time until);
    /* The most by which now() is behind the real time, in units of weft_time; 0: now() is exact.
     * For a clock that counts milliseconds, `resolution` is WEFT_MS(1). For a clock that rounds
     * down to a unit, it is 1. The loop adds `resolution` to every delay, so that no delay ends
     * early. */
    weft_time resolution;
    /* The loop that the backend serves. weft_loop_init sets it. */
    weft_loop *loop;
    /* Begins to watch the descriptor weft_watch_descriptor(watch), in the direction
     * weft_watch_for(watch). Returns NULL, or one of these errors: weft_bad_descriptor_error,
     * weft_descriptor_range_error, weft_descriptor_busy_error. If the function returns an error, it
     * must change nothing. The program's wait for the descriptor then returns or raises the error.
     * The loop adds `watch` to its list of watches (weft_first_watch) after this function has
     * returned. If the member is NULL, the backend cannot watch descriptors. */
    const weft_error *(*watch)(weft_backend *backend, weft_watch *watch);
    /* Ends a watch. During this call, `watch` is still in the loop's list of watches. The program
     * may have closed the watch's descriptor already. */
    void (*unwatch)(weft_backend *backend, const weft_watch *watch);
    /* Ends the present sleep. If the loop does not sleep, ends the next sleep. Any thread, signal
     * handler or interrupt may call this function. Several calls of wake() during or before one
     * sleep need end only that sleep. No call of wake() may be lost. If the member is NULL, no run
     * waits for thread-safe calls (threadsafe.h): the loop looks for them only between two
     * ticks. */
    void (*wake)(weft_backend *backend);
    /* Opens what wake() needs, such as a pipe. Returns NULL, or an error. The loop calls this
     * function before it opens the first thread-safe handle. If wake() needs nothing, the member
     * may be NULL. */
    const weft_error *(*open_wake)(weft_backend *backend);
    /* Closes what open_wake opened. The loop calls this function after it has closed the last
     * thread-safe handle. If there is nothing to close, the member may be NULL. */
    void (*close_wake)(weft_backend *backend);
    /* True: the system keeps the watches, as epoll does. After fork(), parent and child then share
     * the watches, so the child must not use the backend. False: the child may use the backend.
     * Debug mode (inspect/debug.h) reads this member. */
    bool is_shared_by_fork;
};

#ifdef __cplusplus
}
#endif
#endif
