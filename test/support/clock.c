/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "clock.h"

#include <stdbool.h>
#include <stdlib.h>

/* The trace programs on a board have the virtual clock alone. */
#if WEFT_TIME_BITS < 64 && defined(__linux__)
#define HAS_SYSTEM_CLOCK
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#endif

weft_time clock_start(void)
{
    const char *const chosen = getenv("WEFT_CLOCK_START");
    if (chosen)
        return weft_wrap_((weft_time)strtoull(chosen, NULL, 0));
    return WEFT_TIME_BITS == 64 ? 0 : weft_wrap_((weft_time)-5);
}

weft_time clock_at(weft_time passed)
{
    return passed == WEFT_FOREVER ? passed : weft_wrap_(clock_start() + passed);
}

weft_time since_start(weft_time time)
{
    return time == WEFT_FOREVER ? time : weft_wrap_(time - clock_start());
}

#ifdef HAS_SYSTEM_CLOCK
/* A monotonic clock that begins where narrow clocks begin. The backends, and everything else in a
 * program of a suite, call this function instead of the system's. */
enum { SECOND = 1000000000 };
static long long offset; /* in nanoseconds */

static long long read_clock(clockid_t clock, struct timespec *time, int *result)
{
    *result = (int)syscall(SYS_clock_gettime, clock, time);
    return *result ? 0 : (long long)time->tv_sec * SECOND + time->tv_nsec;
}

/* Between two units the clock is at the middle. */
void restart_monotonic_clock(void)
{
    struct timespec time;
    int result;
    const long long start = (long long)clock_start();
    const long long begin =
        start / WEFT_TIME_HZ * SECOND + (start % WEFT_TIME_HZ * SECOND + SECOND / 2) / WEFT_TIME_HZ;
    offset = begin - read_clock(CLOCK_MONOTONIC, &time, &result);
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    int result;
    const long long now = read_clock(clock, time, &result);
    if (result == 0 && clock == CLOCK_MONOTONIC) {
        time->tv_sec = (time_t)((now + offset) / SECOND);
        time->tv_nsec = (long)((now + offset) % SECOND);
    }
    return result;
}
#else
void restart_monotonic_clock(void)
{
}
#endif
