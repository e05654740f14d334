/* SPDX-License-Identifier: MIT */
#include "backend.h"

#include "machine.h"

#ifndef WEFT_TIME_HZ
#define WEFT_TIME_HZ 1000000
#endif

/* Either a unit of weft_time has COUNTS counts of the machine's clock, or a count has UNITS. */
#if MACHINE_CLOCK_HZ >= WEFT_TIME_HZ
#define COUNTS (MACHINE_CLOCK_HZ / WEFT_TIME_HZ)
#define UNITS 1
#else
#define COUNTS 1
#define UNITS (WEFT_TIME_HZ / MACHINE_CLOCK_HZ)
#endif

static weft_time now(weft_backend *backend)
{
    static weft_tickless_counter counter;
    (void)backend;
    return weft_tickless_extend(&counter, machine_clock(), (machine_count)-1, COUNTS) * UNITS;
}

/* An alarm that is rounded up does not come early. */
static void arm(weft_time delay)
{
    const weft_time longest = (weft_time)(MACHINE_ALARM_MAX / COUNTS) * UNITS;
    if (delay == WEFT_FOREVER)
        machine_clear_alarm();
    else
        machine_set_alarm((machine_count)(delay < longest ? (delay + UNITS - 1) / UNITS * COUNTS
                                                          : longest / UNITS * COUNTS));
}

void machine_backend_init(weft_tickless *backend)
{
    machine_start_clock();
    weft_tickless_init(backend, now, arm, UNITS);
}
