/* Condition: a task that holds a lock waits until another one notifies it of a change. */
#ifndef WEFT_PRIMITIVES_CONDITION_H
#define WEFT_PRIMITIVES_CONDITION_H

#include "lock.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.Condition, with a lock of its own. All zero bytes is one whose lock is unlocked. It
 * belongs to the program, must not be moved while a task waits for it, and has nothing to clean up.
 * Its member `lock` may be used as any other lock. */
typedef struct weft_condition {
    weft_waiters_ waiters;
    weft_lock lock;
} weft_condition;

/* weft_condition_acquire(weft_condition *condition): `await condition.acquire()`. Acquires the
 * condition's lock (weft_lock_acquire). */
#define weft_condition_acquire(condition) weft_lock_acquire(&(condition)->lock)

/* condition.release(). Releases the condition's lock (weft_lock_release). */
static inline const weft_error *weft_condition_release(weft_condition *condition)
{
    return weft_lock_release(&condition->lock);
}

/* condition.locked(). Returns true if a task holds the condition's lock. O(1). */
static inline bool weft_condition_locked(const weft_condition *condition)
{
    return weft_lock_locked(&condition->lock);
}

/* weft_with_condition(weft_condition *condition) { ... } weft_end: `async with condition:`.
 * Acquires the condition's lock, and releases it however the block is left. `condition` is
 * evaluated again then, and must be the same condition. */
#define weft_with_condition(condition)                                                             \
    WEFT_WITH_(weft_condition_acquire(condition), weft_condition_release(condition))

/* weft_condition_wait(weft_condition *condition): `await condition.wait()`. Releases the lock,
 * waits until the task is notified, and acquires the lock again. If the task is cancelled, however
 * often, it acquires the lock too, and raises the cancellation then. If the task was notified
 * before that, another task is notified instead. Raises weft_invalid_state_error if no task holds
 * the lock. `condition` is evaluated again when the task is resumed. Costs O(1) and a
 * weft_lock_acquire; a cancelled wait, also O(tasks that were woken). */
#define weft_condition_wait(condition)                                                             \
    WEFT_WAIT_IN_PHASES_(weft_condition_wait_begin_((condition), weft_context_),                   \
                         weft_condition_wait_resume_((condition), weft_context_, weft_frame_))

/* weft_condition_wait_for(weft_condition *condition, predicate)
 * `await condition.wait_for(lambda: predicate)`. Waits until `predicate`, an expression, is true.
 * The lock is held whenever it is evaluated: at first, and after each notification. Raises what
 * weft_condition_wait raises. */
#define weft_condition_wait_for(condition, predicate)                                              \
    do {                                                                                           \
        while (!(predicate))                                                                       \
            weft_condition_wait(condition);                                                        \
    } while (0)

/* condition.notify(n). Wakes the first n waiting tasks that were not woken yet. Returns NULL, or
 * weft_invalid_state_error if no task holds the lock. O(n and tasks that were woken before). */
const weft_error *weft_condition_notify(weft_condition *condition, size_t n);

/* condition.notify_all(). Wakes all waiting tasks. Returns NULL, or weft_invalid_state_error if no
 * task holds the lock. O(waiting tasks). */
const weft_error *weft_condition_notify_all(weft_condition *condition);

/* ---- Private ---- */

weft_step_ weft_condition_wait_begin_(weft_condition *condition, weft_context *context);
weft_step_ weft_condition_wait_resume_(weft_condition *condition, weft_context *context,
                                       weft_frame *frame);

#ifdef __cplusplus
}
#endif
#endif
