/* The world outside a loop: a clock, and sleeping until it says so. */
#ifndef WEFT_CORE_PORT_H
#define WEFT_CORE_PORT_H

#include "wait.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_port weft_port;

/* A port is a weft_port with whatever else it needs behind it. It belongs to the program, and
 * outlives the loop. A loop asks it only while timers are armed: without one, nothing that it knows
 * of can make anything ready, and the run ends with weft_deadlock_error. (Waking a loop from
 * outside, from an interrupt say, is not there yet; a task that looks at a flag often is.) */
struct weft_port {
    /* The time, in microseconds since some moment. It never goes back. */
    weft_time (*now)(weft_port *port);
    /* Returns when it is `until` or later; or earlier, since the loop looks at the clock and comes
     * back. A time further away than the port can sleep is therefore no error. It is called between
     * two ticks, in the thread of the loop, and may do what a callback may: set a future, ask for a
     * call; that is then run at once. */
    void (*sleep)(weft_port *port, weft_time until);
    /* The microseconds by which now() may lag behind: 1,000 for a counter of milliseconds, 1 for a
     * clock that rounds down. It is added to every delay, so that none ends early. */
    weft_time resolution;
};

/* The port of POSIX: CLOCK_MONOTONIC and select(). */
typedef struct weft_select {
    weft_port port;
} weft_select;

/* Sets the port up; it needs nothing else, and has nothing to clean up. */
void weft_select_init(weft_select *port);

/* A clock that never waits: where a loop would sleep, the time is what it would then be. For tests,
 * simulations, and to see a day's timeouts in a moment. */
typedef struct weft_virtual {
    weft_port port;
    weft_time now; /* may be set while the loop does not run; never back */
} weft_virtual;

/* Sets the port up, at the time 0. */
void weft_virtual_init(weft_virtual *port);

#ifdef __cplusplus
}
#endif
#endif
