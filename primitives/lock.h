/* Lock: one task at a time. */
#ifndef WEFT_PRIMITIVES_LOCK_H
#define WEFT_PRIMITIVES_LOCK_H

#include "waiters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.Lock. All zero is an unlocked one. It belongs to the program (static, or in a frame: a C
 * local of a coroutine does not outlive an await), and has nothing to clean up. Like asyncio's it
 * is not reentrant (rlock.h is), and has no owner: any task may release it. */
typedef struct weft_lock {
    weft_waiters_ waiters;
    const weft_task *holder; /* who took it, for reports; NULL: it is free */
} weft_lock;

/* weft_lock_acquire(weft_lock *lock): `await lock.acquire()`. Those who wait get it in the order in
 * which they came. Goes on at once if it is free and nobody is about to take it. When this raises,
 * the lock is not held. `lock` is evaluated again when the task is resumed. O(1), and O(those who
 * wait that have just been cancelled). */
#define weft_lock_acquire(lock)                                                                    \
    WEFT_WAIT_RESUME_(weft_lock_acquire_begin_((lock), weft_context_),                             \
                      weft_lock_acquire_resume_((lock), weft_context_))

/* lock.release(). Returns NULL, or weft_invalid_state_error if it is not locked. O(1). */
const weft_error *weft_lock_release(weft_lock *lock);

/* weft_with_lock(weft_lock *lock) { ... } weft_end: `async with lock:`. Released on every way out;
 * `lock` is evaluated again then, and must still be the same one. */
#define weft_with_lock(lock) WEFT_WITH_(weft_lock_acquire(lock), weft_lock_release(lock))

/* lock.locked(). O(1). */
static inline bool weft_lock_locked(const weft_lock *lock)
{
    return lock->holder;
}

weft_step_ weft_lock_acquire_begin_(weft_lock *lock, weft_context *context);
void weft_lock_acquire_resume_(weft_lock *lock, weft_context *context);

#ifdef __cplusplus
}
#endif
#endif
