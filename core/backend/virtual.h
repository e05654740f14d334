/* SPDX-License-Identifier: MIT */
/* The backend of tests and simulations: a clock that never waits. */
#ifndef WEFT_CORE_BACKEND_VIRTUAL_H
#define WEFT_CORE_BACKEND_VIRTUAL_H

#include "../backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A clock that never waits. Where another backend would sleep until a time, this backend sets its
 * clock to that time. For tests and simulations. This backend has no descriptors, and nothing
 * outside of the loop can wake it. */
typedef struct weft_virtual {
    weft_backend backend;
    weft_time
        now; /* the clock, in units of weft_time; may be advanced while the loop does not run */
} weft_virtual;

/* Initialises the backend. The clock begins at 0. O(1). */
void weft_virtual_init(weft_virtual *backend);

#ifdef __cplusplus
}
#endif
#endif
