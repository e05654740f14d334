/* The tasks that wait for a primitive, first in, first out.
 *
 * Who is woken, or cancelled, stays listed until it runs: it is on the ready queue as well then. So
 * the list says who comes first at any moment, and nobody passes a woken one by.
 */
#ifndef WEFT_PRIMITIVES_WAITERS_H
#define WEFT_PRIMITIVES_WAITERS_H

#include "../core/task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All zero is an empty one. */
typedef struct weft_waiters {
    const weft_kind *kind; /* the primitive's, for reports; first, and so at its address */
    weft_wait *first;      /* its `listed_before` is the last, whose `listed_after` is NULL */
} weft_waiters;

/* Parks the running task at the end of the list, for a primitive of this kind. */
weft_signal weft_waiters_park_(weft_waiters *waiters, weft_context *context, const weft_kind *kind);

/* Takes the running task, which has just been resumed, off the list. Whether it was given something
 * (weft_waiters_grant_, weft_waiters_pop_): then that is its own to take, or to pass on if it was
 * cancelled meanwhile. */
bool weft_waiters_remove_(weft_waiters *waiters, weft_context *context);

/* Makes the first one ready, unless it is already. */
void weft_waiters_wake_first_(weft_waiters *waiters);

/* Makes the first one ready that is not yet, as one that has been given something. False if there
 * is none. O(those who are ready). */
bool weft_waiters_grant_(weft_waiters *waiters);

/* The same, and takes it off the list: it is not to take itself off then
 * (weft_waiters_was_popped_, which says so once). */
bool weft_waiters_pop_(weft_waiters *waiters);
bool weft_waiters_was_popped_(weft_waiters *waiters, weft_context *context);

/* Makes all ready; the first n that are not. */
void weft_waiters_wake_all_(weft_waiters *waiters);
void weft_waiters_wake_(weft_waiters *waiters, size_t n);

/* Whether all who are listed have been cancelled, and are about to go. */
bool weft_waiters_all_cancelled_(const weft_waiters *waiters);

#ifdef __cplusplus
}
#endif
#endif
