/* SPDX-License-Identifier: MIT */
#include "clock.h"

#ifdef PERIODIC

#include <core/backend/periodic.h>

static weft_periodic backend;

void machine_on_tick(void)
{
    weft_periodic_tick(&backend);
}

weft_backend *start_clock(void)
{
    weft_periodic_init(&backend, WEFT_MS(1));
    machine_start_tick();
    machine_start_clock(); /* for machine_after */
    return &backend.backend;
}

#else

#include <core/backend/tickless.h>

#ifndef WEFT_TIME_HZ
#define WEFT_TIME_HZ 1000000
#endif

/* On the ATmega328P a count of the clock has 4 us. Elsewhere a unit of weft_time has several
 * counts. */
enum {
    PER_UNIT = MACHINE_CLOCK_HZ > WEFT_TIME_HZ ? MACHINE_CLOCK_HZ / WEFT_TIME_HZ : 1,
    PER_COUNT = WEFT_TIME_HZ > MACHINE_CLOCK_HZ ? WEFT_TIME_HZ / MACHINE_CLOCK_HZ : 1
};

static weft_time now(weft_backend *of)
{
    static weft_tickless_counter counter;
    (void)of;
    return (weft_time)(PER_COUNT * weft_tickless_extend(&counter, machine_clock(),
                                                        (machine_count)-1, PER_UNIT));
}

weft_time alarm_range(void)
{
    const uint64_t units = (uint64_t)(MACHINE_ALARM_MAX / PER_UNIT) * PER_COUNT;
    return units < WEFT_FOREVER ? (weft_time)units : WEFT_FOREVER - 1;
}

static void arm(weft_time delay)
{
    const weft_time range = alarm_range();
    if (delay == WEFT_FOREVER)
        machine_clear_alarm();
    else if (delay < range)
        machine_set_alarm(
            (machine_count)(((uint32_t)delay + PER_COUNT - 1) / PER_COUNT * PER_UNIT));
    else
        machine_set_alarm((machine_count)((uint32_t)range / PER_COUNT * PER_UNIT));
}

weft_backend *start_clock(void)
{
    static weft_tickless backend;
    machine_start_clock();
    weft_tickless_init(&backend, now, arm, PER_COUNT);
    return &backend.backend;
}

#endif
