/* SPDX-License-Identifier: MIT */
/* The definitions of those functions of waiters.h that are marked with WEFT_WAITERS_INLINE_. */
#ifndef WEFT_PRIMITIVES_WAITERS_INLINE_H
#define WEFT_PRIMITIVES_WAITERS_INLINE_H

#include "waiters.h"

WEFT_WAITERS_INLINE_ void weft_waiters_unlink_(weft_waiters_ *waiters, weft_wait_ *wait)
{
    weft_wait_list_remove_(&waiters->first, wait);
}

WEFT_WAITERS_INLINE_ void weft_waiters_wake_granted_(weft_wait_ *wait)
{
    weft_task *const task = weft_task_of_wait_(wait);
    weft_wake_(task, NULL);
    task->root.flags |= WEFT_GRANTED_;
}

WEFT_WAITERS_INLINE_ weft_step_ weft_waiters_park_(weft_waiters_ *waiters, weft_context *context,
                                                   const weft_primitive_info_ *info)
{
    weft_task *const task = weft_running_task_(context);
    (void)info;
    WEFT_SET_INFO_(waiters, info);
    weft_wait_list_append_(&waiters->first, &task->live.wait);
    return weft_park_listed_(task, WEFT_WHERE_(waiters));
}

WEFT_WAITERS_INLINE_ bool weft_waiters_resume_(weft_waiters_ *waiters, weft_context *context)
{
    weft_task *const task = weft_running_task_(context);
    weft_waiters_unlink_(waiters, &task->live.wait);
    return weft_waiters_was_granted_(task);
}

WEFT_WAITERS_INLINE_ void weft_waiters_wake_first_(weft_waiters_ *waiters)
{
    weft_wait_ *const first = waiters->first;
    if (!first)
        return;
    if (WEFT_LIKELY_(weft_parked_in_(weft_task_of_wait_(first)) == WEFT_LISTED_))
        weft_wake_(weft_task_of_wait_(first), NULL);
    else if (weft_is_checked_(weft_task_of_wait_(first)))
        weft_waiters_wake_(waiters, 1);
}

WEFT_WAITERS_INLINE_ bool weft_waiters_resume_popped_(weft_waiters_ *waiters, weft_context *context)
{
    weft_task *const task = weft_running_task_(context);
    if (WEFT_LIKELY_(weft_waiters_was_granted_(task)))
        return true;
    return weft_waiters_resume_(waiters, context);
}

WEFT_WAITERS_INLINE_ bool weft_waiters_all_cancelled_(const weft_waiters_ *waiters)
{
    weft_wait_ *wait = waiters->first;
    while (wait && weft_task_of_wait_(wait)->root.flags & WEFT_CANCELLED_)
        wait = wait->listed_after;
    return !wait;
}

#endif
