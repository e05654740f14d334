#include "primitives/lock.h"

weft_signal weft_lock_acquire_(weft_lock *lock, weft_context *context)
{
    if (lock->locked || !weft_waiters_all_cancelled_(&lock->waiters))
        return weft_waiters_park_(&lock->waiters, weft_running_task_(context), "lock");
    lock->locked = true;
    return (weft_signal){WEFT_GO_ON_};
}

/* Whoever was woken and does not take it wakes the next. */
void weft_lock_take_(weft_lock *lock, weft_context *context)
{
    weft_waiters_remove_(&lock->waiters, weft_running_task_(context));
    if (!context->error)
        lock->locked = true;
    else if (!lock->locked)
        weft_waiters_wake_first_(&lock->waiters);
}

const weft_error *weft_lock_release(weft_lock *lock)
{
    if (!lock->locked)
        return &weft_invalid_state_error;
    lock->locked = false;
    weft_waiters_wake_first_(&lock->waiters);
    return NULL;
}
