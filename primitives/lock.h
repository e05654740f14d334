/* Lock: held by one task at a time. */
#ifndef WEFT_PRIMITIVES_LOCK_H
#define WEFT_PRIMITIVES_LOCK_H

#include "waiters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.Lock. All zero bytes is an unlocked one. It belongs to the program: a static variable, or
 * a member of a frame, but no C local of a coroutine. It must not be moved while a task waits for
 * it, and has nothing to clean up. As in asyncio, a task that holds the lock must not acquire it
 * again (rlock.h has one for that), and any task may release it. */
typedef struct weft_lock {
    weft_waiters_ waiters;
    const weft_task *holder; /* the task that acquired it, for reports; NULL: unlocked */
} weft_lock;

/* weft_lock_acquire(weft_lock *lock): `await lock.acquire()`. Waits until the lock is free. Tasks
 * that wait get the lock in the order in which they came. Does not wait if the lock is free and no
 * task is about to acquire it. Raises nothing but a cancellation; then the task does not hold the
 * lock. `lock` is evaluated again when the task is resumed. O(1), and O(waiting tasks that have
 * just been cancelled). */
#define weft_lock_acquire(lock)                                                                    \
    WEFT_WAIT_RESUME_(weft_lock_acquire_begin_((lock), weft_context_),                             \
                      weft_lock_acquire_resume_((lock), weft_context_))

/* lock.release(). Wakes the first task that waits. Returns NULL, or weft_invalid_state_error if the
 * lock is not locked. O(1). */
const weft_error *weft_lock_release(weft_lock *lock);

/* weft_with_lock(weft_lock *lock) { ... } weft_end: `async with lock:`. Acquires the lock, and
 * releases it however the block is left. `lock` is evaluated again then, and must be the same
 * lock. */
#define weft_with_lock(lock) WEFT_WITH_(weft_lock_acquire(lock), weft_lock_release(lock))

/* lock.locked(). Returns true if a task holds the lock. O(1). */
static inline bool weft_lock_locked(const weft_lock *lock)
{
    return lock->holder;
}

/* ---- Private ---- */

weft_step_ weft_lock_acquire_begin_(weft_lock *lock, weft_context *context);
void weft_lock_acquire_resume_(weft_lock *lock, weft_context *context);

#ifdef __cplusplus
}
#endif
#endif
