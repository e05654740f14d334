/* SPDX-License-Identifier: MIT */
/* Timeout: a block with a time limit. */
#ifndef WEFT_PRIMITIVES_TIMEOUT_H
#define WEFT_PRIMITIVES_TIMEOUT_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* TimeoutError. A weft_with_timeout block raises this error if the block did not end in time. */
extern const weft_error weft_timeout_error;

enum weft_timeout_state_ {
    WEFT_TIMEOUT_LEFT_,     /* no task is in the block, and the limit has not passed */
    WEFT_TIMEOUT_ENTERED_,  /* a task is in the block */
    WEFT_TIMEOUT_EXPIRING_, /* the limit has passed; the cancelled task is in the block */
    WEFT_TIMEOUT_EXPIRED_   /* the limit had passed when the task left the block */
};

/* asyncio.Timeout. A timeout lives in a frame (a coroutine's struct), and must be all zero bytes
 * before its first use. The program must not move the timeout while a task is in its block. When
 * the task has left the block, the program may use the timeout again. */
typedef struct weft_timeout {
    weft_handle handle;
    weft_task *task;          /* the task that entered the block last */
    weft_time when;           /* the deadline, a time of the loop's clock; WEFT_FOREVER: no limit */
    unsigned char state;      /* enum weft_timeout_state_ */
    unsigned char cancelling; /* weft_cancelling(task) when the task entered the block */
} weft_timeout;

/* weft_with_timeout(weft_timeout *limit, weft_time delay) { ... } weft_end
 * `async with asyncio.timeout(delay) as limit:`. Write `delay` with WEFT_SECONDS, WEFT_MS or
 * WEFT_US. If the block has not ended after `delay`, the timeout cancels the task that is in the
 * block, once. The block then raises weft_timeout_error instead of that cancellation. If the body
 * raises another error, or if somebody else cancels the task, the block raises that error or
 * cancellation. With WEFT_FOREVER the block has no limit until weft_timeout_reschedule sets one.
 * Raises weft_invalid_state_error if a task is in the block already. `limit` is evaluated again
 * when the task leaves the block. O(1). */
#define weft_with_timeout(limit, delay)                                                            \
    WEFT_WITH_(weft_check(weft_timeout_enter_((limit), weft_context_, WEFT_DELAY_(delay))),        \
               weft_timeout_leave_((limit), weft_context_))

/* weft_with_timeout_at(weft_timeout *limit, weft_time when) { ... } weft_end
 * `async with asyncio.timeout_at(when) as limit:`. Does what weft_with_timeout does, but `when` is
 * a time of the loop's clock (weft_loop_time), not a delay. If that time has passed already, the
 * timeout cancels the task in the next tick (iteration of the loop). */
#define weft_with_timeout_at(limit, when)                                                          \
    WEFT_WITH_(weft_check(weft_timeout_enter_at_((limit), weft_context_, (when))),                 \
               weft_timeout_leave_((limit), weft_context_))

/* limit.reschedule(when). Changes the limit of the block to `when`, a time of the loop's clock
 * (weft_loop_time); WEFT_FOREVER: no limit. If no task is in the block, or the old limit has
 * passed, changes nothing and returns weft_invalid_state_error. Otherwise returns NULL. O(1). */
const weft_error *weft_timeout_reschedule(weft_timeout *limit, weft_time when);

/* limit.when(). Returns the limit of the block, a time of the loop's clock; WEFT_FOREVER: no limit.
 * O(1). */
static inline weft_time weft_timeout_when(const weft_timeout *limit)
{
    return limit->when;
}

/* limit.expired(). Returns true if the limit has passed while a task was in the block. O(1). */
static inline bool weft_timeout_expired(const weft_timeout *limit)
{
    return limit->state >= WEFT_TIMEOUT_EXPIRING_;
}

/* weft_wait_for(weft_timeout *limit, p, weft_time delay): `await asyncio.wait_for(p, delay)`.
 * Waits until *p, a task or future, has ended. If *p ends with an error, raises that error. If *p
 * has not ended after `delay`, cancels *p, and waits until *p has ended. If *p then ends as
 * cancelled, raises weft_timeout_error. For a wrong `limit` or `p`, raises the errors that
 * weft_with_timeout and weft_await raise. O(1). */
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
