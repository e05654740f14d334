/* SPDX-License-Identifier: MIT */
/* Waits for several tasks and futures: asyncio's wait and as_completed. A wait lasts until one of
 * them has ended, one has failed, or all have ended. With as_completed, the program gets one after
 * the other, in the order in which they end. A wait set is the object that holds these tasks and
 * futures. They are the parts of the set. */
#ifndef WEFT_PRIMITIVES_WAIT_SET_H
#define WEFT_PRIMITIVES_WAIT_SET_H

#include "multi_wait.h"
#include "timeout.h"

#ifdef __cplusplus
extern "C" {
#endif

enum weft_wait_until_ { WEFT_UNTIL_FIRST_, WEFT_UNTIL_ERROR_, WEFT_UNTIL_ALL_ };

/* The first members of every type of wait set. They do not depend on the number of parts. */
typedef struct weft_wait_set_ {
    weft_multi_wait_ multi_wait;
    WEFT_INFO_MEMBER_
    weft_handle limit;
    /* For as_completed: a circular list of the parts that have ended, and that the program has not
     * got yet. */
    weft_node_ *completed;
    unsigned char until; /* enum weft_wait_until_ */
    bool timed_out;      /* the time limit has passed */
} weft_wait_set_;

/* WEFT_WAIT_SET(n): the type of a wait set with room for n parts. A wait set is a member of a frame
 * (a coroutine's struct), or static. It must be all zero bytes before its first use, and must not
 * be moved while it has parts. Each use of the macro makes a new type. To use the type twice, name
 * it with typedef. */
#define WEFT_WAIT_SET(n)                                                                           \
    struct {                                                                                       \
        weft_wait_set_ set;                                                                        \
        weft_part parts[n];                                                                        \
    }

/* WEFT_WAIT_SET_OVER: the type of a wait set that keeps its parts in an array of the program
 * (weft_wait_add_in). In all other ways, such a set is like a WEFT_WAIT_SET(n). */
#define WEFT_WAIT_SET_OVER                                                                         \
    struct {                                                                                       \
        weft_wait_set_ set;                                                                        \
    }

/* weft_wait_add(WEFT_WAIT_SET(n) *s, p)
 * Adds *p, a started task or a created future, as a part of the set. While *p is in the set, the
 * program must not move, free or reuse *p. Returns NULL if *p was added. In three cases,
 * weft_wait_add adds nothing and returns weft_invalid_state_error: the set has no room, *p was
 * never started or created, or a task waits for the set. The macro evaluates `s` more than once.
 * O(1). */
#define weft_wait_add(s, p)                                                                        \
    weft_wait_add_in(s, (s)->parts, sizeof((s)->parts) / sizeof(weft_part), p)

/* weft_wait_add_in(WEFT_WAIT_SET_OVER *s, weft_part *parts, size_t room, p)
 * Adds *p as a part of a set that keeps its parts in the program's array. `parts` is that array,
 * and `room` is the number of its elements. All calls for one set must pass the same array. The
 * program owns the array, and must keep the array while the set has parts. The array needs no
 * initialiser. In all other ways, this macro does what weft_wait_add does. */
#define weft_wait_add_in(s, parts, room, p)                                                        \
    weft_multi_wait_add_(&(s)->set.multi_wait, (parts), (room), &(p)->awaitable)

/* weft_wait_first(s, weft_time limit), weft_wait_first_error(s, limit), weft_wait_all(s, limit)
 * `await asyncio.wait(s, timeout=limit, return_when=...)`, for the set *s.
 * The macro weft_wait_first waits until a part has ended (FIRST_COMPLETED). The macro
 * weft_wait_first_error waits until a part has ended with an error other than a cancellation, or
 * until all parts have ended (FIRST_EXCEPTION). The macro weft_wait_all waits until all parts have
 * ended (ALL_COMPLETED). `limit` is the longest wait in units of weft_time; WEFT_FOREVER: no limit.
 * When the limit has passed, the wait ends without an error. weft_done(part) then returns true for
 * the parts that have ended. After the wait, all parts stay in the set, and a task may wait for the
 * set again. If the waiting task is cancelled, the parts are not cancelled. Raises
 * weft_invalid_state_error if the set has no parts, a task waits for the set already, or a part
 * belongs to another loop. After the wait, weft keeps no pointer to the set. The macro evaluates
 * `s` again when the waiting task resumes. O(n), n: the parts. */
#define weft_wait_first(s, limit) WEFT_WAIT_UNTIL_(s, limit, WEFT_UNTIL_FIRST_)
#define weft_wait_first_error(s, limit) WEFT_WAIT_UNTIL_(s, limit, WEFT_UNTIL_ERROR_)
#define weft_wait_all(s, limit) WEFT_WAIT_UNTIL_(s, limit, WEFT_UNTIL_ALL_)

/* weft_wait_pending(s): the set `pending` that asyncio.wait returns. Does not wait. Removes the
 * parts that have ended from the set *s, and returns how many parts are left. While a task waits
 * for the set, removes no part and returns the number of all parts. O(n), n: the parts. */
#define weft_wait_pending(s) weft_multi_wait_drop_ended_(&(s)->set.multi_wait)

/* weft_with_completed(s, weft_time limit) {
 *     while (weft_completed_left(s)) {
 *         weft_next_completed(s, &self->which);
 *         ...
 *     }
 * } weft_end
 * `async for which in asyncio.as_completed(s, timeout=limit):`, for the set *s.
 * The macro weft_with_completed begins a block. Inside the block the program must not move or reuse
 * the set. `limit` is the time for the block, in units of weft_time from its beginning;
 * WEFT_FOREVER: no limit. The macro weft_completed_left returns the number of parts that
 * weft_next_completed has not given to the program yet. The macro weft_next_completed waits until
 * one more part has ended. It then stores a pointer to this part, a weft_future *, in self->which.
 * The parts come in the order in which they end. To learn which part has ended, compare the pointer
 * with weft_as_future(part). To raise the part's error, await the pointer. After the block, in
 * whatever way the program leaves it, the set has no parts, and weft keeps no pointer to the set.
 * Errors: weft_with_completed raises weft_invalid_state_error if a task waits for the set already,
 * or if a part belongs to another loop. The macro weft_next_completed raises
 * weft_invalid_state_error if the running task is not in the block, or if the program has got all
 * parts before the limit. After the limit, weft_next_completed first gives the program the parts
 * that ended in time, and then raises weft_timeout_error. The macros evaluate `s` more than once.
 * The block costs O(n), n: the parts. Each weft_next_completed costs O(1). */
#define weft_with_completed(s, limit)                                                              \
    WEFT_WITH_(weft_check(weft_completed_enter_(&(s)->set, weft_context_, WEFT_DELAY_(limit))),    \
               weft_completed_exit_(&(s)->set))
#define weft_completed_left(s) ((s)->set.multi_wait.count)
#define weft_next_completed(s, which)                                                              \
    do {                                                                                           \
        WEFT_WAIT_(weft_completed_next_begin_(&(s)->set, weft_context_),                           \
                   WEFT_FOLLOW_(weft_completed_next_resume_(&(s)->set, weft_context_)));           \
        *(which) = weft_completed_take_(&(s)->set);                                                \
    } while (0)

/* ---- Private ---- */

#define WEFT_WAIT_UNTIL_(s, limit, until)                                                          \
    WEFT_WAIT_(weft_wait_begin_(&(s)->set, weft_context_, WEFT_DELAY_(limit), (until)),            \
               weft_wait_resume_(&(s)->set))

weft_step_ weft_wait_begin_(weft_wait_set_ *set, weft_context *context, weft_time limit,
                            enum weft_wait_until_ until);
void weft_wait_resume_(weft_wait_set_ *set);

const weft_error *weft_completed_enter_(weft_wait_set_ *set, weft_context *context,
                                        weft_time limit);
const weft_error *weft_completed_exit_(weft_wait_set_ *set);
weft_step_ weft_completed_next_begin_(weft_wait_set_ *set, weft_context *context);
weft_step_ weft_completed_next_resume_(weft_wait_set_ *set, weft_context *context);

/* Removes the first part from the list of completed parts, and returns it. There must be one. */
struct weft_future *weft_completed_take_(weft_wait_set_ *set);

#ifdef __cplusplus
}
#endif
#endif
