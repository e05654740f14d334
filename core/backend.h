/* The world outside a loop: a clock, sleeping until it says so, and what can end a sleep. */
#ifndef WEFT_CORE_BACKEND_H
#define WEFT_CORE_BACKEND_H

#include "list.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_backend weft_backend;
/* Somebody who waits for a descriptor (descriptor.h). */
typedef struct weft_wait_ weft_watch;

/* A backend is a weft_backend with whatever else it needs behind it. It belongs to the program,
 * outlives the loop, and is for one loop alone. What it cannot do it leaves NULL: now and sleep are
 * there in every port. doc/porting.md shows one, and says how each function may fail.
 *
 * All but `ring` are called in the thread of the loop. */
struct weft_backend {
    /* The time, in microseconds since some moment. It never goes back. */
    weft_time (*now)(weft_backend *backend);
    /* Returns when it is `until` or later (WEFT_FOREVER: no timer is armed), a descriptor that is
     * watched is ready, or the bell has been rung since the last sleep. It may return earlier,
     * since the loop looks around and comes back; so a time further away than the port can sleep is
     * no error. With a time that has passed it does not sleep, but looks at descriptors all the
     * same. Tells of each that is ready (weft_watch_ready) or bad (weft_watch_bad). It is called
     * between two ticks, and may do what a callback may: set a future, ask for a call; that is then
     * run at once. */
    void (*sleep)(weft_backend *backend, weft_time until);
    /* The microseconds by which now() may lag behind: 1,000 for a counter of milliseconds, 1 for a
     * clock that rounds down. It is added to every delay, so that none ends early. */
    weft_time resolution;
    /* The loop's: whose port it is. */
    weft_loop *loop;
    /* Begins to watch what weft_watch_descriptor and weft_watch_for say: NULL; or an error, which
     * is raised where the wait was asked for, and nothing has begun: weft_bad_descriptor_error,
     * weft_descriptor_range_error, weft_descriptor_busy_error. The watches that have begun are
     * listed (weft_first_watch); this one is not yet. A port without it has no descriptors. */
    const weft_error *(*watch)(weft_backend *backend, weft_watch *watch);
    /* Ends that. The watch is still listed; its descriptor may have been closed. */
    void (*unwatch)(weft_backend *backend, const weft_watch *watch);
    /* Ends a sleep, this one or the next: called from any thread, and from signal handlers and
     * interrupts. One ring is as good as many; none may be lost. Without it, calls from outside
     * (threadsafe.h) are seen between two ticks, but no run waits for them. */
    void (*wake)(weft_backend *backend);
    /* Sets up what `ring` needs: NULL, or an error; and takes it down again. Called before the
     * first handle for calls from outside is opened, and after the last one is closed. */
    const weft_error *(*open_wake)(weft_backend *backend);
    void (*close_wake)(weft_backend *backend);
};

#ifdef __cplusplus
}
#endif
#endif
