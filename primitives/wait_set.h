/* SPDX-License-Identifier: MIT */
/* Wait: waits for several tasks and futures, until one has ended, one has failed, or all have
 * ended. As_completed: waits for each of several tasks and futures, in the order in which they end.
 * A wait set holds these tasks and futures, which are its parts. */
#ifndef WEFT_PRIMITIVES_WAIT_SET_H
#define WEFT_PRIMITIVES_WAIT_SET_H

#include "multi_wait.h"
#include "timeout.h"

#ifdef __cplusplus
extern "C" {
#endif

enum weft_wait_until_ { WEFT_UNTIL_FIRST_, WEFT_UNTIL_ERROR_, WEFT_UNTIL_ALL_ };

/* The members that every type of wait set begins with. They do not depend on the number of
 * parts. */
typedef struct weft_wait_set_ {
    weft_multi_wait_ multi_wait;
    WEFT_INFO_MEMBER_
    weft_handle limit;
    /* as_completed: a circular list of the parts that have ended and were not taken yet. */
    weft_node_ *completed;
    unsigned char until; /* enum weft_wait_until_ */
    bool timed_out;      /* the time limit has passed */
} weft_wait_set_;

/* WEFT_WAIT_SET(n): the type of a wait set with room for n parts. A set lives in a frame (a
 * coroutine's struct), or is static. It must be all zero bytes before its first use, and must not
 * be moved while it has parts. Each use of the macro makes a new type. To use the type twice, name
 * it with typedef. */
#define WEFT_WAIT_SET(n)                                                                           \
    struct {                                                                                       \
        weft_wait_set_ set;                                                                        \
        weft_part parts[n];                                                                        \
    }

/* WEFT_WAIT_SET_OVER: the type of a set that keeps its parts in an array of the program
 * (weft_wait_add_in). Everything else is as in WEFT_WAIT_SET(n). */
#define WEFT_WAIT_SET_OVER                                                                         \
    struct {                                                                                       \
        weft_wait_set_ set;                                                                        \
    }

/* weft_wait_add(WEFT_WAIT_SET(n) *s, p)
 * Adds *p, a started task or a created future, as a part of the set. While *p is in the set, *p
 * must stay valid, and its memory must not be reused. Returns NULL if *p was added. If there is no
 * room, *p was never started or created, or a task waits for the set, adds nothing and returns
 * weft_invalid_state_error. `s` is evaluated more than once. O(1). */
#define weft_wait_add(s, p)                                                                        \
    weft_wait_add_in(s, (s)->parts, sizeof((s)->parts) / sizeof(weft_part), p)

/* weft_wait_add_in(WEFT_WAIT_SET_OVER *s, weft_part *parts, size_t room, p)
 * Adds *p as a part of a set that keeps its parts in the program's array. `parts` is that array, of
 * `room` elements; both must be equal in all calls for one set. The program owns the array, and
 * must keep the array while the set has parts. The array needs no initialiser. Everything else is
 * as in weft_wait_add. */
#define weft_wait_add_in(s, parts, room, p)                                                        \
    weft_multi_wait_add_(&(s)->set.multi_wait, (parts), (room), &(p)->awaitable)

/* weft_wait_first(s, weft_time limit), weft_wait_first_error(s, limit), weft_wait_all(s, limit)
 * `await asyncio.wait(s, timeout=limit, return_when=...)`, for the set *s.
 * weft_wait_first waits until a part has ended (FIRST_COMPLETED). weft_wait_first_error waits until
 * a part has ended with an error other than a cancellation, or until all parts have ended
 * (FIRST_EXCEPTION). weft_wait_all waits until all parts have ended (ALL_COMPLETED).
 * `limit` is the longest wait in microseconds; WEFT_FOREVER: no limit. When the limit has passed,
 * the wait ends without an error. weft_done(part) then returns true for the parts that have ended.
 * All parts stay in the set, and a task may wait for the set again. If the waiting task is
 * cancelled, the parts are not cancelled. Raises weft_invalid_state_error if the set has no parts,
 * a task waits for the set already, or a part belongs to another loop. When the wait has ended, no
 * part and no timer refers to the set. `s` is evaluated again when the task is resumed. O(n), n:
 * the parts. */
#define weft_wait_first(s, limit) WEFT_WAIT_UNTIL_(s, limit, WEFT_UNTIL_FIRST_)
#define weft_wait_first_error(s, limit) WEFT_WAIT_UNTIL_(s, limit, WEFT_UNTIL_ERROR_)
#define weft_wait_all(s, limit) WEFT_WAIT_UNTIL_(s, limit, WEFT_UNTIL_ALL_)

/* weft_wait_pending(s): `done, s = await asyncio.wait(s)`, `while s:`. Drops the parts that have
 * ended from the set *s, and returns how many parts are left. While a task waits for the set, drops
 * no part and returns the number of all parts. O(n), n: the parts. */
#define weft_wait_pending(s) weft_multi_wait_drop_ended_(&(s)->set.multi_wait)

/* weft_with_completed(s, weft_time limit) {
 *     while (weft_completed_left(s)) {
 *         weft_next_completed(s, &self->which);
 *         ...
 *     }
 * } weft_end
 * `async for which in asyncio.as_completed(s, timeout=limit):`, for the set *s.
 * weft_with_completed begins a block of the running task. Inside the block the program must not
 * move or reuse the set. `limit` is in microseconds from the beginning of the block; WEFT_FOREVER:
 * no limit. weft_completed_left returns the number of parts that weft_next_completed has not taken
 * yet.
 * weft_next_completed waits until one more part has ended, and takes that part: it stores a pointer
 * to the part, a weft_future *, in self->which. Parts come in the order in which they end. To learn
 * which part it is, compare the pointer with weft_as_future(part). To raise the part's error, await
 * the pointer. However the program leaves the block, the set then has no parts, and nothing refers
 * to the set.
 * weft_with_completed raises weft_invalid_state_error if a task waits for the set already, or if a
 * part belongs to another loop. weft_next_completed raises weft_invalid_state_error if the running
 * task is not in the block. It raises weft_timeout_error if the limit has passed and every part
 * that ended in time is taken. Before the limit, it raises weft_invalid_state_error if all parts
 * are taken. `s` is evaluated more than once. O(n) for the block, n: the parts; O(1) a part. */
#define weft_with_completed(s, limit)                                                              \
    WEFT_WITH_(weft_check(weft_completed_enter_(&(s)->set, weft_context_, WEFT_DELAY_(limit))),    \
               weft_completed_exit_(&(s)->set))
#define weft_completed_left(s) ((s)->set.multi_wait.count)
#define weft_next_completed(s, which)                                                              \
    do {                                                                                           \
        WEFT_WAIT_RETRY_(weft_completed_next_begin_(&(s)->set, weft_context_),                     \
                         weft_completed_next_resume_(&(s)->set, weft_context_));                   \
        *(which) = weft_completed_take_(&(s)->set);                                                \
    } while (0)

/* ---- Private ---- */

#define WEFT_WAIT_UNTIL_(s, limit, until)                                                          \
    WEFT_WAIT_RESUME_(weft_wait_begin_(&(s)->set, weft_context_, WEFT_DELAY_(limit), (until)),     \
                      weft_wait_resume_(&(s)->set))

weft_step_ weft_wait_begin_(weft_wait_set_ *set, weft_context *context, weft_time limit,
                            enum weft_wait_until_ until);
void weft_wait_resume_(weft_wait_set_ *set);

const weft_error *weft_completed_enter_(weft_wait_set_ *set, weft_context *context,
                                        weft_time limit);
const weft_error *weft_completed_exit_(weft_wait_set_ *set);
weft_step_ weft_completed_next_begin_(weft_wait_set_ *set, weft_context *context);
weft_step_ weft_completed_next_resume_(weft_wait_set_ *set, weft_context *context);

/* Takes the first completed part. There must be such a part. */
struct weft_future *weft_completed_take_(weft_wait_set_ *set);

#ifdef __cplusplus
}
#endif
#endif
