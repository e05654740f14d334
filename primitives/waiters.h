/* The tasks that wait for a primitive, first in, first out.
 *
 * Who is woken, or cancelled, stays listed until it runs: it is on the ready queue as well then. So
 * the list says who comes first at any moment, and nobody passes a woken one by.
 */
#ifndef WEFT_PRIMITIVES_WAITERS_H
#define WEFT_PRIMITIVES_WAITERS_H

#include "core/task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All zero is an empty one. */
typedef struct weft_waiters {
    const char
        *what; /* the primitive's name, for reports; first, and so at the primitive's address */
    weft_wait *first; /* its `listed_before` is the last, whose `listed_after` is NULL */
} weft_waiters;

/* Parks the running task at the end of the list, of a `what`. */
weft_signal weft_waiters_park_(weft_waiters *waiters, weft_task *task, const char *what);

/* Takes a task that runs again off the list. Whether it was woken by weft_waiters_grant_: then what
 * it was given is its own to take, or to pass on if it was cancelled meanwhile. */
bool weft_waiters_remove_(weft_waiters *waiters, weft_task *task);

/* Makes the first one ready, unless it is already. */
void weft_waiters_wake_first_(weft_waiters *waiters);

/* Makes the first one ready that is not yet, as one that has been given something (see
 * weft_waiters_remove_). False if there is none. O(those who are ready). */
bool weft_waiters_grant_(weft_waiters *waiters);

/* Makes all ready. */
void weft_waiters_wake_all_(weft_waiters *waiters);

/* Whether all who are listed have been cancelled, and are about to go. */
bool weft_waiters_all_cancelled_(const weft_waiters *waiters);

#ifdef __cplusplus
}
#endif
#endif
