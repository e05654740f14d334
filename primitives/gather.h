/* gather: wait for several tasks and futures at once, all of them. */
#ifndef WEFT_PRIMITIVES_GATHER_H
#define WEFT_PRIMITIVES_GATHER_H

#include "several.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_gather {
    weft_joint joint; /* first: what its task waits for is the gather */
    weft_several several;
    size_t live; /* parts that have not ended */
    const weft_error *error;
    bool collects;
} weft_gather;

/* A gather with room for `n` parts: one lives in a frame, and is all zero at first. Its members are
 * `gather` and `parts`. */
#define WEFT_GATHER(n)                                                                             \
    struct {                                                                                       \
        weft_gather gather;                                                                        \
        weft_part parts[n];                                                                        \
    }

/* weft_gather_add(WEFT_GATHER(n) *g, p): one more to wait for, a task or future that has been
 * started. Its memory stays what it is until the gather has ended. Returns NULL, or
 * weft_invalid_state_error if there is no room, or if the gather is being awaited. O(1). */
#define weft_gather_add(g, p)                                                                      \
    weft_gather_add_in(&(g)->gather, (g)->parts, sizeof((g)->parts) / sizeof(weft_part), p)

/* weft_gather_add_in(weft_gather *gather, weft_part *parts, size_t room, p): the same where the
 * parts are an array of the caller's: `room` of them, at `parts`. */
#define weft_gather_add_in(gather, parts, room, p)                                                 \
    weft_several_add_(&(gather)->several, (parts), (room), &(p)->awaitable)

/* weft_gather_all(WEFT_GATHER(n) *g): `await asyncio.gather(...)` of those that were added.
 * Raises the first error that one of them ends with, and leaves the others alone; they go on (and
 * if one of those fails later and nobody asks, the exception handler hears of it, which asyncio's
 * does not). To cancel the task is to cancel all parts. When it ends nothing of it is linked
 * anywhere, and it is empty again. Results are where they are: in the parts. `g` is evaluated again
 * when the task is resumed. One that is being awaited raises weft_invalid_state_error. O(parts). */
#define weft_gather_all(g) WEFT_GATHER_(g, false)

/* weft_gather_collect(g): `await asyncio.gather(..., return_exceptions=True)`: errors are results,
 * to be had with weft_error_of. */
#define weft_gather_collect(g) WEFT_GATHER_(g, true)

#define WEFT_GATHER_(g, collects)                                                                  \
    WEFT_WAIT_THEN_(weft_gather_(weft_context_, &(g)->gather, (collects)),                         \
                    weft_gather_leave_(&(g)->gather))

void weft_gather_leave_(weft_gather *gather);
weft_signal weft_gather_(weft_context *context, weft_gather *gather, bool collects);

#ifdef __cplusplus
}
#endif
#endif
