#include "primitives/waiters.h"

static weft_task *task_of(const weft_wait *wait)
{
    return WEFT_CONTAINER_(wait, weft_task, live.wait);
}

weft_signal weft_waiters_park_(weft_waiters *waiters, weft_task *task, const char *what)
{
    weft_wait *const wait = &task->live.wait, *const first = waiters->first;
    waiters->what = what;
    wait->listed_after = NULL;
    wait->listed_before = first ? first->listed_before : wait;
    if (first) {
        first->listed_before->listed_after = wait;
        first->listed_before = wait;
    } else {
        waiters->first = wait;
    }
    return weft_park_listed_(task, &waiters->what);
}

bool weft_waiters_remove_(weft_waiters *waiters, weft_task *task)
{
    const bool granted = task->root.flags & WEFT_GRANTED_;
    task->root.flags &= (uint16_t)~WEFT_GRANTED_;
    weft_wait *const wait = &task->live.wait;
    weft_wait *const before = wait->listed_before, *const after = wait->listed_after;
    if (after)
        after->listed_before = before;
    else
        waiters->first->listed_before = before;
    if (wait == waiters->first)
        waiters->first = after;
    else
        before->listed_after = after;
    return granted;
}

void weft_waiters_wake_first_(weft_waiters *waiters)
{
    if (waiters->first && weft_parked_in_(task_of(waiters->first)))
        weft_wake_(task_of(waiters->first));
}

bool weft_waiters_grant_(weft_waiters *waiters)
{
    weft_wait *wait = waiters->first;
    while (wait && !weft_parked_in_(task_of(wait)))
        wait = wait->listed_after;
    if (!wait)
        return false;
    task_of(wait)->root.flags |= WEFT_GRANTED_;
    weft_wake_(task_of(wait));
    return true;
}

void weft_waiters_wake_all_(weft_waiters *waiters)
{
    for (weft_wait *wait = waiters->first; wait; wait = wait->listed_after)
        if (weft_parked_in_(task_of(wait)))
            weft_wake_(task_of(wait));
}

bool weft_waiters_all_cancelled_(const weft_waiters *waiters)
{
    const weft_wait *wait = waiters->first;
    while (wait && task_of(wait)->root.flags & WEFT_CANCELLED_)
        wait = wait->listed_after;
    return !wait;
}
