#include "primitives/waiters.h"

bool weft_waiters_grant_(weft_wait_ **from)
{
    weft_wait_ *const wait = weft_waiters_first_parked_(*from);
    *from = wait ? wait->listed_after : NULL;
    if (!wait)
        return false;
    weft_waiters_wake_granted_(wait);
    return true;
}

bool weft_waiters_pop_(weft_waiters_ *waiters)
{
    weft_wait_ *const wait = weft_waiters_first_parked_(waiters->first);
    if (!wait)
        return false;
    weft_waiters_unlink_(waiters, wait);
    weft_waiters_wake_granted_(wait);
    return true;
}

void weft_waiters_wake_(weft_waiters_ *waiters, size_t n)
{
    weft_wait_ *wait = waiters->first;
    for (; n && (wait = weft_waiters_first_parked_(wait)); n--)
        weft_wake_(weft_task_of_wait_(wait));
}

void weft_waiters_wake_all_(weft_waiters_ *waiters)
{
    for (weft_wait_ *wait = waiters->first; wait; wait = wait->listed_after)
        if (weft_is_parked_(weft_task_of_wait_(wait)))
            weft_wake_(weft_task_of_wait_(wait));
}
