/* SPDX-License-Identifier: MIT */
/* Lock: held by one task at a time. */
#ifndef WEFT_PRIMITIVES_LOCK_H
#define WEFT_PRIMITIVES_LOCK_H

#include "waiters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.Lock. A lock of all zero bytes is free. The program owns the lock: a static variable, a
 * member of a frame (a coroutine's struct), or allocated memory. A lock must not be a C local
 * variable of a coroutine. The program must not move the lock while a task waits for it. A lock
 * need not be destroyed. As in asyncio, a task that holds the lock must not acquire the lock again
 * (weft_rlock allows that). Any task may release the lock. */
typedef struct weft_lock {
    weft_waiters_ waiters;
    const weft_task *holder; /* the task that acquired the lock; NULL: the lock is free */
} weft_lock;

/* weft_lock_acquire(weft_lock *lock): `await lock.acquire()`. Waits until the lock is free. Waiting
 * tasks get the lock in the order in which they came. If the lock is free and no other task waits
 * for it, the task does not wait. If the task is cancelled while it waits, it raises
 * weft_cancelled_error, and does not get the lock. There is no other error. The macro evaluates
 * `lock` again when the task resumes. O(1 + c), c: the waiting tasks that were cancelled and have
 * not run since. */
#define weft_lock_acquire(lock)                                                                    \
    WEFT_WAIT_(weft_lock_acquire_begin_((lock), weft_context_),                                    \
               weft_lock_acquire_resume_((lock), weft_context_))

/* lock.release(). Releases the lock, and wakes the first waiting task. Returns NULL, or
 * weft_invalid_state_error if no task holds the lock. O(1). */
const weft_error *weft_lock_release(weft_lock *lock);

/* weft_with_lock(weft_lock *lock) { ... } weft_end: `async with lock:`. Acquires the lock, and
 * releases the lock however the program leaves the block. The macro evaluates `lock` again for the
 * release, and must get the same lock then. */
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
