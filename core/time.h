/* SPDX-License-Identifier: MIT */
/* Time: a number of microseconds in 64 bits, unless the program chooses another unit or width
 * (config.h). A clock of 64 bits can count microseconds for 292,000 years. A clock of 32 or 16 bits
 * may wrap around to 0. */
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

/* A delay, or a time of a loop's clock (weft_loop_time). The unit is 1/WEFT_TIME_HZ seconds, a
 * microsecond by default. The backend chooses the moment at which its clock is 0. With
 * WEFT_TIME_BITS=16 the type is unsigned int, and weft uses only the low 16 bits. A uint16_t would
 * not do: C adds two of them as int, and weft refuses an int as a delay. */
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
/* WEFT_FOREVER is the longest delay: a sleep of WEFT_FOREVER never ends. A timeout of WEFT_FOREVER
 * means that there is no timeout. With 64 bits, WEFT_FOREVER is also the last time that a clock can
 * show. */

/* A delay of `n` seconds, milliseconds or microseconds. `n` is a number of any type:
 * WEFT_SECONDS(1.5), WEFT_MS(i * 20). If the delay is not a whole number of units of weft_time, the
 * delay is rounded up.
 *
 * A negative delay is over at once, as in asyncio. WEFT_MS(-5) is negative, and so is an earlier
 * time minus a later time. The type weft_time is unsigned. So weft treats every delay above
 * WEFT_FOREVER, which is half the range, as negative.
 *
 * A delay must not be longer than WEFT_FOREVER. With 32 or 16 bits, a longer delay does not compile
 * if `n` is an integer constant, and panics otherwise. With 64 bits, weft does not check this, and
 * the value of the macro is then meaningless. */
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

/* WEFT_UNITS_(n, times, by) gives n * times / by, rounded up. `n` is evaluated once. */
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

/* Returns `units` as a delay. Panics if `units` is more than the longest delay, WEFT_FOREVER. */
static inline weft_time weft_units_(int64_t units, const char *file, unsigned line)
{
    if (units > WEFT_LONGEST_)
        weft_panic(file, line, WEFT_TEXT_("a delay is longer than half the range of weft_time"));
    return (weft_time)units;
}
#endif

/* Gives the value of a delay that a program passes to weft. Compiles only if the delay is a
 * weft_time, the constant 0, or an unsigned long or unsigned long long. (If a program multiplies a
 * delay, the product may have one of these types.) So a plain number such as 5, which shows no
 * unit, does not compile. In C++, weft does not check delays. */
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

/* Gives 1 if `number` is the integer constant 0, else 0. The macro converts `number` to a void *.
 * Only if `number` is the constant 0, the result is a null pointer constant. In that case the type
 * of the conditional expression is int *. Otherwise its type is void *. */
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

/* Returns true if `time` is `now` or earlier. If the clock wraps, `time` and `now` must not be
 * further apart than half the clock's range. */
static inline bool weft_has_passed(weft_time time, weft_time now)
{
#if WEFT_TIME_BITS == 64
    return time <= now;
#else
    return (weft_past_)(now - time) >= 0;
#endif
}

/* Returns how long a backend's sleep(until) may last at most, in units of weft_time. `now` is the
 * present time. If the result is 0, the backend must not wait. If the result is WEFT_FOREVER, no
 * timer is armed, so the sleep has no limit. */
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

/* The type weft_packed_time_ is how a timer stores its deadline. A deadline of 64 bits is stored as
 * two numbers of 32 bits. The alignment of a uint64_t would cost 4 bytes in each task. The radix
 * heap stores deadlines in 64 bits, even if a weft_time is narrower. */
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
