/* SPDX-License-Identifier: MIT */
/* Shield: waits for a task or future, and does not cancel it when the waiting task is cancelled. */
#ifndef WEFT_PRIMITIVES_SHIELD_H
#define WEFT_PRIMITIVES_SHIELD_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The state of one shielded wait. A shield lives in a frame (a coroutine's struct). It must be all
 * zero bytes before its first use, and must not be moved during a wait. When the wait has ended,
 * the shield may be used again. */
typedef struct weft_shield {
    WEFT_INFO_MEMBER_
    weft_task *parent; /* the task that waits */
    weft_handle handle;
} weft_shield;

/* weft_await_shielded(weft_shield *shield, p): `await asyncio.shield(p)`.
 * Waits until *p, a started task or a created future, has ended. If *p ended with an error, raises
 * that error. If *p has ended already, the waiting task goes on at once. If the waiting task is
 * cancelled, it raises weft_cancelled_error at once, and *p is not cancelled.
 * The memory of *p must not be reused until the wait has ended, one tick (iteration of the loop)
 * after the end of *p. Only then does the shield retrieve the error of *p. When the wait has ended,
 * nothing refers to the shield any more. Raises weft_invalid_state_error if another wait uses the
 * shield, or if weft_await(p) would raise that error. `shield` is evaluated again when the task is
 * resumed. O(1). */
#define weft_await_shielded(shield, p)                                                             \
    WEFT_WAIT_RESUME_(weft_await_shielded_begin_((shield), weft_context_, &(p)->awaitable),        \
                      weft_await_shielded_resume_((shield), weft_context_))

/* ---- Private ---- */

weft_step_ weft_await_shielded_begin_(weft_shield *shield, weft_context *context,
                                      weft_awaitable_ *awaitable);
void weft_await_shielded_resume_(weft_shield *shield, weft_context *context);

#ifdef __cplusplus
}
#endif
#endif
