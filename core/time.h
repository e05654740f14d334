/* Time: whole microseconds in 64 bits, which last for 500,000 years. */
#ifndef WEFT_CORE_TIME_H
#define WEFT_CORE_TIME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A delay in microseconds, or a time of a loop's clock (weft_loop_time), which starts at a value
 * that the backend chooses. The type must not be narrower than unsigned: a sum of narrower numbers
 * is an int, which is no delay. */
typedef uint64_t weft_time;

/* n seconds, milliseconds or microseconds, where n is a number of any type: WEFT_SECONDS(1.5),
 * WEFT_MS(i * 20). A value that does not fit gives nonsense.
 *
 * A delay below zero is due at once, as in asyncio: WEFT_MS(-5), or a difference of times whose
 * limit has passed. So every delay beyond WEFT_FOREVER, half the range, counts as negative. */
#define WEFT_SECONDS(n) ((weft_time)(int64_t)((n)*1000000LL))
#define WEFT_MS(n) ((weft_time)(int64_t)((n)*1000LL))
#define WEFT_US(n) ((weft_time)(int64_t)(n))

/* The longest delay, and the last time of all: as a limit, none. */
#define WEFT_FOREVER ((weft_time)INT64_MAX)

#ifndef __cplusplus
/* The value of a delay that a program gives. Refuses to compile unless the delay is a weft_time,
 * the constant 0, or another wide unsigned number, which a multiple of a delay may be. So a plain
 * number, whose unit nobody sees, is an error. (C++ has the functions alone, and no check.) */
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

/* Whether an int is the constant 0: that alone makes a null pointer, which takes the type of the
 * pointer beside it. */
#define WEFT_IS_CONSTANT_0_(number)                                                                \
    _Generic(1 ? (int *)0 : (void *)(uintptr_t)(number), int * : 1, default : 0)
#endif

/* Returns whether a delay is below zero. */
static inline int weft_is_negative_(weft_time delay)
{
    return delay > WEFT_FOREVER;
}

/* A time that does not ask for the alignment of 64 bits, which would cost 4 bytes a task. */
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
