/* SPDX-License-Identifier: MIT */
/* A backend for a small machine without an operating system. The backend itself causes no interrupt
 * that the program does not need. While no timer is armed, the machine sleeps until an interrupt of
 * the program. While a timer is armed, a hardware timer ends the sleep. That hardware timer
 * interrupts once and then stops.
 *
 * The backend needs three functions that depend on the machine. The program must define the first
 * two. The file machine.c has the third for many machines:
 *
 *     now                      reads the clock
 *     arm                      asks for one interrupt of the hardware timer
 *     weft_wait_for_interrupt  sleeps (machine.h)
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
 * The installed library does not contain tickless.c. Compile tickless.c and machine.c with the
 * program.
 */
#ifndef WEFT_CORE_BACKEND_TICKLESS_H
#define WEFT_CORE_BACKEND_TICKLESS_H

#include "../backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A function of the program, which sets the hardware timer to interrupt once, after `delay`. The
 * backend calls the function before it sleeps. `delay` is in units of weft_time, and is at least 1.
 * If `delay` is longer than the timer's range, the function must set the timer to its whole range.
 * After that interrupt, the backend calls the function again. If `delay` is WEFT_FOREVER, the
 * function must stop the timer. Each call replaces the call before. The interrupt may come late.
 * The interrupt should not come early: the machine then wakes for nothing, and the backend calls
 * the function again. The interrupt's handler only has to clear the interrupt. The backend calls
 * the function with interrupts off, so the function must be short. */
typedef void weft_tickless_arm(weft_time delay);

/* A backend without a periodic interrupt. The backend cannot watch descriptors. If an interrupt's
 * handler makes a thread-safe call, the backend's sleep ends. */
typedef struct weft_tickless {
    weft_backend backend;
    weft_tickless_arm *arm;
} weft_tickless;

/* Initialises the backend. `now` is the function that reads the clock (backend.h). `resolution` is
 * the most that this clock may be behind the real time, in units of weft_time. The program owns the
 * backend, and must keep the backend until its loop is closed. O(1).
 *
 * If the hardware counter is narrower than weft_time, `now` must extend it (weft_tickless_extend).
 * Then `now` must run at least once in each period of the counter. The loop calls `now` at least
 * once before each sleep that a timer ends. So the range that `arm` uses must be shorter than the
 * period. The difference must be at least the longest time that the program works between two
 * sleeps.
 *
 * While no timer is armed, a sleep has no limit, and the counter may wrap more than once. After
 * such a sleep the clock is behind by whole periods of the counter. No timer is late because of
 * that. If a program needs the right time nevertheless, it must keep a task that repeatedly sleeps
 * for less than the period. */
void weft_tickless_init(weft_tickless *backend, weft_time (*now)(weft_backend *backend),
                        weft_tickless_arm *arm, weft_time resolution);

/* A hardware counter that the program extends to the width of weft_time. If the hardware counter
 * started at 0, this struct must be all zero bytes at first. */
typedef struct weft_tickless_counter {
    /* the hardware counter's value when the last whole unit of weft_time was over */
    uint32_t seen;
    weft_time now; /* the extended time, in units of weft_time */
} weft_tickless_counter;

/* Returns the time in units of weft_time. The program's function `now` can return this value.
 * `count` is the present value of the hardware counter. The hardware counter counts up, and is 0
 * again after `mask`, which must be a power of two minus 1. `per_unit` is by how much the hardware
 * counter grows in one unit of weft_time. Pass constants as `mask` and `per_unit`. The compiler
 * then needs no division if `per_unit` is a power of two, such as 1. This function must be called
 * at least once in each period of the hardware counter. O(1). */
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
