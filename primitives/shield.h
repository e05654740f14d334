/* SPDX-License-Identifier: MIT */
/* Shield: waits for a task or future, and does not cancel it when the waiting task is cancelled. */
#ifndef WEFT_PRIMITIVES_SHIELD_H
#define WEFT_PRIMITIVES_SHIELD_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The memory for one wait with a shield. A shield is a member of a frame (a coroutine's struct).
 * All its bytes must be zero before its first use. The program must not move the shield during a
 * wait. After the wait, the program may use the shield again. */
typedef struct weft_shield {
    WEFT_INFO_MEMBER_
    weft_task *parent; /* the task that waits */
    weft_handle handle;
} weft_shield;

/* weft_await_shielded(weft_shield *shield, p): `await asyncio.shield(p)`.
 * Waits until *p, a started task or a created future, has ended. If *p ended with an error, raises
 * that error. If *p has ended already, the waiting task goes on at once. If the waiting task is
 * cancelled, it raises weft_cancelled_error at once, and *p is not cancelled.
 * The wait ends one tick (iteration of the loop) after the end of *p. Until then, the program must
 * not reuse the memory of *p, because the shield reads the error of *p at the end of the wait.
 * After the wait, weft keeps no pointer to the shield. Raises weft_invalid_state_error if another
 * wait uses the shield, or if weft_await(p) would raise weft_invalid_state_error. The macro
 * evaluates `shield` again when the waiting task resumes. O(1). */
#define weft_await_shielded(shield, p)                                                             \
    WEFT_WAIT_(weft_await_shielded_begin_((shield), weft_context_, &(p)->awaitable),               \
               weft_await_shielded_resume_((shield), weft_context_))

/* ---- Private ---- */

weft_step_ weft_await_shielded_begin_(weft_shield *shield, weft_context *context,
                                      weft_awaitable_ *awaitable);
void weft_await_shielded_resume_(weft_shield *shield, weft_context *context);

#ifdef __cplusplus
}
#endif
#endif
