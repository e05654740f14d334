/* SPDX-License-Identifier: MIT */
#include "primitives/semaphore.h"

void weft_semaphore_init(weft_semaphore *semaphore, size_t n)
{
    *semaphore = (weft_semaphore)WEFT_SEMAPHORE(n);
}

void weft_bounded_semaphore_init(weft_semaphore *semaphore, size_t n)
{
    *semaphore = (weft_semaphore)WEFT_BOUNDED_SEMAPHORE(n);
}

/* Grants a free unit to the first waiter that has none. Returns false if there is no free unit or
 * no such waiter. */
static bool grant(weft_semaphore *semaphore)
{
    if (semaphore->value == 0 || !weft_waiters_grant_(&semaphore->next))
        return false;
    semaphore->value--;
    return true;
}

bool weft_semaphore_locked(const weft_semaphore *semaphore)
{
    return semaphore->value == 0 || !weft_waiters_all_cancelled_(&semaphore->waiters);
}

/* Removes the running task from the waiters. Returns true if it was granted a unit. */
static bool resume(weft_semaphore *semaphore, weft_context *context)
{
    const weft_wait_ *const wait = &weft_running_task_(context)->live.wait;
    if (semaphore->next == wait)
        semaphore->next = wait->listed_after;
    return weft_waiters_resume_(&semaphore->waiters, context);
}

static weft_step_ park(weft_semaphore *semaphore, weft_context *context,
                       const weft_primitive_info_ *info)
{
    if (!semaphore->next)
        semaphore->next = &weft_running_task_(context)->live.wait;
    return weft_waiters_park_(&semaphore->waiters, context, info);
}

weft_step_ weft_semaphore_acquire_begin_as_(weft_semaphore *semaphore, weft_context *context,
                                            const weft_primitive_info_ *info)
{
    if (weft_semaphore_locked(semaphore))
        return park(semaphore, context, info);
    semaphore->value--;
    return (weft_step_){WEFT_GO_ON_};
}

weft_step_ weft_semaphore_acquire_begin_(weft_semaphore *semaphore, weft_context *context)
{
    WEFT_INFO_(info, .name = "semaphore");
    return weft_semaphore_acquire_begin_as_(semaphore, context, WEFT_INFO_OF_(info));
}

/* A task that was granted a unit and then cancelled returns that unit. Every task that leaves the
 * list grants what is free: no free unit may be left while a task waits. */
void weft_semaphore_acquire_resume_(weft_semaphore *semaphore, weft_context *context)
{
    const bool granted = resume(semaphore, context);
    if (granted && context->error)
        semaphore->value++;
    while (grant(semaphore))
        continue;
}

const weft_error *weft_semaphore_release(weft_semaphore *semaphore)
{
    WEFT_ERROR_(too_many, weft_invalid_state_error, "released too many times");
    weft_check_context_();
    if (semaphore->bounded && semaphore->value >= semaphore->bound)
        return too_many;
    semaphore->value++;
    grant(semaphore);
    return NULL;
}
