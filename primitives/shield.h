/* Shield: waits for a task or future, which is not cancelled if the waiting task is. */
#ifndef WEFT_PRIMITIVES_SHIELD_H
#define WEFT_PRIMITIVES_SHIELD_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The state of a shielded wait. It lives in a frame, must be all zero bytes before its first use,
 * and must not be moved during a wait. It may be used again when the wait has ended. */
typedef struct weft_shield {
    const weft_primitive_info_ *info;
    weft_task *parent; /* the task that waits */
    weft_handle handle;
} weft_shield;

/* weft_await_shielded(weft_shield *shield, p): `await asyncio.shield(p)`.
 * Waits until *p, a task or future that was started, has ended, and raises its error if it has one.
 * Does not wait if *p has ended already. If this task is cancelled while it waits, raises that at
 * once, and *p goes on. The memory of *p must not be reused until the wait has ended: *p's error is
 * retrieved in the tick after its end. When the wait has ended, the shield is linked to nothing.
 * Raises weft_invalid_state_error if the shield is in use, or if weft_await(p) would raise that.
 * `shield` is evaluated again when the task is resumed. O(1). */
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
