/* SPDX-License-Identifier: MIT */
/* Waiters: the tasks that wait for a primitive (a lock, an event, a queue, ...), in the order in
 * which they came.
 *
 * A task is parked from the beginning of its wait until something wakes or cancels the task. A
 * woken task goes into the loop's ready queue and runs later. Until it runs, it also stays in the
 * list of waiters. So the list always tells which task came first, and no later task overtakes a
 * woken task. To wake a task with a grant is to give it what it waits for before it runs. */
#ifndef WEFT_PRIMITIVES_WAITERS_H
#define WEFT_PRIMITIVES_WAITERS_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_LISTED_AFTER_(wait) (wait)->listed_after
#define WEFT_LISTED_BEFORE_(wait) (wait)->listed_before
WEFT_DEFINE_LIST_(weft_wait_list, weft_wait_, WEFT_LISTED_AFTER_, WEFT_LISTED_BEFORE_)

/* A list of waiting tasks. A list of all zero bytes is empty. `info` describes the primitive for
 * reports. It is the first member, so that the list and `info` have one address. */
typedef struct weft_waiters_ {
    WEFT_INFO_MEMBER_
    weft_wait_ *first; /* the task that came first; NULL: no task is in the list */
} weft_waiters_;

/* If the library is compiled for size, the functions below that are so marked are in waiters.c,
 * since several primitives call them. Otherwise, and for the lock, their bodies are inline
 * (waiters_inline.h). */
#if defined(__OPTIMIZE_SIZE__) && !defined(WEFT_FAST_WAITERS_)
#define WEFT_WAITERS_INLINE_
#else
#define WEFT_WAITERS_INLINE_ static inline
#endif

static inline weft_task *weft_task_of_wait_(weft_wait_ *wait)
{
    return WEFT_CONTAINER_(wait, weft_task, live.wait);
}

/* Parks the running task, and adds the task at the end of the list. `info` describes the primitive
 * that the task waits for. */
WEFT_WAITERS_INLINE_ weft_step_ weft_waiters_park_(weft_waiters_ *waiters, weft_context *context,
                                                   const weft_primitive_info_ *info);

WEFT_WAITERS_INLINE_ void weft_waiters_unlink_(weft_waiters_ *waiters, weft_wait_ *wait);

/* Returns true if the task was woken with a grant. The task has just been resumed. */
static inline bool weft_waiters_was_granted_(const weft_task *task)
{
    return weft_parked_in_(task) == WEFT_GRANTED_;
}

/* Removes the running task, which has just been resumed, from the list. Returns true if the task
 * was woken with a grant (weft_waiters_grant_). The caller must then take what was granted. If the
 * task was cancelled after the grant, the caller must give that to another task. */
WEFT_WAITERS_INLINE_ bool weft_waiters_resume_(weft_waiters_ *waiters, weft_context *context);

/* Wakes the first n parked tasks of the list. */
void weft_waiters_wake_(weft_waiters_ *waiters, size_t n);

/* Wakes all parked tasks of the list. */
#ifdef __OPTIMIZE_SIZE__
#define weft_waiters_wake_all_(waiters) weft_waiters_wake_((waiters), SIZE_MAX)
#else
void weft_waiters_wake_all_(weft_waiters_ *waiters);
#endif

/* Wakes the first task of the list if it is parked. If it was woken before, does nothing. */
WEFT_WAITERS_INLINE_ void weft_waiters_wake_first_(weft_waiters_ *waiters);

/* Wakes a parked task with a grant. */
WEFT_WAITERS_INLINE_ void weft_waiters_wake_granted_(weft_wait_ *wait);

/* Searches from the entry *from for a parked task, wakes that task with a grant, and leaves it in
 * the list. Sets *from to the entry behind that task. Returns false if no task is parked. */
bool weft_waiters_grant_(weft_wait_ **from);

/* Wakes the first parked task of the list with a grant, and removes that task from the list. The
 * task must then resume by weft_waiters_resume_popped_, which does not remove the task again.
 * Returns false if no task is parked. */
bool weft_waiters_pop_(weft_waiters_ *waiters);

/* Does what weft_waiters_pop_ does, with faster inline code for a first task that is parked. The
 * list must not be empty. With -Os there is no inline code. */
static inline void weft_waiters_pop_one_(weft_waiters_ *waiters)
{
#ifndef __OPTIMIZE_SIZE__
    weft_wait_ *const first = waiters->first;
    if (WEFT_LIKELY_(weft_is_parked_unchecked_(weft_task_of_wait_(first)))) {
        weft_waiters_unlink_(waiters, first);
        weft_waiters_wake_granted_(first);
        return;
    }
#endif
    weft_waiters_pop_(waiters);
}

/* Removes the running task, which has just been resumed, from the list. If weft_waiters_pop_ has
 * removed the task, changes nothing and returns true. */
WEFT_WAITERS_INLINE_ bool weft_waiters_resume_popped_(weft_waiters_ *waiters,
                                                      weft_context *context);

/* Returns true if every task in the list was cancelled, or the list is empty. A cancelled task
 * leaves the list when it next runs. */
WEFT_WAITERS_INLINE_ bool weft_waiters_all_cancelled_(const weft_waiters_ *waiters);

#if !defined(__OPTIMIZE_SIZE__) || defined(WEFT_FAST_WAITERS_)
#include "waiters_inline.h"
#endif

#ifdef __cplusplus
}
#endif
#endif
