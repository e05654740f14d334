/* SPDX-License-Identifier: MIT */
/* Condition: a task that holds a lock waits until another task notifies it. */
#ifndef WEFT_PRIMITIVES_CONDITION_H
#define WEFT_PRIMITIVES_CONDITION_H

#include "lock.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.Condition, with a lock of its own. A condition of all zero bytes is ready for use, and
 * its lock is free. The program owns the condition, and must not move the condition while a task
 * waits for it. A condition need not be destroyed. The member `lock` may be used like any
 * weft_lock. */
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
 * Acquires the condition's lock, and releases the lock however the program leaves the block.
 * The macro evaluates `condition` again for the release, and must get the same condition then. */
#define weft_with_condition(condition)                                                             \
    WEFT_WITH_(weft_condition_acquire(condition), weft_condition_release(condition))

/* weft_condition_wait(weft_condition *condition): `await condition.wait()`. Releases the
 * condition's lock, waits until the task is notified, and acquires the lock again. If the task is
 * cancelled during the wait, even several times, it still acquires the lock, and then raises
 * weft_cancelled_error. Before it raises this error, it wakes one other waiting task, so that no
 * notification is lost (as in asyncio). Raises weft_invalid_state_error if no task holds the lock.
 * The macro evaluates `condition` again when the task resumes. Costs what weft_lock_acquire costs.
 * A cancelled wait also costs O(w), w: the tasks that were woken and have not run since. */
#define weft_condition_wait(condition)                                                             \
    WEFT_WAIT_IN_PHASES_(weft_condition_wait_begin_((condition), weft_context_),                   \
                         weft_condition_wait_resume_((condition), weft_context_, weft_frame_))

/* weft_condition_wait_for(weft_condition *condition, predicate)
 * `await condition.wait_for(lambda: predicate)`. Waits until `predicate`, an expression, is true.
 * The task must hold the condition's lock. The macro evaluates `predicate` at the beginning and
 * after each notification, always while the task holds the lock. Raises what weft_condition_wait
 * raises. */
#define weft_condition_wait_for(condition, predicate)                                              \
    do {                                                                                           \
        while (!(predicate))                                                                       \
            weft_condition_wait(condition);                                                        \
    } while (0)

/* condition.notify(n). Wakes the first n waiting tasks, without those that were woken before.
 * Returns NULL, or weft_invalid_state_error if no task holds the condition's lock. O(n + w), w: the
 * tasks that were woken before and have not run since. */
const weft_error *weft_condition_notify(weft_condition *condition, size_t n);

/* condition.notify_all(). Wakes all waiting tasks. Returns NULL, or weft_invalid_state_error if no
 * task holds the condition's lock. O(n), n: the waiting tasks. */
const weft_error *weft_condition_notify_all(weft_condition *condition);

/* ---- Private ---- */

weft_step_ weft_condition_wait_begin_(weft_condition *condition, weft_context *context);
weft_step_ weft_condition_wait_resume_(weft_condition *condition, weft_context *context,
                                       weft_frame *frame);

#ifdef __cplusplus
}
#endif
#endif
