/* SPDX-License-Identifier: MIT */
/* Barrier: n tasks wait until all n have come.
 * The n tasks are the parties. A round begins when the first of them comes, and ends when the last
 * of them has left the barrier. */
#ifndef WEFT_PRIMITIVES_BARRIER_H
#define WEFT_PRIMITIVES_BARRIER_H

#include "condition.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.BrokenBarrierError. */
extern const weft_error weft_broken_barrier_error;

enum weft_barrier_state_ {
    WEFT_BARRIER_FILLING_,   /* the round has fewer tasks than parties */
    WEFT_BARRIER_DRAINING_,  /* all parties have come; some have not left */
    WEFT_BARRIER_RESETTING_, /* the barrier was reset; some tasks have not left */
    WEFT_BARRIER_BROKEN_     /* the barrier was aborted, and was not reset since */
};

/* asyncio.Barrier. The program owns the barrier, and must not move the barrier while a task waits
 * for it. There is nothing to clean up. */
typedef struct weft_barrier {
    weft_condition condition;
    size_t parties; /* the number of tasks that make a round; at least 1 */
    size_t count;   /* tasks of this round that have come and have not left */
    size_t passed;  /* tasks of this round that have got their result */
    enum weft_barrier_state_ state;
} weft_barrier;

/* WEFT_BARRIER(n): the initialiser of a barrier: asyncio.Barrier(n). n must be at least 1.
 *     weft_barrier meeting = WEFT_BARRIER(3); */
#define WEFT_BARRIER(n)                                                                            \
    {                                                                                              \
        .parties = (n)                                                                             \
    }

/* Initialises a barrier: asyncio.Barrier(n). For a barrier in a frame (a coroutine's struct), where
 * C allows no initialiser. n must be at least 1. Must not be called while a task waits for the
 * barrier. O(1). */
void weft_barrier_init(weft_barrier *barrier, size_t n);

/* The frame (coroutine's memory) of one weft_barrier_wait. The program owns the frame. All its
 * bytes must be zero before its first use. */
struct weft_barrier_wait {
    weft_frame frame;
    weft_barrier *barrier;
    size_t result; /* of this task: from 0 to parties - 1, and unique within the round */
};

WEFT_DECLARE(weft_barrier_wait);

/* weft_barrier_wait(weft_barrier *barrier, struct weft_barrier_wait *wait)
 * `wait.result = await barrier.wait()`. Waits until as many tasks wait as the barrier has parties.
 * If tasks of the previous round are still in the barrier, the task first waits until they have
 * left. The caller owns *wait, and must not move or reuse *wait until this wait has ended.
 * The result is the number of tasks that came before this task in the round and had not been
 * cancelled by then. In asyncio two tasks may get equal results (gh-155233). If a task is cancelled
 * before all parties have come, that task leaves the barrier, and the round needs one more task.
 * Raises weft_broken_barrier_error if the barrier is broken, or is reset or aborted during the
 * wait. Raises weft_invalid_state_error if the barrier has no parties. O(1); for the last task of a
 * round, O(n), n: the waiting tasks. */
#define weft_barrier_wait(barrier_, wait)                                                          \
    weft_call(weft_barrier_wait, (wait), .barrier = (barrier_))

/* weft_barrier_reset(weft_barrier *barrier): `await barrier.reset()`. Makes the tasks of the
 * current round raise weft_broken_barrier_error. When these tasks have left, a new round can begin.
 * The call waits for the barrier's lock, not for the tasks. If the caller is cancelled during this
 * wait, weft_barrier_reset raises weft_cancelled_error and changes nothing. It raises no other
 * error. `barrier` is evaluated again when the caller is resumed. O(n), n: the waiting tasks. */
#define weft_barrier_reset(barrier)                                                                \
    WEFT_WAIT_RESUME_(                                                                             \
        weft_barrier_change_begin_((barrier), weft_context_, WEFT_BARRIER_RESETTING_),             \
        weft_barrier_change_resume_((barrier), weft_context_, WEFT_BARRIER_RESETTING_))

/* weft_barrier_abort(weft_barrier *barrier): `await barrier.abort()`. Breaks the barrier. Until the
 * barrier is reset, each task that waits there or comes raises weft_broken_barrier_error. The wait
 * for the lock, a cancellation and the evaluation of `barrier` are as in weft_barrier_reset. O(n),
 * n: the waiting tasks. */
#define weft_barrier_abort(barrier)                                                                \
    WEFT_WAIT_RESUME_(weft_barrier_change_begin_((barrier), weft_context_, WEFT_BARRIER_BROKEN_),  \
                      weft_barrier_change_resume_((barrier), weft_context_, WEFT_BARRIER_BROKEN_))

/* barrier.parties. Returns the number of tasks that make a round. O(1). */
static inline size_t weft_barrier_parties(const weft_barrier *barrier)
{
    return barrier->parties;
}

/* barrier.n_waiting. Returns how many tasks of the round have come, while the barrier waits for
 * more tasks; else 0. O(1). */
static inline size_t weft_barrier_waiting(const weft_barrier *barrier)
{
    return barrier->state == WEFT_BARRIER_FILLING_ ? barrier->count : 0;
}

/* barrier.broken. Returns true if the barrier was aborted, and was not reset since. O(1). */
static inline bool weft_barrier_broken(const weft_barrier *barrier)
{
    return barrier->state == WEFT_BARRIER_BROKEN_;
}

/* ---- Private ---- */

/* Begins and resumes a reset (to WEFT_BARRIER_RESETTING_) or an abort (to WEFT_BARRIER_BROKEN_). */
weft_step_ weft_barrier_change_begin_(weft_barrier *barrier, weft_context *context,
                                      enum weft_barrier_state_ to);
void weft_barrier_change_resume_(weft_barrier *barrier, weft_context *context,
                                 enum weft_barrier_state_ to);

#ifdef __cplusplus
}
#endif
#endif
