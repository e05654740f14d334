/* Waiters: the tasks that wait for a primitive, in the order in which they came.
 *
 * A task that is woken or cancelled is in the ready queue, and stays in the list until it runs. So
 * the list always tells which task came first, and no later task overtakes a woken one.
 */
#ifndef WEFT_PRIMITIVES_WAITERS_H
#define WEFT_PRIMITIVES_WAITERS_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_LISTED_AFTER_(wait) (wait)->listed_after
#define WEFT_LISTED_BEFORE_(wait) (wait)->listed_before
WEFT_DEFINE_LIST_(weft_wait_list, weft_wait_, WEFT_LISTED_AFTER_, WEFT_LISTED_BEFORE_)

/* A list of waiting tasks. All zero bytes is an empty one. */
typedef struct weft_waiters_ {
    const weft_primitive_info_ *info; /* the primitive's, for reports; the first member, so that the
                                         list and its `info` have one address */
    weft_wait_ *first;                /* NULL: no task is listed */
} weft_waiters_;

static inline weft_task *weft_task_of_wait_(weft_wait_ *wait)
{
    return WEFT_CONTAINER_(wait, weft_task, live.wait);
}

/* Parks the running task at the end of the list, for the primitive that `info` describes. */
static inline weft_step_ weft_waiters_park_(weft_waiters_ *waiters, weft_context *context,
                                            const weft_primitive_info_ *info)
{
    weft_task *const task = weft_running_task_(context);
    waiters->info = info;
    weft_wait_list_append_(&waiters->first, &task->live.wait);
    return weft_park_listed_(task, &waiters->info);
}

static inline void weft_waiters_unlink_(weft_waiters_ *waiters, weft_wait_ *wait)
{
    weft_wait_list_remove_(&waiters->first, wait);
}

/* Returns true if a grant ended the wait of the task, which has just been resumed. */
static inline bool weft_waiters_was_granted_(const weft_task *task)
{
    return weft_parked_in_(task) == WEFT_GRANTED_;
}

/* Removes the running task, which has just been resumed, from the list. Returns true if the task
 * was granted what it waited for (weft_waiters_grant_). The caller must then take that; if the task
 * was cancelled meanwhile, the caller must pass it on. */
static inline bool weft_waiters_resume_(weft_waiters_ *waiters, weft_context *context)
{
    weft_task *const task = weft_running_task_(context);
    weft_waiters_unlink_(waiters, &task->live.wait);
    return weft_waiters_was_granted_(task);
}

/* Returns the first parked task's entry, from `wait` on; NULL: none. */
static inline weft_wait_ *weft_waiters_first_parked_(weft_wait_ *wait)
{
    while (wait && !weft_is_parked_(weft_task_of_wait_(wait)))
        wait = wait->listed_after;
    return wait;
}

/* Wakes the first task, unless that is ready already. */
static inline void weft_waiters_wake_first_(weft_waiters_ *waiters)
{
    if (waiters->first && weft_is_parked_(weft_task_of_wait_(waiters->first)))
        weft_wake_(weft_task_of_wait_(waiters->first));
}

/* Wakes a parked task with a grant. */
static inline void weft_waiters_wake_granted_(weft_wait_ *wait)
{
    weft_task *const task = weft_task_of_wait_(wait);
    weft_wake_(task);
    task->root.flags |= WEFT_GRANTED_;
}

/* Wakes the first parked task with a grant, from *from on, and leaves it in the list. *from becomes
 * the entry behind that task. Returns false if no task is parked. */
bool weft_waiters_grant_(weft_wait_ **from);

/* Wakes the first parked task of the list with a grant, and removes it from the list. The task must
 * then resume by weft_waiters_resume_popped_, which does not remove it again. Returns false if no
 * task is parked. */
bool weft_waiters_pop_(weft_waiters_ *waiters);

/* Calls weft_waiters_pop_, with a short way for a first task that is parked. The list must not be
 * empty. With -Os there is no short way. */
static inline void weft_waiters_pop_one_(weft_waiters_ *waiters)
{
#ifndef __OPTIMIZE_SIZE__
    weft_wait_ *const first = waiters->first;
    if (WEFT_LIKELY_(weft_is_parked_(weft_task_of_wait_(first)))) {
        weft_waiters_unlink_(waiters, first);
        weft_waiters_wake_granted_(first);
        return;
    }
#endif
    weft_waiters_pop_(waiters);
}

/* Removes the running task, which has just been resumed, unless weft_waiters_pop_ did. Returns true
 * if weft_waiters_pop_ did. */
static inline bool weft_waiters_resume_popped_(weft_waiters_ *waiters, weft_context *context)
{
    weft_task *const task = weft_running_task_(context);
    if (WEFT_LIKELY_(weft_waiters_was_granted_(task)))
        return true;
    weft_waiters_unlink_(waiters, &task->live.wait);
    return false;
}

/* Wakes all parked tasks. */
void weft_waiters_wake_all_(weft_waiters_ *waiters);

/* Wakes the first n parked tasks. */
void weft_waiters_wake_(weft_waiters_ *waiters, size_t n);

/* Returns true if every listed task was cancelled, or none is listed. Cancelled tasks leave the
 * list as soon as they run. */
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
