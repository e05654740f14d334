/* timeout: a block that has to end in time. */
#ifndef WEFT_PRIMITIVES_TIMEOUT_H
#define WEFT_PRIMITIVES_TIMEOUT_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* TimeoutError: what a block raises that did not end in time. */
extern const weft_error weft_timeout_error;

enum weft_timeout_state_ {
    WEFT_TIMEOUT_LEFT_,
    WEFT_TIMEOUT_ENTERED_,
    WEFT_TIMEOUT_EXPIRING_,
    WEFT_TIMEOUT_EXPIRED_
};

/* asyncio.Timeout: one lives in a frame, must stay where it is until its block has been left, and
 * is all zero at first. */
typedef struct weft_timeout {
    weft_handle handle;
    weft_task *task; /* that is in the block */
    weft_time when;
    unsigned char state;
    unsigned char cancelling; /* the task's count when it entered */
} weft_timeout;

/* weft_with_timeout(weft_timeout *limit, weft_time delay) { ... } weft_end:
 * `async with asyncio.timeout(delay) as limit:`. If the block has not ended in `delay`
 * (WEFT_SECONDS, WEFT_MS, WEFT_US), the task is cancelled once, and the block raises
 * weft_timeout_error instead of that cancellation. An error of the block's own, and a cancellation
 * that came from elsewhere, are left as they are. WEFT_FOREVER: no limit, until
 * weft_timeout_reschedule. Entering one that has been entered raises weft_invalid_state_error.
 * `limit` is evaluated again when the block is left. O(1). */
#define weft_with_timeout(limit, delay)                                                            \
    WEFT_WITH_(weft_check(weft_timeout_enter_((limit), weft_context_, WEFT_DELAY_(delay))),        \
               weft_timeout_leave_((limit), weft_context_))

/* weft_with_timeout_at(weft_timeout *limit, weft_time when) { ... } weft_end:
 * `async with asyncio.timeout_at(when):`, a time of the loop's clock (weft_loop_time). */
#define weft_with_timeout_at(limit, when)                                                          \
    WEFT_WITH_(weft_check(weft_timeout_enter_at_((limit), weft_context_, (when))),                 \
               weft_timeout_leave_((limit), weft_context_))

/* limit.reschedule(when): for a time of the loop's clock, WEFT_FOREVER for never. Returns NULL, or
 * weft_invalid_state_error unless its block runs and it has not expired. O(1). */
const weft_error *weft_timeout_reschedule(weft_timeout *limit, weft_time when);

/* limit.when(): a time of the loop's clock; WEFT_FOREVER: never. O(1). */
static inline weft_time weft_timeout_when(const weft_timeout *limit)
{
    return limit->when;
}

/* limit.expired(): whether its time came before its block ended. O(1). */
static inline bool weft_timeout_expired(const weft_timeout *limit)
{
    return limit->state >= WEFT_TIMEOUT_EXPIRING_;
}

/* weft_wait_for(weft_timeout *limit, p, weft_time delay): `await asyncio.wait_for(p, delay)`: the
 * block with a weft_await(p) in it. Cancels *p if that does not end in time, and waits until it
 * has. Raises what these two do: weft_timeout_error if it ends cancelled then. */
#define weft_wait_for(limit, p, delay)                                                             \
    do {                                                                                           \
        weft_with_timeout(limit, delay)                                                            \
            weft_await(p);                                                                         \
        weft_end;                                                                                  \
    } while (0)

const weft_error *weft_timeout_enter_(weft_timeout *limit, weft_context *context, weft_time delay);
const weft_error *weft_timeout_enter_at_(weft_timeout *limit, weft_context *context,
                                         weft_time when);
const weft_error *weft_timeout_leave_(weft_timeout *limit, weft_context *context);

#ifdef __cplusplus
}
#endif
#endif
