/* Barrier: n tasks wait until all of them have come. */
#ifndef WEFT_PRIMITIVES_BARRIER_H
#define WEFT_PRIMITIVES_BARRIER_H

#include "condition.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.BrokenBarrierError. */
extern const weft_error weft_broken_barrier_error;

enum weft_barrier_state_ {
    WEFT_BARRIER_FILLING_,   /* not all parties have come */
    WEFT_BARRIER_DRAINING_,  /* all have come, and not all have left */
    WEFT_BARRIER_RESETTING_, /* the barrier was reset, and not all have left */
    WEFT_BARRIER_BROKEN_     /* the barrier was aborted */
};

/* asyncio.Barrier. It belongs to the program, must not be moved while a task waits for it, and has
 * nothing to clean up. */
typedef struct weft_barrier {
    weft_condition condition;
    size_t parties; /* tasks that the barrier waits for; at least 1 */
    size_t count;   /* tasks that have come and have not left */
    size_t passed;  /* tasks that have passed, of those that drain it */
    enum weft_barrier_state_ state;
} weft_barrier;

/* WEFT_BARRIER(n): the initialiser. asyncio.Barrier(n), with n of 1 or more.
 *     weft_barrier meeting = WEFT_BARRIER(3); */
#define WEFT_BARRIER(n)                                                                            \
    {                                                                                              \
        .parties = (n)                                                                             \
    }

/* Initialises a barrier in a frame, where an initialiser cannot be used: asyncio.Barrier(n), with n
 * of 1 or more. No task may wait for the barrier. O(1). */
void weft_barrier_init(weft_barrier *barrier, size_t n);

/* The frame of a wait, all zero bytes at first. It belongs to the program. */
struct weft_barrier_wait {
    weft_frame frame;
    weft_barrier *barrier;
    size_t
        result; /* index of the task, from 0 to parties - 1; different for each task of a round */
};

WEFT_DECLARE(weft_barrier_wait);

/* weft_barrier_wait(weft_barrier *barrier, struct weft_barrier_wait *wait)
 * `wait.result = await barrier.wait()`. Waits until as many tasks wait as the barrier has parties.
 * If tasks of the round before are still in the barrier, first waits until they have left. *wait
 * belongs to the caller, and must not be moved or reused until this wait has ended.
 * The result is how many tasks came before this one and did not leave. In asyncio two
 * tasks may get equal results (gh-155233). A task that is cancelled leaves, and the others wait for
 * another one. Raises weft_broken_barrier_error if the barrier is broken, or is reset or aborted
 * during the wait. Raises weft_invalid_state_error if the barrier has no parties. O(1), and
 * O(waiting tasks) for the last one. */
#define weft_barrier_wait(barrier_, wait)                                                          \
    weft_call(weft_barrier_wait, (wait), .barrier = (barrier_))

/* weft_barrier_reset(weft_barrier *barrier): `await barrier.reset()`. Makes waiting tasks raise
 * weft_broken_barrier_error. The barrier is as new when they have left. Waits for the barrier's
 * lock, not for the tasks. Raises nothing but a cancellation; then nothing has changed. `barrier`
 * is evaluated again when the task is resumed. O(waiting tasks). */
#define weft_barrier_reset(barrier)                                                                \
    WEFT_WAIT_RESUME_(weft_barrier_reset_begin_((barrier), weft_context_),                         \
                      weft_barrier_reset_resume_((barrier), weft_context_))

/* weft_barrier_abort(weft_barrier *barrier): `await barrier.abort()`. Breaks the barrier: until it
 * is reset, tasks that wait or come raise weft_broken_barrier_error. The rest is as in
 * weft_barrier_reset. */
#define weft_barrier_abort(barrier)                                                                \
    WEFT_WAIT_RESUME_(weft_barrier_abort_begin_((barrier), weft_context_),                         \
                      weft_barrier_abort_resume_((barrier), weft_context_))

/* barrier.parties. Returns how many tasks the barrier waits for. O(1). */
static inline size_t weft_barrier_parties(const weft_barrier *barrier)
{
    return barrier->parties;
}

/* barrier.n_waiting. Returns how many tasks wait for others to come. O(1). */
static inline size_t weft_barrier_waiting(const weft_barrier *barrier)
{
    return barrier->state == WEFT_BARRIER_FILLING_ ? barrier->count : 0;
}

/* barrier.broken. Returns true if the barrier was aborted, and not reset since. O(1). */
static inline bool weft_barrier_broken(const weft_barrier *barrier)
{
    return barrier->state == WEFT_BARRIER_BROKEN_;
}

/* ---- Private ---- */

weft_step_ weft_barrier_reset_begin_(weft_barrier *barrier, weft_context *context);
void weft_barrier_reset_resume_(weft_barrier *barrier, weft_context *context);
weft_step_ weft_barrier_abort_begin_(weft_barrier *barrier, weft_context *context);
void weft_barrier_abort_resume_(weft_barrier *barrier, weft_context *context);

#ifdef __cplusplus
}
#endif
#endif
