/* SPDX-License-Identifier: MIT */
/* Time: whole microseconds in 64 bits, unless the program chooses another unit or width (config.h).
 * A clock of 64 bits can run for 292,000 years. A clock of 32 or 16 bits may wrap. */
#ifndef WEFT_CORE_TIME_H
#define WEFT_CORE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "panic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A delay, or a time of a loop's clock (weft_loop_time), in units of 1/WEFT_TIME_HZ seconds. The
 * backend chooses the moment at which that clock starts. The type must not be narrower than
 * unsigned int. C adds narrower numbers as int, and an int does not pass as a delay. So a time of
 * 16 bits is an unsigned int, of which the low 16 bits count. */
#if WEFT_TIME_BITS == 64
typedef uint64_t weft_time;
typedef int64_t weft_past_;
#define WEFT_FOREVER ((weft_time)INT64_MAX)
#elif WEFT_TIME_BITS == 32
typedef uint32_t weft_time;
typedef int32_t weft_past_;
#define WEFT_FOREVER ((weft_time)INT32_MAX)
#else
typedef unsigned weft_time;
typedef int16_t weft_past_;
#define WEFT_FOREVER ((weft_time)INT16_MAX)
#endif
/* WEFT_FOREVER is the longest delay: a sleep of WEFT_FOREVER does not end. As a limit, it means
 * that there is no limit. With 64 bits it is also the last time of the clock. */

/* A delay of `n` seconds, milliseconds or microseconds. `n` is a number of any type:
 * WEFT_SECONDS(1.5), WEFT_MS(i * 20). A fraction of a unit is rounded up.
 *
 * A negative delay is over at once, as in asyncio. Examples: WEFT_MS(-5), or a time minus a later
 * time. The type is unsigned, so every delay above WEFT_FOREVER, which is half the range, counts as
 * negative.
 *
 * If the delay is longer than WEFT_FOREVER: with 64 bits it is meaningless; with 32 or 16 bits it
 * is a compile error if `n` is an integer constant, and otherwise a panic. */
#define WEFT_SECONDS(n) WEFT_UNITS_(n, WEFT_TIME_HZ, 1)
#if WEFT_TIME_HZ % 1000000 == 0
#define WEFT_MS(n) WEFT_UNITS_(n, (WEFT_TIME_HZ / 1000), 1)
#define WEFT_US(n) WEFT_UNITS_(n, (WEFT_TIME_HZ / 1000000), 1)
#elif WEFT_TIME_HZ % 1000 == 0
#define WEFT_MS(n) WEFT_UNITS_(n, (WEFT_TIME_HZ / 1000), 1)
#define WEFT_US(n) WEFT_UNITS_(n, (WEFT_TIME_HZ / 1000), 1000)
#else
#define WEFT_MS(n) WEFT_UNITS_(n, WEFT_TIME_HZ, 1000)
#define WEFT_US(n) WEFT_UNITS_(n, WEFT_TIME_HZ, 1000000)
#endif

/* n * times / by, rounded up. `n` is evaluated once. */
#ifdef __cplusplus
#define WEFT_UNITS_(n, times, by) ((weft_time)(int64_t)(((n)*1LL * (times) + ((by)-1)) / (by)))
#else
#define WEFT_RATIO_(n, times, by)                                                                  \
    (((n)*1LL * (times) + _Generic((n), float                                                      \
                                   : (by)*0.99999f, double                                         \
                                   : (by)*0.999999, long double                                    \
                                   : (by)*0.999999L, default                                       \
                                   : (by)-1)) /                                                    \
     (by))
#if WEFT_TIME_BITS == 64
#define WEFT_UNITS_(n, times, by) ((weft_time)(int64_t)WEFT_RATIO_(n, times, by))
#else
#define WEFT_UNITS_(n, times, by)                                                                  \
    _Generic(1 ? (int *)0 : (void *)(uintptr_t)((int64_t)(n)*0), int *                             \
             : (weft_time)((int64_t)WEFT_RATIO_(n, times, by) +                                    \
                           (int)(0 * sizeof(struct {                                               \
                               _Static_assert(                                                     \
                               !WEFT_IS_CONSTANT_0_(WEFT_RATIO_(n, times, by) <= WEFT_LONGEST_),   \
                                   "weft: the delay is longer than half the range of weft_time");  \
                               char weft_unused_;                                                  \
                           }))),                                                                   \
               void *                                                                              \
             : weft_units_((int64_t)WEFT_RATIO_(n, times, by), WEFT_FILE_, __LINE__))
