/* SPDX-License-Identifier: MIT */
/* The clock of the tests, in any unit and width of weft_time.
 * A clock of 32 or 16 bits begins 5 units before it wraps, or at the time that the environment
 * variable WEFT_CLOCK_START has. So tests must count times from the start of the clock. */
#ifndef TEST_CLOCK_H
#define TEST_CLOCK_H

#include "weft.h"

/* Returns the time at which virtual clocks of tests begin: 0 for a clock of 64 bits, unless
 * WEFT_CLOCK_START is set. */
weft_time clock_start(void);

/* Returns the time of the clock that is `passed` units behind its start. WEFT_FOREVER stays. */
weft_time clock_at(weft_time passed);

/* Returns how many units have passed from the start of the clock until `time`. WEFT_FOREVER
 * stays. */
weft_time since_start(weft_time time);

/* Has the monotonic clock of this process begin anew at clock_start(), if clocks are narrow. */
void restart_monotonic_clock(void);

/* A delay of `n` units of the clock. */
#define UNITS(n) ((weft_time)(n))

/* A delay of `n` seconds; half of the longest delay if that is less. For limits that no test
 * reaches. */
#define SECONDS_AT_MOST(n)                                                                         \
    ((weft_time)((n)*1LL < (long long)(WEFT_FOREVER / 2 / WEFT_TIME_HZ)                            \
                     ? (n)*1LL * WEFT_TIME_HZ                                                      \
                     : (long long)(WEFT_FOREVER / 2)))

/* 1 if a delay of `n` milliseconds fits into half the range of the clock. */
#define MS_FIT(n) ((n)*1LL <= (long long)(WEFT_FOREVER / ((WEFT_TIME_HZ + 999) / 1000)) - 2)

#endif
