/* SPDX-License-Identifier: MIT */
/* A backend for a small machine that has a periodic timer interrupt, such as SysTick. The clock is
 * a counter that the interrupt advances.
 *
 *     static weft_periodic clock;
 *
 *     void SysTick_Handler(void) { weft_periodic_tick(&clock); }
 *     ...
 *     weft_periodic_init(&clock, WEFT_MS(1));
 *     weft_loop_init(&loop, &clock.backend);
 *
 * Each tick of the timer wakes the machine. tickless.h wakes it only when there is a reason.
 * periodic.c is no part of the installed library. Compile it with the program, and machine.c too.
 */
#ifndef WEFT_CORE_BACKEND_PERIODIC_H
#define WEFT_CORE_BACKEND_PERIODIC_H

#include "../backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A backend whose clock is advanced by an interrupt. It has no descriptors. Thread-safe calls from
 * interrupts end its sleep. */
typedef struct weft_periodic {
    weft_backend backend;
    volatile weft_time now; /* only weft_periodic_tick changes it */
} weft_periodic;

/* Initialises the backend. The clock begins at 0. `period` is the time between two ticks of the
 * timer; it is the clock's resolution too. The program must call this function before it turns the
 * timer's interrupt on. The program owns the backend, and must keep it until its loop is closed.
 * O(1). */
void weft_periodic_init(weft_periodic *backend, weft_time period);

/* Advances the clock by one period. Only the timer's interrupt calls this function. O(1). */
static inline void weft_periodic_tick(weft_periodic *backend)
{
    backend->now = (weft_time)(backend->now + backend->backend.resolution);
}

#ifdef __cplusplus
}
#endif
#endif
