/* Reentrant lock: one task at a time, which may take it again. */
#ifndef WEFT_PRIMITIVES_RLOCK_H
#define WEFT_PRIMITIVES_RLOCK_H

#include "lock.h"

#ifdef __cplusplus
extern "C" {
#endif

/* threading.RLock, for tasks; asyncio has none. All zero is an unlocked one. It belongs to the
 * program, and has nothing to clean up. */
typedef struct weft_rlock {
    weft_lock lock;
    size_t depth; /* how often its holder has taken it */
} weft_rlock;

/* weft_rlock_acquire(weft_rlock *lock): `await lock.acquire()`. Goes on at once if this task holds
 * it already, and needs to release it once more then; else as weft_lock_acquire. When this raises,
 * nothing has changed. */
#define weft_rlock_acquire(rlock)                                                                  \
    WEFT_WAIT_RESUME_(weft_rlock_acquire_begin_((rlock), weft_context_),                           \
                      weft_rlock_acquire_resume_((rlock), weft_context_))

/* weft_rlock_release(weft_rlock *lock), in a coroutine: an expression. lock.release(). Returns
 * NULL, or weft_invalid_state_error if this task does not hold it. O(1). */
#define weft_rlock_release(rlock) weft_rlock_release_((rlock), weft_current_task())

/* weft_with_rlock(weft_rlock *lock) { ... } weft_end: `with lock:`. Released on every way out;
 * `lock` is evaluated again then, and must still be the same one. */
#define weft_with_rlock(rlock) WEFT_WITH_(weft_rlock_acquire(rlock), weft_rlock_release(rlock))

/* lock.locked(): whether any task holds it. O(1). */
static inline bool weft_rlock_locked(const weft_rlock *rlock)
{
    return weft_lock_locked(&rlock->lock);
}

weft_step_ weft_rlock_acquire_begin_(weft_rlock *rlock, weft_context *context);
void weft_rlock_acquire_resume_(weft_rlock *rlock, weft_context *context);
const weft_error *weft_rlock_release_(weft_rlock *rlock, const weft_task *task);

#ifdef __cplusplus
}
#endif
#endif
