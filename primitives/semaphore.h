/* Semaphore: so many tasks at a time. */
#ifndef WEFT_PRIMITIVES_SEMAPHORE_H
#define WEFT_PRIMITIVES_SEMAPHORE_H

#include "waiters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.Semaphore and BoundedSemaphore. It belongs to the program, and has nothing to clean up.
 */
typedef struct weft_semaphore {
    weft_waiters_ waiters;
    weft_wait_ *next; /* nobody in front of it is still to be given a unit; NULL: nobody at all */
    size_t value;     /* what is free, and has been given to nobody */
    size_t bound;     /* of a bounded one: what `value` never exceeds */
    bool bounded;
} weft_semaphore;

/* Initialisers: asyncio.Semaphore(n), of which n may be held at a time, and
 * asyncio.BoundedSemaphore(n), which refuses a release too many. weft_semaphore slots =
 * WEFT_SEMAPHORE(3); */
#define WEFT_SEMAPHORE(n)                                                                          \
    {                                                                                              \
        .value = (n)                                                                               \
    }
#define WEFT_BOUNDED_SEMAPHORE(n)                                                                  \
    {                                                                                              \
        .value = (n), .bound = (n), .bounded = true                                                \
    }

/* The same for one in a frame, which no initialiser reaches. Nobody may be waiting for it. O(1). */
void weft_semaphore_init(weft_semaphore *semaphore, size_t n);
void weft_bounded_semaphore_init(weft_semaphore *semaphore, size_t n);

/* weft_semaphore_acquire(weft_semaphore *semaphore): `await semaphore.acquire()`. Those who wait
 * get it in the order in which they came; nobody barges past. When this raises, nothing is held.
 * `semaphore` is evaluated again when the task is resumed. O(1), and O(those who wait that have
 * just been cancelled). */
#define weft_semaphore_acquire(semaphore)                                                          \
    WEFT_WAIT_RESUME_(weft_semaphore_acquire_begin_((semaphore), weft_context_),                   \
                      weft_semaphore_acquire_resume_((semaphore), weft_context_))

/* semaphore.release(). Returns NULL; or, of a bounded one at its bound, weft_invalid_state_error,
 * and changes nothing. O(1); those who were cancelled are passed by once. */
const weft_error *weft_semaphore_release(weft_semaphore *semaphore);

/* weft_with_semaphore(weft_semaphore *semaphore) { ... } weft_end: `async with semaphore:`.
 * Released on every way out; `semaphore` is evaluated again then, and must still be the same one.
 */
#define weft_with_semaphore(semaphore)                                                             \
    WEFT_WITH_(weft_semaphore_acquire(semaphore), weft_semaphore_release(semaphore))

/* semaphore.locked(): whether an acquire would have to wait. O(1), and O(those who wait that have
 * just been cancelled). */
bool weft_semaphore_locked(const weft_semaphore *semaphore);

weft_step_ weft_semaphore_acquire_begin_(weft_semaphore *semaphore, weft_context *context);
weft_step_ weft_semaphore_acquire_begin_as_(weft_semaphore *semaphore, weft_context *context,
                                            const weft_primitive_info_ *info);
void weft_semaphore_acquire_resume_(weft_semaphore *semaphore, weft_context *context);

#ifdef __cplusplus
}
#endif
#endif
