/* shield: wait for a task or future that goes on even if the wait is cancelled. */
#ifndef WEFT_PRIMITIVES_SHIELD_H
#define WEFT_PRIMITIVES_SHIELD_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a shielded wait needs: one lives in a frame, belongs to the wait until that has ended, and
 * is all zero at first. */
typedef struct weft_shield {
    const weft_primitive_info_ *info;
    weft_task *parent;
    weft_handle handle;
} weft_shield;

/* weft_await_shielded(weft_shield *shield, p): `await asyncio.shield(p)`. Waits until *p, a task or
 * future that has been started, has ended, and raises its error; if this task is cancelled it
 * raises that at once, and *p goes on. What has ended already is not waited for. Raises
 * weft_invalid_state_error if the shield is in use, and where weft_await(p) does. *p's memory stays
 * what it is until the wait has ended: its error is asked for in a turn after its end. When the
 * wait ends nothing of it is linked to *p. `shield` is evaluated again when the task is resumed.
 * O(1). */
#define weft_await_shielded(shield, p)                                                             \
    WEFT_WAIT_RESUME_(weft_await_shielded_begin_((shield), weft_context_, &(p)->awaitable),        \
                      weft_await_shielded_resume_((shield), weft_context_))

weft_step_ weft_await_shielded_begin_(weft_shield *shield, weft_context *context,
                                      weft_awaitable_ *awaitable);
void weft_await_shielded_resume_(weft_shield *shield, weft_context *context);

#ifdef __cplusplus
}
#endif
#endif
