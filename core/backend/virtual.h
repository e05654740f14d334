/* The backend of tests and simulations: a clock that never waits. */
#ifndef WEFT_CORE_BACKEND_VIRTUAL_H
#define WEFT_CORE_BACKEND_VIRTUAL_H

#include "../backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A clock that never waits: instead of sleeping until a time, the backend sets its clock to that
 * time. For tests and simulations. The backend has no descriptors and no wake(). */
typedef struct weft_virtual {
    weft_backend backend;
    weft_time now; /* microseconds; the program may set it forward while the loop does not run */
} weft_virtual;

/* Initialises the backend, at the time 0. O(1). */
void weft_virtual_init(weft_virtual *backend);

#ifdef __cplusplus
}
#endif
#endif
