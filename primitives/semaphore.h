/* SPDX-License-Identifier: MIT */
/* Semaphore: a number of units; each of n units is held by at most one task at a time. */
#ifndef WEFT_PRIMITIVES_SEMAPHORE_H
#define WEFT_PRIMITIVES_SEMAPHORE_H

#include "waiters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.Semaphore and asyncio.BoundedSemaphore: a number of units that tasks acquire and release.
 * The program owns the semaphore, and must not move the semaphore while a task waits for it. A
 * semaphore need not be destroyed. A unit is granted to a waiting task if it is reserved for this
 * task before the task runs. */
typedef struct weft_semaphore {
    weft_waiters_ waiters;
    weft_wait_ *next; /* the first waiter that has not been granted a unit; NULL: none */
    size_t value;     /* the number of free units, which no task holds or was granted */
    size_t bound;     /* for a bounded semaphore, the maximum of `value` */
    bool bounded;
} weft_semaphore;

/* WEFT_SEMAPHORE(n), WEFT_BOUNDED_SEMAPHORE(n): initialisers of a semaphore with n units:
 * asyncio.Semaphore(n) and asyncio.BoundedSemaphore(n). If all n units of a bounded semaphore are
 * free, a release returns an error.
 *     weft_semaphore slots = WEFT_SEMAPHORE(3); */
#define WEFT_SEMAPHORE(n)                                                                          \
    {                                                                                              \
        .value = (n)                                                                               \
    }
#define WEFT_BOUNDED_SEMAPHORE(n)                                                                  \
    {                                                                                              \
        .value = (n), .bound = (n), .bounded = true                                                \
    }

/* Initialise a semaphore: asyncio.Semaphore(n) and asyncio.BoundedSemaphore(n). For a semaphore in
 * a frame (a coroutine's struct), where C allows no initialiser. Must not be called while a task
 * waits for the semaphore. O(1). */
void weft_semaphore_init(weft_semaphore *semaphore, size_t n);
void weft_bounded_semaphore_init(weft_semaphore *semaphore, size_t n);

/* weft_semaphore_acquire(weft_semaphore *semaphore): `await semaphore.acquire()`. Waits until a
 * unit is free, and takes that unit. Waiting tasks get units in the order in which they came; no
 * later task overtakes them. If the task is cancelled while it waits, it raises
 * weft_cancelled_error, and gets no unit. There is no other error. The macro evaluates `semaphore`
 * again when the task resumes. O(1 + c), c: the waiting tasks that were cancelled and have not run
 * since. */
#define weft_semaphore_acquire(semaphore)                                                          \
    WEFT_WAIT_(weft_semaphore_acquire_begin_((semaphore), weft_context_),                          \
               weft_semaphore_acquire_resume_((semaphore), weft_context_))

/* semaphore.release(). Gives a unit back, and grants it to the first waiting task. Any task may
 * release a unit. If all units of a bounded semaphore are free, changes nothing and returns
 * weft_invalid_state_error. Otherwise returns NULL. O(1) amortised, because the semaphore skips
 * each cancelled task only once. */
const weft_error *weft_semaphore_release(weft_semaphore *semaphore);

/* weft_with_semaphore(weft_semaphore *semaphore) { ... } weft_end: `async with semaphore:`.
 * Acquires a unit, and releases the unit however the program leaves the block. The macro evaluates
 * `semaphore` again for the release, and must get the same semaphore then. */
#define weft_with_semaphore(semaphore)                                                             \
    WEFT_WITH_(weft_semaphore_acquire(semaphore), weft_semaphore_release(semaphore))

/* semaphore.locked(). Returns true if weft_semaphore_acquire would wait now. O(1 + c), c: the
 * waiting tasks that were cancelled and have not run since. */
bool weft_semaphore_locked(const weft_semaphore *semaphore);

/* ---- Private ---- */

weft_step_ weft_semaphore_acquire_begin_(weft_semaphore *semaphore, weft_context *context);
/* Does what weft_semaphore_acquire_begin_ does, for another primitive, which `info` describes. */
weft_step_ weft_semaphore_acquire_begin_as_(weft_semaphore *semaphore, weft_context *context,
                                            const weft_primitive_info_ *info);
void weft_semaphore_acquire_resume_(weft_semaphore *semaphore, weft_context *context);

#ifdef __cplusplus
}
#endif
#endif
