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

/* ---- For an observer ----
 * A loop without an observer pays for the tests alone: the rest is in functions of its own.
 *
 * A release must know whether an observer has seen that the lock was taken, and in which loop. The
 * holder cannot tell, because its memory may be gone. So while nobody waits, the pointer `info` of
 * a lock that was seen points to that loop. While a task waits, `info` points to the lock's info,
 * and the waiting task knows its loop. */

#if WEFT_TEXTS
static void set_seen(weft_lock *lock, weft_loop *loop)
{
    if (!lock->waiters.first)
        lock->waiters.info = (const weft_primitive_info_ *)(const void *)loop;
}

/* Returns the loop whose observer must know that the lock is released; NULL: none. */
static inline weft_loop *seen_by(const weft_lock *lock)
{
    const weft_wait_ *const first = lock->waiters.first;
    if (first) {
        weft_loop *const loop = WEFT_CONTAINER_(first, weft_task, live.wait)->awaitable.scope->loop;
        return weft_is_observed_(loop) ? loop : NULL;
    }
    const weft_primitive_info_ *const seen = lock->waiters.info;
    return seen && seen != &info ? (weft_loop *)(uintptr_t)seen : NULL;
}

WEFT_COLD_ static weft_step_ observe_taken(weft_lock *lock, weft_context *context)
{
    weft_loop *const loop = weft_running_loop_(context);
    set_seen(lock, loop);
    weft_tell_observer_(loop, WEFT_NOTES_LOCK_TAKEN_, lock, NULL);
    return (weft_step_){WEFT_GO_ON_};
}

WEFT_COLD_ static void observe_release(weft_lock *lock, weft_loop *loop)
{
    lock->waiters.info = &info;
    weft_observe_(loop, WEFT_NOTES_LOCK_RELEASED_, lock, lock->holder);
}
#endif

/* ---- Acquire ---- */

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
#if WEFT_TEXTS
    else if (weft_is_observed_(weft_running_loop_(context)))
        set_seen(lock, weft_running_loop_(context));
#endif
}

/* ---- Release ---- */

static inline const weft_error *release(weft_lock *lock)
{
    lock->holder = NULL;
    weft_waiters_wake_first_(&lock->waiters);
    return NULL;
}

#if WEFT_TEXTS
WEFT_COLD_ static const weft_error *observe_and_release(weft_lock *lock)
{
    observe_release(lock, seen_by(lock));
    return release(lock);
}
#endif

const weft_error *weft_lock_release(weft_lock *lock)
{
    WEFT_ERROR_(not_locked, weft_invalid_state_error, "the lock is not locked");
    if (!lock->holder)
        return not_locked;
#if WEFT_TEXTS
    if (WEFT_UNLIKELY_(seen_by(lock) != NULL))
        return observe_and_release(lock);
#endif
    return release(lock);
}
