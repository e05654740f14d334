/* SPDX-License-Identifier: MIT */
/* A backend for a small machine without an operating system. No interrupt comes without a reason.
 * While no timer is armed, the machine sleeps until an interrupt of the program. While a timer is
 * armed, a one-shot hardware timer ends the sleep.
 *
 * The machine's part is three functions. The program writes two of them, and machine.c has the
 * third for many machines:
 *
 *   now                      reads the clock
 *   arm                      asks for one interrupt of the hardware timer
 *   weft_wait_for_interrupt  sleeps (machine.h)
 *
 *     static weft_time now(weft_backend *backend)
 *     {
 *         (void)backend;
 *         return TIMER0->COUNT; // 32 bits of 1 MHz: -DWEFT_TIME_BITS=32
 *     }
 *
 *     static void arm(weft_time delay)
 *     {
 *         TIMER1->CONTROL = 0;
 *         if (delay == WEFT_FOREVER)
 *             return;
 *         TIMER1->COUNT = delay < 0xF0000000 ? delay : 0xF0000000;
 *         TIMER1->CONTROL = START | INTERRUPT;
 *     }
 *
 *     static weft_tickless clock;
 *     ...
 *     weft_tickless_init(&clock, now, arm, 1);
 *     weft_loop_init(&loop, &clock.backend);
 *
 * tickless.c is no part of the installed library. Compile it with the program, and machine.c too.
 */
#ifndef WEFT_CORE_BACKEND_TICKLESS_H
#define WEFT_CORE_BACKEND_TICKLESS_H

#include "../backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Asks for an interrupt of a one-shot hardware timer after `delay`, at least 1 unit of weft_time.
 * If the delay is longer than the timer's range, asks for one after the range: the loop then calls
 * the function again. WEFT_FOREVER: the timer's interrupt is not wanted. A call replaces the
 * request before it. The interrupt may come late, and must not come early: an early one costs a
 * wake-up. The interrupt's handler need do nothing but clear the interrupt. The backend calls the
 * function with interrupts off, so it must be short. */
typedef void weft_tickless_arm(weft_time delay);

/* A backend without a periodic tick. It has no descriptors. Thread-safe calls
 * from interrupts end its sleep. */
typedef struct weft_tickless {
    weft_backend backend;
    weft_tickless_arm *arm;
} weft_tickless;

/* Initialises the backend. `now` is the backend's clock (backend.h), and `resolution` is by how
 * many units of weft_time it may be behind the real time. The loop calls `now` at least once before
 * each sleep that a timer ends. If `now` extends a hardware counter that is narrower than
 * weft_time, `arm` must use a range that is shorter than the period of the counter, by the longest
 * time that the program works between two sleeps. While no timer is armed, no sleep is limited; a
 * counter may then wrap more than once. `now` is behind by whole periods after that, which makes no
 * timer late. A program that wants the time in spite of that keeps a task that sleeps for less than
 * the period. The program owns the backend, and must keep it until its loop is closed. O(1). */
void weft_tickless_init(weft_tickless *backend, weft_time (*now)(weft_backend *backend),
                        weft_tickless_arm *arm, weft_time resolution);

/* A hardware counter that is extended to the width of weft_time. All zero bytes: the counter
 * started at 0. */
typedef struct weft_tickless_counter {
    uint32_t seen; /* value of the counter at the last whole unit */
    weft_time now; /* in units of weft_time */
} weft_tickless_counter;

/* Returns the time, for a `now`. `count` is what the hardware counter reads. The counter counts up,
 * and wraps to 0 behind `mask`, which is a power of two minus 1. `per_unit` is how many counts a
 * unit of weft_time has. Make both constants: then the compiler needs no division if `per_unit` is
 * 1 or another power of two. Must be called at least once in each period of the counter. O(1). */
static inline weft_time weft_tickless_extend(weft_tickless_counter *counter, uint32_t count,
                                             uint32_t mask, uint32_t per_unit)
{
    const uint32_t units = ((count - counter->seen) & mask) / per_unit;
    counter->seen += units * per_unit;
    return counter->now = (weft_time)(counter->now + units);
}

#ifdef __cplusplus
}
#endif
#endif
