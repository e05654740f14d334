/* Condition: wait, with a lock, for what others will change. */
#ifndef WEFT_PRIMITIVES_CONDITION_H
#define WEFT_PRIMITIVES_CONDITION_H

#include "lock.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.Condition, with a lock of its own. All zero is one that nobody holds; it belongs to the
 * program, and has nothing to clean up. Its lock, `lock`, may be used like any other. */
typedef struct weft_condition {
    weft_waiters_ waiters;
    weft_lock lock;
} weft_condition;

/* weft_condition_acquire(weft_condition *condition): `await condition.acquire()`, that of the lock:
 * weft_lock_acquire. */
#define weft_condition_acquire(condition) weft_lock_acquire(&(condition)->lock)

/* condition.release(), that of the lock: weft_lock_release. */
static inline const weft_error *weft_condition_release(weft_condition *condition)
{
    return weft_lock_release(&condition->lock);
}

/* condition.locked(), that of the lock: weft_lock_locked. */
static inline bool weft_condition_locked(const weft_condition *condition)
{
    return weft_lock_locked(&condition->lock);
}

/* weft_with_condition(weft_condition *condition) { ... } weft_end: `async with condition:`.
 * Released on every way out; `condition` is evaluated again then, and must still be the same
 * one. */
#define weft_with_condition(condition)                                                             \
    WEFT_WITH_(weft_condition_acquire(condition), weft_condition_release(condition))

/* weft_condition_wait(weft_condition *condition): `await condition.wait()`. Releases the lock,
 * waits until it is notified, and takes the lock again; so it does when it is cancelled, however
 * often, and raises then, with the lock held. Raises weft_invalid_state_error if nobody holds
 * the lock. A notification that it cannot use is passed on. `condition` is evaluated again when
 * the task is resumed. O(1), and as weft_lock_acquire; cancelled, O(those who have been woken). */
#define weft_condition_wait(condition)                                                             \
    WEFT_WAIT_IN_PHASES_(weft_condition_wait_begin_((condition), weft_context_),                   \
                         weft_condition_wait_resume_((condition), weft_context_, weft_frame_))

/* weft_condition_wait_for(condition, predicate): `await condition.wait_for(lambda: predicate)`:
 * waits until `predicate`, an expression that is evaluated with the lock held, and again whenever
 * it has been notified, is true. Raises what weft_condition_wait does. */
#define weft_condition_wait_for(condition, predicate)                                              \
    do {                                                                                           \
        while (!(predicate))                                                                       \
            weft_condition_wait(condition);                                                        \
    } while (0)

/* condition.notify(n): wakes the first n of those who wait and have not been woken. Returns
 * NULL, or weft_invalid_state_error if nobody holds the lock. O(n and those who have been
 * woken). */
const weft_error *weft_condition_notify(weft_condition *condition, size_t n);

/* condition.notify_all(): the same for all. O(those who wait). */
const weft_error *weft_condition_notify_all(weft_condition *condition);

weft_step_ weft_condition_wait_begin_(weft_condition *condition, weft_context *context);
weft_step_ weft_condition_wait_resume_(weft_condition *condition, weft_context *context,
                                       weft_frame *frame);

#ifdef __cplusplus
}
#endif
#endif
