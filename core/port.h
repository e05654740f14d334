/* The world outside a loop: a clock, and sleeping until it says so. */
#ifndef WEFT_CORE_PORT_H
#define WEFT_CORE_PORT_H

#include "core/wait.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_port weft_port;

/* A port is a weft_port with whatever else it needs behind it. It belongs to the program, and
 * outlives the loop. A loop asks it only while timers are armed. */
struct weft_port {
    /* The time, in microseconds since some moment. It never goes back. */
    weft_time (*now)(weft_port *port);
    /* Returns when it is `until` or later; or earlier, since the loop looks at the clock and comes
     * back. A time further away than the port can sleep is therefore no error. */
    void (*sleep)(weft_port *port, weft_time until);
    /* The microseconds by which now() may lag behind: what a clock with coarse ticks has, or one
     * that rounds down. It is added to every delay, so that none ends early. */
    weft_time resolution;
};

/* The port of POSIX: CLOCK_MONOTONIC and select(). */
typedef struct weft_select {
    weft_port port;
} weft_select;

void weft_select_init(weft_select *port);

/* A clock that never waits: where a loop would sleep, the time is what it would then be. For tests,
 * simulations, and to see a day's timeouts in a moment. */
typedef struct weft_virtual {
    weft_port port;
    weft_time now; /* may be set while the loop does not run; never back */
} weft_virtual;

void weft_virtual_init(weft_virtual *port);

#ifdef __cplusplus
}
#endif
#endif
