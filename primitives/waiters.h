/* SPDX-License-Identifier: MIT */
/* Waiters: the tasks that wait for a primitive (a lock, an event, a queue, ...), in the order in
 * which they came.
 *
 * A task is parked from the beginning of its wait until something wakes or cancels the task. A
 * woken task goes into the loop's ready queue and runs later. Until it runs, it also stays in the
 * list of waiters. So the list always tells which task came first, and a task that comes later
 * cannot overtake a woken task. A task can be woken with a grant: the waker then gives the task the
 * lock or the unit that it waits for, before the task runs. */
#ifndef WEFT_PRIMITIVES_WAITERS_H
#define WEFT_PRIMITIVES_WAITERS_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_LISTED_AFTER_(wait) (wait)->listed_after
#define WEFT_LISTED_BEFORE_(wait) (wait)->listed_before
WEFT_DEFINE_LIST_(weft_wait_list, weft_wait_, WEFT_LISTED_AFTER_, WEFT_LISTED_BEFORE_)

/* A list of waiting tasks. A list of all zero bytes is empty. The member `info` points to a
 * description of the primitive, which reports print. `info` is the first member, so that the list
 * and `info` have one address. */
typedef struct weft_waiters_ {
    WEFT_INFO_MEMBER_
    weft_wait_ *first; /* the task that came first; NULL: no task is in the list */
} weft_waiters_;

/* WEFT_WAITERS_INLINE_ marks the functions below that may be inline. If the library is compiled for
 * size, these functions are ordinary functions in waiters.c, because several primitives call them.
 * Otherwise, and always in the lock's code, they are inline functions (waiters_inline.h). */
#if defined(__OPTIMIZE_SIZE__) && !defined(WEFT_FAST_WAITERS_)
#define WEFT_WAITERS_INLINE_
#else
#define WEFT_WAITERS_INLINE_ static inline
#endif

static inline weft_task *weft_task_of_wait_(weft_wait_ *wait)
{
    return WEFT_CONTAINER_(wait, weft_task, live.wait);
}

/* Parks the running task: stops the task until something wakes it. Adds the task at the end of the
 * list. `info` describes the primitive that the task waits for. */
WEFT_WAITERS_INLINE_ weft_step_ weft_waiters_park_(weft_waiters_ *waiters, weft_context *context,
                                                   const weft_primitive_info_ *info);

WEFT_WAITERS_INLINE_ void weft_waiters_unlink_(weft_waiters_ *waiters, weft_wait_ *wait);

/* Returns true if the task was woken with a grant. The task must be the running one, which has just
 * been resumed after its wait. */
static inline bool weft_waiters_was_granted_(const weft_task *task)
{
    return weft_parked_in_(task) == WEFT_GRANTED_;
}

/* Removes the running task, which has just been resumed, from the list. Returns true if the task
 * was woken with a grant (weft_waiters_grant_). If so, the caller must take the lock or unit that
 * was granted. If the task was cancelled after the grant, the caller must give this lock or unit to
 * another task. */
WEFT_WAITERS_INLINE_ bool weft_waiters_resume_(weft_waiters_ *waiters, weft_context *context);

/* Wakes the first n parked tasks of the list. The tasks stay in the list until they run. */
void weft_waiters_wake_(weft_waiters_ *waiters, size_t n);

/* Wakes all parked tasks of the list. The tasks stay in the list until they run. */
void weft_waiters_wake_all_(weft_waiters_ *waiters);

/* Wakes the first task of the list if that task is parked. If the first task was woken before, does
 * nothing. */
WEFT_WAITERS_INLINE_ void weft_waiters_wake_first_(weft_waiters_ *waiters);

/* Wakes a parked task with a grant. */
WEFT_WAITERS_INLINE_ void weft_waiters_wake_granted_(weft_wait_ *wait);

/* Searches the list from the entry *from on, for a task that waits and has not been woken. Wakes
 * the first such task with a grant, and leaves the task in the list. Sets *from to the entry after
 * that task. Returns false if the search finds no parked task. */
bool weft_waiters_grant_(weft_wait_ **from);

/* Wakes the first parked task of the list with a grant, and removes that task from the list. When
 * the task runs, its code must call weft_waiters_resume_popped_, not weft_waiters_resume_, which
 * would remove the task again. Returns false if no task of the list is parked. */
bool weft_waiters_pop_(weft_waiters_ *waiters);

/* Does what weft_waiters_pop_ does. If the first task is parked, which is the usual case, this
 * inline function is faster. The list must not be empty. If the compiler optimises for size, calls
 * weft_waiters_pop_ in every case. */
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
 * removed the task before, changes nothing. Returns true if the task was woken with a grant. */
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
