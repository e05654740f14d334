/* SPDX-License-Identifier: MIT */
/* For backends on POSIX: a system's seconds, nanoseconds and milliseconds as units of weft_time. */
#ifndef WEFT_CORE_BACKEND_UNITS_H
#define WEFT_CORE_BACKEND_UNITS_H

#include <limits.h>

#include "../time.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Returns a time of a system's clock in units of weft_time, rounded down. If the clock of the loop
 * is narrower, it wraps. */
static inline weft_time weft_units_of_(long long seconds, long nanoseconds)
{
    const uint64_t whole = (uint64_t)seconds * WEFT_TIME_HZ;
#if 1000000000 % WEFT_TIME_HZ == 0
    const uint64_t part = (uint64_t)nanoseconds / (1000000000 / WEFT_TIME_HZ);
#else
    const uint64_t part = (uint64_t)nanoseconds * WEFT_TIME_HZ / 1000000000;
#endif
    return weft_wrap_((weft_time)(whole + part));
}

/* Returns a duration in milliseconds, rounded up, so that a sleep does not end before a timer is
 * due. A duration that an int does not hold becomes INT_MAX. */
static inline int weft_ms_of_(weft_time units)
{
    const uint64_t seconds = units / WEFT_TIME_HZ, part = units % WEFT_TIME_HZ;
    if (seconds >= INT_MAX / 1000)
        return INT_MAX;
    return (int)(seconds * 1000 + (part * 1000 + (WEFT_TIME_HZ - 1)) / WEFT_TIME_HZ);
}

#ifdef __cplusplus
}
#endif
#endif
