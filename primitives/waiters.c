#include "primitives/waiters.h"

static weft_task *task_of(const weft_wait *wait)
{
    return WEFT_CONTAINER_(wait, weft_task, live.wait);
}

weft_signal weft_waiters_park_(weft_waiters *waiters, weft_context *context, const weft_kind *kind)
{
    weft_task *const task = weft_running_task_(context);
    weft_wait *const wait = &task->live.wait, *const first = waiters->first;
    waiters->kind = kind;
    wait->listed_after = NULL;
    wait->listed_before = first ? first->listed_before : wait;
    if (first) {
        first->listed_before->listed_after = wait;
        first->listed_before = wait;
    } else {
        waiters->first = wait;
    }
    return weft_park_listed_(task, &waiters->kind);
}

static void unlist(weft_waiters *waiters, weft_wait *wait)
{
    weft_wait *const before = wait->listed_before, *const after = wait->listed_after;
    if (after)
        after->listed_before = before;
    else
        waiters->first->listed_before = before;
    if (wait == waiters->first)
        waiters->first = after;
    else
        before->listed_after = after;
}

static bool take_grant(weft_task *task)
{
    const bool granted = weft_parked_in_(task) == WEFT_GRANTED_;
    task->root.flags &= (uint16_t)~WEFT_PARKED_MASK_;
    return granted;
}

bool weft_waiters_remove_(weft_waiters *waiters, weft_context *context)
{
    weft_task *const task = weft_running_task_(context);
    unlist(waiters, &task->live.wait);
    return take_grant(task);
}

bool weft_waiters_was_popped_(weft_waiters *waiters, weft_context *context)
{
    weft_task *const task = weft_running_task_(context);
    if (take_grant(task))
        return true;
    unlist(waiters, &task->live.wait);
    return false;
}

void weft_waiters_wake_first_(weft_waiters *waiters)
{
    if (waiters->first && weft_is_parked_(task_of(waiters->first)))
        weft_wake_(task_of(waiters->first));
}

static weft_wait *first_parked(weft_wait *wait)
{
    while (wait && !weft_is_parked_(task_of(wait)))
        wait = wait->listed_after;
    return wait;
}

static bool grant(weft_wait *wait)
{
    if (!wait)
        return false;
    weft_wake_(task_of(wait));
    task_of(wait)->root.flags |= WEFT_GRANTED_;
    return true;
}

bool weft_waiters_grant_(weft_waiters *waiters)
{
    return grant(first_parked(waiters->first));
}

bool weft_waiters_pop_(weft_waiters *waiters)
{
    weft_wait *const wait = first_parked(waiters->first);
    if (wait)
        unlist(waiters, wait);
    return grant(wait);
}

void weft_waiters_wake_(weft_waiters *waiters, size_t n)
{
    weft_wait *wait = waiters->first;
    for (; n && (wait = first_parked(wait)); n--)
        weft_wake_(task_of(wait));
}

void weft_waiters_wake_all_(weft_waiters *waiters)
{
    for (weft_wait *wait = waiters->first; wait; wait = wait->listed_after)
        if (weft_is_parked_(task_of(wait)))
            weft_wake_(task_of(wait));
}

bool weft_waiters_all_cancelled_(const weft_waiters *waiters)
{
    const weft_wait *wait = waiters->first;
    while (wait && task_of(wait)->root.flags & WEFT_CANCELLED_)
        wait = wait->listed_after;
    return !wait;
}
