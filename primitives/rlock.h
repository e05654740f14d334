/* Reentrant lock: held by one task at a time, which may acquire it again. */
#ifndef WEFT_PRIMITIVES_RLOCK_H
#define WEFT_PRIMITIVES_RLOCK_H

#include "lock.h"

#ifdef __cplusplus
extern "C" {
#endif

/* threading.RLock, for tasks; asyncio has none. All zero bytes is an unlocked one. It belongs to
 * the program, must not be moved while a task waits for it, and has nothing to clean up. */
typedef struct weft_rlock {
    weft_lock lock;
    size_t depth; /* how many releases the holder owes; 0: unlocked */
} weft_rlock;

/* weft_rlock_acquire(weft_rlock *rlock): `await lock.acquire()`. If the running task holds the lock
 * already, does not wait; the task must then release the lock once more. Else acquires as
 * weft_lock_acquire does, at the same cost. Raises nothing but a cancellation; then nothing has
 * changed. `rlock` is evaluated again when the task is resumed. */
#define weft_rlock_acquire(rlock)                                                                  \
    WEFT_WAIT_RESUME_(weft_rlock_acquire_begin_((rlock), weft_context_),                           \
                      weft_rlock_acquire_resume_((rlock), weft_context_))

/* weft_rlock_release(weft_rlock *rlock): lock.release(), in a coroutine. An expression. Returns
 * NULL, or weft_invalid_state_error if the running task does not hold the lock. O(1). */
#define weft_rlock_release(rlock) weft_rlock_release_((rlock), weft_current_task())

/* weft_with_rlock(weft_rlock *rlock) { ... } weft_end: `with lock:`. Acquires the lock, and
 * releases it however the block is left. `rlock` is evaluated again then, and must be the same
 * lock. */
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
