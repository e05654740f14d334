/* SPDX-License-Identifier: MIT */
#include "primitives/waiters.h"

#ifdef __OPTIMIZE_SIZE__
#include "primitives/waiters_inline.h"
#endif

/* In debug mode, each of these functions may find a task whose wake-up has to be checked. Then it
 * ends with a call that checks, and begins again. So the test costs nothing where it fails. */

WEFT_COLD_ static bool check_and_grant(weft_wait_ *wait, weft_wait_ **from)
{
    weft_check_wake_(weft_task_of_wait_(wait));
    return weft_waiters_grant_(from);
}

bool weft_waiters_grant_(weft_wait_ **from)
{
    weft_wait_ *wait = *from;
    while (wait && !weft_is_parked_unchecked_(weft_task_of_wait_(wait))) {
        if (weft_is_checked_(weft_task_of_wait_(wait)))
            return check_and_grant(wait, from);
        wait = wait->listed_after;
    }
    *from = wait ? wait->listed_after : NULL;
    if (!wait)
        return false;
    weft_waiters_wake_granted_(wait);
    return true;
}

WEFT_COLD_ static bool check_and_pop(weft_wait_ *wait, weft_waiters_ *waiters)
{
    weft_check_wake_(weft_task_of_wait_(wait));
    return weft_waiters_pop_(waiters);
}

bool weft_waiters_pop_(weft_waiters_ *waiters)
{
    weft_wait_ *wait = waiters->first;
    while (wait && !weft_is_parked_unchecked_(weft_task_of_wait_(wait))) {
        if (weft_is_checked_(weft_task_of_wait_(wait)))
            return check_and_pop(wait, waiters);
        wait = wait->listed_after;
    }
    if (!wait)
        return false;
    weft_waiters_unlink_(waiters, wait);
    weft_waiters_wake_granted_(wait);
    return true;
}

static void wake_from(weft_wait_ *wait, size_t n);

WEFT_COLD_ static void check_and_wake_from(weft_wait_ *wait, size_t n)
{
    weft_check_wake_(weft_task_of_wait_(wait));
    wake_from(wait, n);
}

static void wake_from(weft_wait_ *wait, size_t n)
{
    for (; n && wait; wait = wait->listed_after) {
        if (weft_is_parked_unchecked_(weft_task_of_wait_(wait))) {
            weft_wake_(weft_task_of_wait_(wait), NULL);
            n--;
        } else if (weft_is_checked_(weft_task_of_wait_(wait))) {
            check_and_wake_from(wait, n);
            return;
        }
    }
}

void weft_waiters_wake_(weft_waiters_ *waiters, size_t n)
{
    wake_from(waiters->first, n);
}

/* A loop of its own, without a count, is faster. */
void weft_waiters_wake_all_(weft_waiters_ *waiters)
{
#ifdef __OPTIMIZE_SIZE__
    wake_from(waiters->first, SIZE_MAX);
#else
    for (weft_wait_ *wait = waiters->first; wait; wait = wait->listed_after) {
        if (weft_is_parked_unchecked_(weft_task_of_wait_(wait))) {
            weft_wake_(weft_task_of_wait_(wait), NULL);
        } else if (weft_is_checked_(weft_task_of_wait_(wait))) {
            check_and_wake_from(wait, SIZE_MAX);
            return;
        }
    }
#endif
}
