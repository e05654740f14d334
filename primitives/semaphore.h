/* Semaphore: held by at most n tasks at a time. */
#ifndef WEFT_PRIMITIVES_SEMAPHORE_H
#define WEFT_PRIMITIVES_SEMAPHORE_H

#include "waiters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.Semaphore and asyncio.BoundedSemaphore: units that tasks acquire and release. It belongs
 * to the program, must not be moved while a task waits for it, and has nothing to clean up. */
typedef struct weft_semaphore {
    weft_waiters_ waiters;
    weft_wait_ *next; /* the first waiter that has not been granted a unit; NULL: none */
    size_t value;     /* units that are free, and granted to no task */
    size_t bound;     /* the maximum of `value`, if `bounded` */
    bool bounded;
} weft_semaphore;

/* WEFT_SEMAPHORE(n), WEFT_BOUNDED_SEMAPHORE(n): initialisers. asyncio.Semaphore(n) has n units;
 * asyncio.BoundedSemaphore(n) has n units and refuses a release that would make them more.
 *     weft_semaphore slots = WEFT_SEMAPHORE(3); */
#define WEFT_SEMAPHORE(n)                                                                          \
    {                                                                                              \
        .value = (n)                                                                               \
    }
#define WEFT_BOUNDED_SEMAPHORE(n)                                                                  \
    {                                                                                              \
        .value = (n), .bound = (n), .bounded = true                                                \
    }

/* Initialise a semaphore in a frame, where an initialiser cannot be used: asyncio.Semaphore(n) and
 * asyncio.BoundedSemaphore(n). No task may wait for the semaphore. O(1). */
void weft_semaphore_init(weft_semaphore *semaphore, size_t n);
void weft_bounded_semaphore_init(weft_semaphore *semaphore, size_t n);

/* weft_semaphore_acquire(weft_semaphore *semaphore): `await semaphore.acquire()`. Waits until a
 * unit is free, and takes it. Tasks that wait get units in the order in which they came; no task
 * overtakes them. Raises nothing but a cancellation; then the task holds no unit. `semaphore` is
 * evaluated again when the task is resumed. O(1), and O(waiting tasks that have just been
 * cancelled). */
#define weft_semaphore_acquire(semaphore)                                                          \
    WEFT_WAIT_RESUME_(weft_semaphore_acquire_begin_((semaphore), weft_context_),                   \
                      weft_semaphore_acquire_resume_((semaphore), weft_context_))

/* semaphore.release(). Grants the unit to the first task that waits. Any task may release a unit.
 * Returns NULL; or weft_invalid_state_error, and changes nothing, if the semaphore is bounded and
 * has all its units. O(1) amortised: each cancelled task is skipped once. */
const weft_error *weft_semaphore_release(weft_semaphore *semaphore);

/* weft_with_semaphore(weft_semaphore *semaphore) { ... } weft_end: `async with semaphore:`.
 * Acquires a unit, and releases it however the block is left. `semaphore` is evaluated again then,
 * and must be the same semaphore. */
#define weft_with_semaphore(semaphore)                                                             \
    WEFT_WITH_(weft_semaphore_acquire(semaphore), weft_semaphore_release(semaphore))

/* semaphore.locked(). Returns true if weft_semaphore_acquire would wait. O(1), and O(waiting tasks
 * that have just been cancelled). */
bool weft_semaphore_locked(const weft_semaphore *semaphore);

/* ---- Private ---- */

weft_step_ weft_semaphore_acquire_begin_(weft_semaphore *semaphore, weft_context *context);
/* Acquires as weft_semaphore_acquire_begin_ does, for a primitive that `info` describes. */
weft_step_ weft_semaphore_acquire_begin_as_(weft_semaphore *semaphore, weft_context *context,
                                            const weft_primitive_info_ *info);
void weft_semaphore_acquire_resume_(weft_semaphore *semaphore, weft_context *context);

#ifdef __cplusplus
}
#endif
#endif
