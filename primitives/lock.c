/* SPDX-License-Identifier: MIT */
#define WEFT_FAST_WAITERS_ /* a task that waits for a lock holds others up, too */
#include "primitives/lock.h"

#if WEFT_TEXTS
static const weft_task *holder(const weft_primitive_info_ *const *primitive)
{
    return WEFT_CONTAINER_(primitive, weft_lock, waiters.info)->holder;
}
#endif

WEFT_INFO_(info, .name = "lock", .holder = holder);

/* What an observer must know is in functions of its own, so that a lock without an observer pays
 * for the tests alone. */
#if WEFT_TEXTS
WEFT_COLD_ static weft_step_ observe_taken(weft_lock *lock, weft_context *context)
{
    lock->seen_by = weft_running_loop_(context);
    weft_observe_(lock->seen_by, WEFT_NOTES_LOCK_TAKEN_, lock, NULL);
    return (weft_step_){WEFT_GO_ON_};
}
#endif

static inline weft_step_ take(weft_lock *lock, weft_context *context)
{
    lock->holder = weft_running_task_(context);
#if WEFT_TEXTS
    if (weft_is_observed_(weft_running_loop_(context)))
        return observe_taken(lock, context);
#endif
    return (weft_step_){WEFT_GO_ON_};
}

weft_step_ weft_lock_acquire_begin_(weft_lock *lock, weft_context *context)
{
    if (lock->holder || !weft_waiters_all_cancelled_(&lock->waiters))
        return weft_waiters_park_(&lock->waiters, context, WEFT_INFO_OF_(info));
    return take(lock, context);
}

/* A task that was woken and then cancelled wakes the next one instead. */
void weft_lock_acquire_resume_(weft_lock *lock, weft_context *context)
{
    weft_waiters_resume_(&lock->waiters, context);
    if (!context->error)
        (void)take(lock, context);
    else if (!lock->holder)
        weft_waiters_wake_first_(&lock->waiters);
}

static inline const weft_error *release(weft_lock *lock)
{
    WEFT_ERROR_(not_locked, weft_invalid_state_error, "the lock is not locked");
    if (!lock->holder)
        return not_locked;
    lock->holder = NULL;
    weft_waiters_wake_first_(&lock->waiters);
    return NULL;
}

#if WEFT_TEXTS
WEFT_COLD_ static const weft_error *observe_and_release(weft_lock *lock)
{
    weft_loop *const loop = lock->seen_by;
    lock->seen_by = NULL;
    weft_observe_(loop, WEFT_NOTES_LOCK_RELEASED_, lock, lock->holder);
    return release(lock);
}
#endif

const weft_error *weft_lock_release(weft_lock *lock)
{
#if WEFT_TEXTS
    if (WEFT_UNLIKELY_(lock->seen_by != NULL))
        return observe_and_release(lock);
#endif
    return release(lock);
}
