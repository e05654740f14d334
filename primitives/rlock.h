/* SPDX-License-Identifier: MIT */
/* Reentrant lock: held by one task at a time, which may acquire the lock again. */
#ifndef WEFT_PRIMITIVES_RLOCK_H
#define WEFT_PRIMITIVES_RLOCK_H

#include "lock.h"

#ifdef __cplusplus
extern "C" {
#endif

/* threading.RLock, for tasks; asyncio has no such lock. A lock of all zero bytes is free. The
 * program owns the lock, and must not move the lock while a task waits for it. A reentrant lock
 * need not be destroyed. */
typedef struct weft_rlock {
    weft_lock lock;
    size_t depth; /* how often the holder must still release the lock; 0: the lock is free */
} weft_rlock;

/* weft_rlock_acquire(weft_rlock *rlock): `await lock.acquire()`. If the running task already holds
 * the lock, it does not wait. It must then release the lock as often as it has acquired the lock.
 * Otherwise the task acquires the lock as weft_lock_acquire does, at equal cost. If the task is
 * cancelled while it waits, it raises weft_cancelled_error and does not get the lock. There is no
 * other error. The macro evaluates `rlock` again when the task resumes. */
#define weft_rlock_acquire(rlock)                                                                  \
    WEFT_WAIT_(weft_rlock_acquire_begin_((rlock), weft_context_),                                  \
               weft_rlock_acquire_resume_((rlock), weft_context_))

/* weft_rlock_release(weft_rlock *rlock): lock.release(), in a coroutine. The macro is an
 * expression. Its value is NULL, or weft_invalid_state_error if the running task does not hold the
 * lock. O(1). */
#define weft_rlock_release(rlock) weft_rlock_release_((rlock), weft_current_task())

/* weft_with_rlock(weft_rlock *rlock) { ... } weft_end: `with lock:`. Acquires the lock, and
 * releases the lock however the program leaves the block. The macro evaluates `rlock` again for the
 * release, and must get the same lock then. */
#define weft_with_rlock(rlock) WEFT_WITH_(weft_rlock_acquire(rlock), weft_rlock_release(rlock))

/* lock.locked(). Returns true if a task holds the lock. O(1). */
static inline bool weft_rlock_locked(const weft_rlock *rlock)
{
    return weft_lock_locked(&rlock->lock);
}

/* ---- Private ---- */

weft_step_ weft_rlock_acquire_begin_(weft_rlock *rlock, weft_context *context);
void weft_rlock_acquire_resume_(weft_rlock *rlock, weft_context *context);
const weft_error *weft_rlock_release_(weft_rlock *rlock, const weft_task *task);

#ifdef __cplusplus
}
#endif
#endif
