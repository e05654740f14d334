/* The tasks that wait for a primitive, first in, first out.
 *
 * Who is woken, or cancelled, stays listed until it runs: it is on the ready queue as well then. So
 * the list says who comes first at any moment, and nobody passes a woken one by.
 */
#ifndef WEFT_PRIMITIVES_WAITERS_H
#define WEFT_PRIMITIVES_WAITERS_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All zero is an empty one. */
typedef struct weft_waiters_ {
    const weft_primitive_info_
        *kind;         /* the primitive's, for reports; first, and so at its address */
    weft_wait_ *first; /* its `listed_before` is the last, whose `listed_after` is NULL */
} weft_waiters_;

static inline weft_task *weft_task_of_wait_(weft_wait_ *wait)
{
    return WEFT_CONTAINER_(wait, weft_task, live.wait);
}

/* Parks the running task at the end of the list, for a primitive of this kind. */
static inline weft_step_ weft_waiters_park_(weft_waiters_ *waiters, weft_context *context,
                                            const weft_primitive_info_ *kind)
{
    weft_task *const task = weft_running_task_(context);
    weft_wait_ *const wait = &task->live.wait, *const first = waiters->first;
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

static inline void weft_waiters_unlist_(weft_waiters_ *waiters, weft_wait_ *wait)
{
    weft_wait_ *const before = wait->listed_before, *const after = wait->listed_after;
    if (after)
        after->listed_before = before;
    else
        waiters->first->listed_before = before;
    if (wait == waiters->first)
        waiters->first = after;
    else
        before->listed_after = after;
}

/* Of a task that has just been resumed: whether its wait was ended by a grant. */
static inline bool weft_waiters_was_granted_(const weft_task *task)
{
    return weft_parked_in_(task) == WEFT_GRANTED_;
}

/* Takes the running task, which has just been resumed, off the list. Whether it was given something
 * (weft_waiters_grant_, weft_waiters_pop_): then that is its own to take, or to pass on if it was
 * cancelled meanwhile. */
static inline bool weft_waiters_resume_(weft_waiters_ *waiters, weft_context *context)
{
    weft_task *const task = weft_running_task_(context);
    weft_waiters_unlist_(waiters, &task->live.wait);
    return weft_waiters_was_granted_(task);
}

static inline weft_wait_ *weft_waiters_first_parked_(weft_wait_ *wait)
{
    while (wait && !weft_is_parked_(weft_task_of_wait_(wait)))
        wait = wait->listed_after;
    return wait;
}

/* Makes the first one ready, unless it is already. */
static inline void weft_waiters_wake_first_(weft_waiters_ *waiters)
{
    if (waiters->first && weft_is_parked_(weft_task_of_wait_(waiters->first)))
        weft_wake_(weft_task_of_wait_(waiters->first));
}

/* Wakes it, as one that has been given something. */
static inline void weft_waiters_give_(weft_wait_ *wait)
{
    weft_task *const task = weft_task_of_wait_(wait);
    weft_wake_(task);
    task->root.flags |= WEFT_GRANTED_;
}

/* Makes the first one ready that is not yet, as one that has been given something, of those from
 * *from on; which is then the one behind it. False if there is none. */
bool weft_waiters_grant_(weft_wait_ **from);

/* The same of all, and takes it off the list: it is not to take itself off then
 * (weft_waiters_resume_popped_, which says so once). */
bool weft_waiters_pop_(weft_waiters_ *waiters);

/* The same of a list that is not empty; where bytes count, by a call. */
static inline void weft_waiters_pop_one_(weft_waiters_ *waiters)
{
#ifndef __OPTIMIZE_SIZE__
    weft_wait_ *const first = waiters->first;
    if (WEFT_LIKELY_(weft_is_parked_(weft_task_of_wait_(first)))) {
        weft_waiters_unlist_(waiters, first);
        weft_waiters_give_(first);
        return;
    }
#endif
    weft_waiters_pop_(waiters);
}

static inline bool weft_waiters_resume_popped_(weft_waiters_ *waiters, weft_context *context)
{
    weft_task *const task = weft_running_task_(context);
    if (WEFT_LIKELY_(weft_waiters_was_granted_(task)))
        return true;
    weft_waiters_unlist_(waiters, &task->live.wait);
    return false;
}

/* Makes all ready; the first n that are not. */
void weft_waiters_wake_all_(weft_waiters_ *waiters);
void weft_waiters_wake_(weft_waiters_ *waiters, size_t n);

/* Whether all who are listed have been cancelled, and are about to go. */
static inline bool weft_waiters_all_cancelled_(const weft_waiters_ *waiters)
{
    weft_wait_ *wait = waiters->first;
    while (wait && weft_task_of_wait_(wait)->root.flags & WEFT_CANCELLED_)
        wait = wait->listed_after;
    return !wait;
}

#ifdef __cplusplus
}
#endif
#endif
