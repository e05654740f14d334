/* Barrier: so many tasks wait for each other. */
#ifndef WEFT_PRIMITIVES_BARRIER_H
#define WEFT_PRIMITIVES_BARRIER_H

#include "condition.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.BrokenBarrierError. */
extern const weft_error weft_broken_barrier_error;

enum weft_barrier_state_ {
    WEFT_BARRIER_FILLING_,
    WEFT_BARRIER_DRAINING_,
    WEFT_BARRIER_RESETTING_,
    WEFT_BARRIER_BROKEN_
};

/* asyncio.Barrier. It belongs to the program, and has nothing to clean up.
 * weft_barrier meeting = WEFT_BARRIER(3): asyncio.Barrier(3). */
typedef struct weft_barrier {
    weft_condition condition;
    size_t parties; /* how many it takes; at least 1 */
    size_t count;   /* how many are in it */
    size_t passed;  /* of those who drain it */
    enum weft_barrier_state_ state;
} weft_barrier;

/* The initialiser: asyncio.Barrier(n), with n of 1 or more. */
#define WEFT_BARRIER(n)                                                                            \
    {                                                                                              \
        .parties = (n)                                                                             \
    }

/* The same for one in a frame, which no initialiser reaches. Nobody may be waiting for it. O(1). */
void weft_barrier_init(weft_barrier *barrier, size_t n);

/* The frame of a wait: all zero at first. */
struct weft_barrier_wait {
    weft_frame frame;
    weft_barrier *barrier;
    size_t result; /* its index, from 0 to parties - 1: a different one for each that passes */
};

WEFT_DECLARE(weft_barrier_wait);

/* weft_barrier_wait(weft_barrier *barrier, struct weft_barrier_wait *wait):
 * `wait.result = await barrier.wait()`. Waits until all parties do. Raises
 * weft_invalid_state_error of a barrier of none, and weft_broken_barrier_error if the barrier is
 * broken, or is reset or aborted meanwhile. Who is cancelled leaves, and the others wait for
 * another one. *wait belongs to the caller, and is in use until this has ended. The index is the
 * place in the order of coming, less those who left before (asyncio's may come twice then,
 * gh-155233). O(1), O(those who wait) for the last one. */
#define weft_barrier_wait(barrier_, wait)                                                          \
    weft_call(weft_barrier_wait, (wait), .barrier = (barrier_))

/* weft_barrier_reset(weft_barrier *barrier): `await barrier.reset()`. Those who wait get
 * weft_broken_barrier_error; the barrier is as new when they have left. Waits for the barrier's
 * lock; cancelled then, it has changed nothing. `barrier` is evaluated again when the task is
 * resumed. O(those who wait). */
#define weft_barrier_reset(barrier)                                                                \
    WEFT_WAIT_RESUME_(weft_barrier_reset_begin_((barrier), weft_context_),                         \
                      weft_barrier_reset_resume_((barrier), weft_context_))

/* weft_barrier_abort(weft_barrier *barrier): `await barrier.abort()`. Breaks it: those who wait,
 * and all who come, get weft_broken_barrier_error, until it is reset. Otherwise as
 * weft_barrier_reset. */
#define weft_barrier_abort(barrier)                                                                \
    WEFT_WAIT_RESUME_(weft_barrier_abort_begin_((barrier), weft_context_),                         \
                      weft_barrier_abort_resume_((barrier), weft_context_))

/* barrier.parties: how many it takes. O(1). */
static inline size_t weft_barrier_parties(const weft_barrier *barrier)
{
    return barrier->parties;
}

/* barrier.n_waiting: how many wait for the others. O(1). */
static inline size_t weft_barrier_waiting(const weft_barrier *barrier)
{
    return barrier->state == WEFT_BARRIER_FILLING_ ? barrier->count : 0;
}

/* barrier.broken: whether it has been aborted, and not been reset since. O(1). */
static inline bool weft_barrier_broken(const weft_barrier *barrier)
{
    return barrier->state == WEFT_BARRIER_BROKEN_;
}

weft_step_ weft_barrier_reset_begin_(weft_barrier *barrier, weft_context *context);
void weft_barrier_reset_resume_(weft_barrier *barrier, weft_context *context);
weft_step_ weft_barrier_abort_begin_(weft_barrier *barrier, weft_context *context);
void weft_barrier_abort_resume_(weft_barrier *barrier, weft_context *context);

#ifdef __cplusplus
}
#endif
#endif
