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

weft_step_ weft_lock_acquire_begin_(weft_lock *lock, weft_context *context)
{
    if (lock->holder || !weft_waiters_all_cancelled_(&lock->waiters))
        return weft_waiters_park_(&lock->waiters, context, WEFT_INFO_OF_(info));
    lock->holder = weft_running_task_(context);
    return (weft_step_){WEFT_GO_ON_};
}

/* A task that was woken and then cancelled wakes the next one instead. */
void weft_lock_acquire_resume_(weft_lock *lock, weft_context *context)
{
    weft_waiters_resume_(&lock->waiters, context);
    if (!context->error)
        lock->holder = weft_running_task_(context);
    else if (!lock->holder)
        weft_waiters_wake_first_(&lock->waiters);
}

const weft_error *weft_lock_release(weft_lock *lock)
{
    WEFT_ERROR_(not_locked, weft_invalid_state_error, "the lock is not locked");
    if (!lock->holder)
        return not_locked;
    lock->holder = NULL;
    weft_waiters_wake_first_(&lock->waiters);
    return NULL;
}