#define WEFT_LONGEST_ ((int64_t)WEFT_FOREVER)

/* Panics if the number of units is more than a delay can have. */
static inline weft_time weft_units_(int64_t units, const char *file, unsigned line)
{
    if (units > WEFT_LONGEST_)
        weft_panic(file, line, WEFT_TEXT_("a delay is longer than half the range of weft_time"));
    return (weft_time)units;
}
#endif

/* Gives the value of a delay that a program wrote. Refuses to compile unless the delay is a
 * weft_time, the constant 0, or another wide unsigned number. (A multiple of a delay may have such
 * a type.) So a plain number, which shows no unit, does not compile. C++ has no such check. */
#define WEFT_DELAY_(delay)                                                                         \
    ((void)sizeof(struct {                                                                         \
         _Static_assert(WEFT_IS_DELAY_(delay),                                                     \
                        "weft: a delay has a unit: WEFT_SECONDS(n), WEFT_MS(n) or WEFT_US(n)");    \
         char weft_unused_;                                                                        \
     }),                                                                                           \
     (weft_time)(delay))
#define WEFT_IS_DELAY_(delay)                                                                      \
    _Generic((delay), weft_time : 1, int                                                           \
             : WEFT_IS_CONSTANT_0_(delay), default                                                 \
             : _Generic((delay), unsigned long : 1, unsigned long long : 1, default : 0))

/* Gives 1 if a number is the integer constant 0, else 0. Only the constant 0 makes a null pointer
 * constant. A null pointer constant takes the type of the other pointer, int *. */
#define WEFT_IS_CONSTANT_0_(number)                                                                \
    _Generic(1 ? (int *)0 : (void *)(uintptr_t)(number), int * : 1, default : 0)
#endif

/* ---- For backends ---- */

/* Returns the bits of a time that count. Where unsigned int is wider than a time of 16 bits, a sum
 * or a difference of times may have more. */
static inline weft_time weft_wrap_(weft_time time)
{
#if WEFT_TIME_BITS == 16
    return (uint16_t)time;
#else
    return time;
#endif
}

/* Returns true if `time` is `now` or earlier. On a clock that wraps, the two may be at most half
 * the range apart. */
static inline bool weft_has_passed(weft_time time, weft_time now)
{
#if WEFT_TIME_BITS == 64
    return time <= now;
#else
    return (weft_past_)(now - time) >= 0;
#endif
}

/* Returns how long a backend's sleep(until) may last at most, in units of weft_time, if the time is
 * `now`. 0: the backend must not wait. WEFT_FOREVER: no timer is armed. */
static inline weft_time weft_time_left(weft_time until, weft_time now)
{
    if (!until || until == WEFT_FOREVER)
        return until;
#if WEFT_TIME_BITS == 64
    return until > now ? until - now : 0;
#else
    if (weft_has_passed(until, now))
        return 0;
    const weft_time left = weft_wrap_(until - now);
    return left < WEFT_FOREVER ? left : WEFT_FOREVER - 1; /* a timer is armed */
#endif
}

/* ---- Private ---- */

/* Returns true if a delay is negative. */
static inline bool weft_is_negative_(weft_time delay)
{
    return (weft_past_)delay < 0;
}

/* The deadline of a timer in memory. 64 bits are in two halves, because their alignment would cost
 * 4 bytes in each task. The radix heap counts in 64 bits, whatever the width of a weft_time is. */
#if WEFT_TIME_BITS == 64 || !WEFT_TIMER_LIST
typedef uint64_t weft_deadline_type_;
typedef struct weft_packed_time_ {
    uint32_t low, high;
} weft_packed_time_;

#else
typedef weft_time weft_packed_time_;
#endif

#ifdef __cplusplus
}
#endif
#endif
