#include "primitives/waiters.h"

bool weft_waiters_was_popped_(weft_waiters *waiters, weft_context *context)
{
    weft_task *const task = weft_running_task_(context);
    if (weft_waiters_take_grant_(task))
        return true;
    weft_waiters_unlist_(waiters, &task->live.wait);
    return false;
}

static bool grant(weft_wait *wait)
{
    if (!wait)
        return false;
    weft_wake_(weft_task_of_wait_(wait));
    weft_task_of_wait_(wait)->root.flags |= WEFT_GRANTED_;
    return true;
}

bool weft_waiters_grant_(weft_wait **from)
{
    weft_wait *const wait = weft_waiters_first_parked_(*from);
    *from = wait ? wait->listed_after : NULL;
    return grant(wait);
}

bool weft_waiters_pop_(weft_waiters *waiters)
{
    weft_wait *const wait = weft_waiters_first_parked_(waiters->first);
    if (wait)
        weft_waiters_unlist_(waiters, wait);
    return grant(wait);
}

void weft_waiters_wake_(weft_waiters *waiters, size_t n)
{
    weft_wait *wait = waiters->first;
    for (; n && (wait = weft_waiters_first_parked_(wait)); n--)
        weft_wake_(weft_task_of_wait_(wait));
}

void weft_waiters_wake_all_(weft_waiters *waiters)
{
    for (weft_wait *wait = waiters->first; wait; wait = wait->listed_after)
        if (weft_is_parked_(weft_task_of_wait_(wait)))
            weft_wake_(weft_task_of_wait_(wait));
}
