/* The port of tests and simulations: a clock that never waits. */
#ifndef WEFT_CORE_BACKEND_VIRTUAL_H
#define WEFT_CORE_BACKEND_VIRTUAL_H

#include "../backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A clock that never waits: where a loop would sleep, the time is what it would then be. For tests,
 * simulations, and to see a day's timeouts in a moment. It has no descriptors and no bell. */
typedef struct weft_virtual {
    weft_backend backend;
    weft_time now; /* may be set while the loop does not run; never back */
} weft_virtual;

/* Sets the port up, at the time 0. */
void weft_virtual_init(weft_virtual *backend);

#ifdef __cplusplus
}
#endif
#endif
