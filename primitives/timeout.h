/* Timeout: a block with a time limit. */
#ifndef WEFT_PRIMITIVES_TIMEOUT_H
#define WEFT_PRIMITIVES_TIMEOUT_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* TimeoutError. A block raises this if it did not end in time. */
extern const weft_error weft_timeout_error;

enum weft_timeout_state_ {
    WEFT_TIMEOUT_LEFT_,     /* no task is in the block, and its limit has not passed */
    WEFT_TIMEOUT_ENTERED_,  /* a task is in the block */
    WEFT_TIMEOUT_EXPIRING_, /* the limit has passed; the task was cancelled, and is in the block */
    WEFT_TIMEOUT_EXPIRED_   /* the limit has passed, and the block was left */
};

/* asyncio.Timeout. It lives in a frame, must be all zero bytes before its first use, and must not
 * be moved until its block has been left. It may then be used again. */
typedef struct weft_timeout {
    weft_handle handle;
    weft_task *task;          /* the task in the block */
    weft_time when;           /* on the loop's clock, in microseconds; WEFT_FOREVER: no limit */
    unsigned char state;      /* enum weft_timeout_state_ */
    unsigned char cancelling; /* weft_cancelling of the task when it entered */
} weft_timeout;

/* weft_with_timeout(weft_timeout *limit, weft_time delay) { ... } weft_end
 * `async with asyncio.timeout(delay) as limit:`. If the block has not ended after `delay`
 * (WEFT_SECONDS, WEFT_MS, WEFT_US), the task is cancelled once. The block then raises
 * weft_timeout_error instead of that cancellation. Other errors of the block, and cancellations by
 * others, are raised as they are. WEFT_FOREVER: no limit, until weft_timeout_reschedule. Raises
 * weft_invalid_state_error if a task is in the block already. `limit` is evaluated again when the
 * block is left. O(1). */
#define weft_with_timeout(limit, delay)                                                            \
    WEFT_WITH_(weft_check(weft_timeout_enter_((limit), weft_context_, WEFT_DELAY_(delay))),        \
               weft_timeout_leave_((limit), weft_context_))

/* weft_with_timeout_at(weft_timeout *limit, weft_time when) { ... } weft_end
 * `async with asyncio.timeout_at(when) as limit:`. Does what weft_with_timeout does, but `when` is
 * a time of the loop's clock (weft_loop_time), in microseconds. A time that has passed counts as
 * now. */
#define weft_with_timeout_at(limit, when)                                                          \
    WEFT_WITH_(weft_check(weft_timeout_enter_at_((limit), weft_context_, (when))),                 \
               weft_timeout_leave_((limit), weft_context_))

/* limit.reschedule(when). Sets another limit: a time of the loop's clock, in microseconds;
 * WEFT_FOREVER: no limit. Returns NULL; or weft_invalid_state_error, and changes nothing, if no
 * task is in the block or the limit has passed. O(1). */
const weft_error *weft_timeout_reschedule(weft_timeout *limit, weft_time when);

/* limit.when(). Returns the limit as a time of the loop's clock, in microseconds; WEFT_FOREVER: no
 * limit. O(1). */
static inline weft_time weft_timeout_when(const weft_timeout *limit)
{
    return limit->when;
}

/* limit.expired(). Returns true if the limit passed before the block ended. O(1). */
static inline bool weft_timeout_expired(const weft_timeout *limit)
{
    return limit->state >= WEFT_TIMEOUT_EXPIRING_;
}

/* weft_wait_for(weft_timeout *limit, p, weft_time delay): `await asyncio.wait_for(p, delay)`.
 * Waits until *p, a task or future, has ended, and raises its error if it has one. If *p has not
 * ended after `delay` microseconds, cancels *p, and waits until it has ended. Raises
 * weft_timeout_error then if *p ended cancelled. The rest is as in weft_with_timeout and
 * weft_await. O(1). */
#define weft_wait_for(limit, p, delay)                                                             \
    do {                                                                                           \
        weft_with_timeout(limit, delay)                                                            \
            weft_await(p);                                                                         \
        weft_end;                                                                                  \
    } while (0)

/* ---- Private ---- */

const weft_error *weft_timeout_enter_(weft_timeout *limit, weft_context *context, weft_time delay);
const weft_error *weft_timeout_enter_at_(weft_timeout *limit, weft_context *context,
                                         weft_time when);
const weft_error *weft_timeout_leave_(weft_timeout *limit, weft_context *context);

#ifdef __cplusplus
}
#endif
#endif
