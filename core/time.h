/* Time: whole microseconds in 64 bits. A century fits 5,000 times. */
#ifndef WEFT_CORE_TIME_H
#define WEFT_CORE_TIME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A delay in microseconds, or a time of a loop's clock (weft_loop_time), which starts wherever its
 * port says. */
typedef uint64_t weft_time;

/* n seconds or milliseconds, where n is of any type of numbers: WEFT_SECONDS(1.5), WEFT_MS(i * 20).
 * A delay is never negative: below zero, as anything else that does not fit, n gives nonsense. */
#define WEFT_SECONDS(n) ((weft_time)((n)*1000000LL))
#define WEFT_MS(n) ((weft_time)((n)*1000LL))

/* The longest delay, and the last time of all: as a limit, none. */
#define WEFT_FOREVER UINT64_MAX

/* A time that does not ask for the alignment of 64 bits, which would cost 4 bytes a task. */
typedef struct weft_packed_time_ {
    uint32_t low, high;
} weft_packed_time_;

static inline weft_packed_time_ weft_pack_time_(weft_time time)
{
    weft_packed_time_ instant;
    instant.low = (uint32_t)time;
    instant.high = (uint32_t)(time >> 32);
    return instant;
}

static inline weft_time weft_unpack_time_(weft_packed_time_ instant)
{
    return (weft_time)instant.high << 32 | instant.low;
}

#ifdef __cplusplus
}
#endif
#endif
