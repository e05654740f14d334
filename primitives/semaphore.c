#include "primitives/semaphore.h"

void weft_semaphore_init(weft_semaphore *semaphore, size_t n)
{
    *semaphore = (weft_semaphore)WEFT_SEMAPHORE(n);
}

void weft_bounded_semaphore_init(weft_semaphore *semaphore, size_t n)
{
    *semaphore = (weft_semaphore)WEFT_BOUNDED_SEMAPHORE(n);
}

/* What is free is given to who comes first. Whether there was both. */
static bool give(weft_semaphore *semaphore)
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

/* Takes the running task off the list. Whether it was given a unit. */
static bool leave(weft_semaphore *semaphore, weft_context *context)
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
    static const weft_primitive_info_ info = {.name = "semaphore"};
    return weft_semaphore_acquire_begin_as_(semaphore, context, &info);
}

/* Whoever was given a unit and does not take it gives it back; and whoever leaves the list sees to
 * it that nothing that is free is left lying behind somebody who waits. */
void weft_semaphore_acquire_resume_(weft_semaphore *semaphore, weft_context *context)
{
    const bool granted = leave(semaphore, context);
    if (granted && context->error)
        semaphore->value++;
    while (give(semaphore))
        continue;
}

const weft_error *weft_semaphore_release(weft_semaphore *semaphore)
{
    static const weft_error too_many = {&weft_invalid_state_error, "released too many times"};
    if (semaphore->bounded && semaphore->value >= semaphore->bound)
        return &too_many;
    semaphore->value++;
    give(semaphore);
    return NULL;
}
