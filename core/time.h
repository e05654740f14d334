/* SPDX-License-Identifier: MIT */
/* Time: whole microseconds in 64 bits. A clock can run for 292,000 years. */
#ifndef WEFT_CORE_TIME_H
#define WEFT_CORE_TIME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A delay in microseconds, or a time of a loop's clock (weft_loop_time) in microseconds. The
 * backend chooses the moment at which that clock starts. The type must not be narrower than
 * unsigned int. C adds narrower numbers as int, and an int does not pass as a delay. */
typedef uint64_t weft_time;

/* A delay of `n` seconds, milliseconds or microseconds. `n` is a number of any type:
 * WEFT_SECONDS(1.5), WEFT_MS(i * 20). If the result does not fit in 64 bits, it is meaningless.
 *
 * A negative delay is over at once, as in asyncio. Examples: WEFT_MS(-5), or a time minus a later
 * time. The type is unsigned, so every delay above WEFT_FOREVER, which is half the range, counts as
 * negative. */
#define WEFT_SECONDS(n) ((weft_time)(int64_t)((n)*1000000LL))
#define WEFT_MS(n) ((weft_time)(int64_t)((n)*1000LL))
#define WEFT_US(n) ((weft_time)(int64_t)(n))

/* The longest delay, and the last time. As a limit, it means that there is no limit. */
#define WEFT_FOREVER ((weft_time)INT64_MAX)

#ifndef __cplusplus
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

/* Gives 1 if an int is the constant 0, else 0. Only the constant 0 makes a null pointer constant. A
 * null pointer constant takes the type of the other pointer, int *. */
#define WEFT_IS_CONSTANT_0_(number)                                                                \
    _Generic(1 ? (int *)0 : (void *)(uintptr_t)(number), int * : 1, default : 0)
#endif

/* Returns 1 if a delay is negative, else 0. */
static inline int weft_is_negative_(weft_time delay)
{
    return delay > WEFT_FOREVER;
}

/* A time in two halves of 32 bits. An alignment to 64 bits would cost 4 bytes in each task. */
typedef struct weft_packed_time_ {
    uint32_t low, high;
} weft_packed_time_;

static inline weft_packed_time_ weft_pack_time_(weft_time time)
{
    weft_packed_time_ packed;
    packed.low = (uint32_t)time;
    packed.high = (uint32_t)(time >> 32);
    return packed;
}

static inline weft_time weft_unpack_time_(weft_packed_time_ packed)
{
    return (weft_time)packed.high << 32 | packed.low;
}

#ifdef __cplusplus
}
#endif
#endif
