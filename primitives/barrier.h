/* SPDX-License-Identifier: MIT */
/* Barrier: a meeting point of n tasks. Each task waits at the barrier until all n tasks have come.
 * As in asyncio, these n tasks are called the parties of the barrier. A round begins when the first
 * task comes, and ends when the last of the n tasks has left the barrier. */
#ifndef WEFT_PRIMITIVES_BARRIER_H
#define WEFT_PRIMITIVES_BARRIER_H

#include "condition.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.BrokenBarrierError: a task waits at a barrier that was aborted or reset. */
extern const weft_error weft_broken_barrier_error;

enum weft_barrier_state_ {
    WEFT_BARRIER_FILLING_,   /* not all tasks of the round have come */
    WEFT_BARRIER_DRAINING_,  /* all tasks of the round have come; some have not left */
    WEFT_BARRIER_RESETTING_, /* the barrier was reset; some tasks have not left */
    WEFT_BARRIER_BROKEN_     /* the barrier was aborted, and was not reset after that */
};

/* asyncio.Barrier. The program owns the barrier, and must not move the barrier while a task waits
 * for it. A barrier needs no clean-up. */
typedef struct weft_barrier {
    weft_condition condition;
    size_t parties; /* the number of tasks that make a round; at least 1 */
    size_t count;   /* how many tasks of this round have come and have not left */
    size_t passed;  /* how many tasks of this round already have their result */
    enum weft_barrier_state_ state;
} weft_barrier;

/* WEFT_BARRIER(n): the initialiser of a barrier: asyncio.Barrier(n). n must be at least 1.
 *     weft_barrier meeting = WEFT_BARRIER(3); */
#define WEFT_BARRIER(n)                                                                            \
    {                                                                                              \
        .parties = (n)                                                                             \
    }

/* Initialises a barrier: asyncio.Barrier(n). Use this function for a barrier that is a member of a
 * frame (a coroutine's struct), because C allows no initialiser there. n must be at least 1. Must
 * not be called while a task waits for the barrier. O(1). */
void weft_barrier_init(weft_barrier *barrier, size_t n);

/* The frame of one weft_barrier_wait, which is a coroutine: the memory that one wait needs. The
 * program owns the frame. All bytes of the frame must be zero before its first use. */
struct weft_barrier_wait {
    weft_frame frame;
    weft_barrier *barrier;
    size_t result; /* from 0 to parties - 1; all tasks of a round have different results */
};

WEFT_DECLARE(weft_barrier_wait);

/* weft_barrier_wait(weft_barrier *barrier, struct weft_barrier_wait *wait)
 * `wait.result = await barrier.wait()`. Waits until n tasks, the calling task among them, wait at a
 * barrier of n parties. If tasks of the previous round are still in the barrier, the calling task
 * first waits until they have left. The program owns *wait, and must not move or reuse *wait until
 * this wait has ended. The result is the task's place in the round: 0 for the first task that came,
 * 1 for the second, and so on. (In asyncio, two tasks of a round may get equal results: gh-155233.)
 * If a task is cancelled before the last task of the round has come, the cancelled task leaves the
 * barrier. The round then needs another task instead, and the results do not count the cancelled
 * task. Raises weft_broken_barrier_error if the barrier is broken, or is reset or aborted during
 * the wait. Raises weft_invalid_state_error if the barrier has no parties. O(1); for the last task
 * of a round, O(n), n: the waiting tasks. */
#define weft_barrier_wait(barrier_, wait)                                                          \
    weft_call(weft_barrier_wait, (wait), .barrier = (barrier_))

/* weft_barrier_reset(weft_barrier *barrier): `await barrier.reset()`. Makes the tasks that wait at
 * the barrier raise weft_broken_barrier_error. When these tasks have left the barrier, a new round
 * can begin. The barrier contains a lock. weft_barrier_reset waits until it has that lock, but does
 * not wait until the other tasks have left. If the calling task is cancelled while it waits for the
 * lock, weft_barrier_reset raises weft_cancelled_error and changes nothing. weft_barrier_reset
 * raises no other error. The macro evaluates `barrier` again when the calling task resumes. O(n),
 * n: the waiting tasks. */
#define weft_barrier_reset(barrier)                                                                \
    WEFT_WAIT_(weft_barrier_change_begin_((barrier), weft_context_, WEFT_BARRIER_RESETTING_),      \
               weft_barrier_change_resume_((barrier), weft_context_, WEFT_BARRIER_RESETTING_))

/* weft_barrier_abort(weft_barrier *barrier): `await barrier.abort()`. Breaks the barrier. The tasks
 * that wait at the barrier then raise weft_broken_barrier_error. Each task that calls
 * weft_barrier_wait later raises that error too, until the barrier is reset. weft_barrier_abort
 * waits for the barrier's lock as weft_barrier_reset does. If the calling task is cancelled during
 * this wait, raises weft_cancelled_error and changes nothing. The macro evaluates `barrier` again
 * when the calling task resumes. O(n), n: the waiting tasks. */
#define weft_barrier_abort(barrier)                                                                \
    WEFT_WAIT_(weft_barrier_change_begin_((barrier), weft_context_, WEFT_BARRIER_BROKEN_),         \
               weft_barrier_change_resume_((barrier), weft_context_, WEFT_BARRIER_BROKEN_))

/* barrier.parties. Returns the number of tasks that make a round. O(1). */
static inline size_t weft_barrier_parties(const weft_barrier *barrier)
{
    return barrier->parties;
}

/* barrier.n_waiting. If the tasks of a round still wait for others, returns how many tasks have
 * come. Otherwise returns 0. O(1). */
static inline size_t weft_barrier_waiting(const weft_barrier *barrier)
{
    return barrier->state == WEFT_BARRIER_FILLING_ ? barrier->count : 0;
}

/* barrier.broken. Returns true if the barrier was aborted, and was not reset after that. O(1). */
static inline bool weft_barrier_broken(const weft_barrier *barrier)
{
    return barrier->state == WEFT_BARRIER_BROKEN_;
}

/* ---- Private ---- */

/* These functions are the two halves of a reset or an abort: before and after the wait for the
 * barrier's lock. `to` is WEFT_BARRIER_RESETTING_ for a reset, and WEFT_BARRIER_BROKEN_ for an
 * abort. */
weft_step_ weft_barrier_change_begin_(weft_barrier *barrier, weft_context *context,
                                      enum weft_barrier_state_ to);
void weft_barrier_change_resume_(weft_barrier *barrier, weft_context *context,
                                 enum weft_barrier_state_ to);

#ifdef __cplusplus
}
#endif
#endif
