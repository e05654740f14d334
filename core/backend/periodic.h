/* SPDX-License-Identifier: MIT */
/* A backend for a small machine that has a periodic timer interrupt, such as SysTick. The clock is
 * a variable that the interrupt's handler advances.
 *
 *     static weft_periodic clock;
 *
 *     void SysTick_Handler(void) { weft_periodic_tick(&clock); }
 *     ...
 *     weft_periodic_init(&clock, WEFT_MS(1));
 *     weft_loop_init(&loop, &clock.backend);
 *
 * With this backend, each timer interrupt wakes the machine, even if no task has anything to do.
 * With the backend of tickless.h, no interrupt comes without a reason. The installed library does
 * not contain periodic.c. Compile periodic.c and machine.c with the program.
 */
#ifndef WEFT_CORE_BACKEND_PERIODIC_H
#define WEFT_CORE_BACKEND_PERIODIC_H

#include "../backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A backend whose clock is advanced by an interrupt. The backend cannot watch descriptors. If an
 * interrupt's handler makes a thread-safe call, the backend's sleep ends. */
typedef struct weft_periodic {
    weft_backend backend;
    volatile weft_time now; /* the time; only weft_periodic_tick changes this member */
} weft_periodic;

/* Initialises the backend. The clock begins at 0. `period` is the time between two timer
 * interrupts, and so also the clock's resolution. The program must call this function before it
 * turns the timer's interrupt on. The program owns the backend, and must keep it until its loop is
 * closed. O(1). */
void weft_periodic_init(weft_periodic *backend, weft_time period);

/* Advances the clock by one period. Only the handler of the timer interrupt may call this function.
 * O(1). */
static inline void weft_periodic_tick(weft_periodic *backend)
{
    backend->now = (weft_time)(backend->now + backend->backend.resolution);
}

#ifdef __cplusplus
}
#endif
#endif
