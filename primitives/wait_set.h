/* Wait: waits until the first, the first failed, or all of several tasks and futures have ended.
 * As_completed: waits for each of them, in the order of ending. */
#ifndef WEFT_PRIMITIVES_WAIT_SET_H
#define WEFT_PRIMITIVES_WAIT_SET_H

#include "multi_wait.h"
#include "timeout.h"

#ifdef __cplusplus
extern "C" {
#endif

enum weft_wait_until_ { WEFT_UNTIL_FIRST_, WEFT_UNTIL_ERROR_, WEFT_UNTIL_ALL_ };

/* The engine of every wait set. It lives in a frame, as a member of one of the types below. */
typedef struct weft_wait_set_ {
    weft_multi_wait_ multi_wait;
    const weft_primitive_info_ *info;
    weft_handle limit;
    weft_node_
        *completed;      /* as_completed: a ring of parts that have ended and were not taken yet */
    unsigned char until; /* enum weft_wait_until_ */
    bool timed_out;
} weft_wait_set_;

/* WEFT_WAIT_SET(n): the type of a set with room for n parts, the tasks and futures to wait for. A
 * set lives in a frame, or is static. It must be all zero bytes before its first use, and must not
 * be moved while it has parts. Each use of the macro makes a type of its own; name it with
 * typedef. */
#define WEFT_WAIT_SET(n)                                                                           \
    struct {                                                                                       \
        weft_wait_set_ set;                                                                        \
        weft_part parts[n];                                                                        \
    }

/* WEFT_WAIT_SET_OVER: the type of a set whose parts are an array of the caller's
 * (weft_wait_add_in). It differs from WEFT_WAIT_SET(n) only in that. */
#define WEFT_WAIT_SET_OVER                                                                         \
    struct {                                                                                       \
        weft_wait_set_ set;                                                                        \
    }

/* weft_wait_add(WEFT_WAIT_SET(n) *s, p)
 * Adds a part: *p, a task or future that was started. *p must stay valid, and its memory must not
 * be reused, while it is in the set. Returns NULL; or weft_invalid_state_error, and adds nothing,
 * if there is no room, *p was never started, or a task waits for the set. `s` is evaluated more
 * than once. O(1). */
#define weft_wait_add(s, p)                                                                        \
    weft_wait_add_in(s, (s)->parts, sizeof((s)->parts) / sizeof(weft_part), p)

/* weft_wait_add_in(WEFT_WAIT_SET_OVER *s, weft_part *parts, size_t room, p)
 * Adds a part to a set whose parts are the caller's array: `room` of them, at `parts`. Both must be
 * the same at each call for this set. The caller owns the array, and must keep it while the set has
 * parts; it needs no initialiser. The rest is as in weft_wait_add. */
#define weft_wait_add_in(s, parts, room, p)                                                        \
    weft_multi_wait_add_(&(s)->set.multi_wait, (parts), (room), &(p)->awaitable)

/* weft_wait_first(s, weft_time limit), weft_wait_first_error(s, limit), weft_wait_all(s, limit)
 * `await asyncio.wait(s, timeout=limit, return_when=...)`, for the set *s.
 * weft_wait_first waits until a part has ended (FIRST_COMPLETED). weft_wait_first_error waits until
 * a part has ended with an error other than a cancellation, or until all parts have ended
 * (FIRST_EXCEPTION). weft_wait_all waits until all parts have ended (ALL_COMPLETED).
 * Each waits at most for `limit` (WEFT_FOREVER: no limit), and raises nothing when that
 * has passed. weft_done(part) then returns true for the parts that have ended. The parts stay in
 * the set, which may be waited for again. If this task is cancelled while it waits, the parts are
 * not cancelled. Raises weft_invalid_state_error if the set has no parts, a task waits for the set
 * already, or a part belongs to another loop. When the wait has ended, the set is linked to
 * nothing. `s` is evaluated again when the task is resumed. O(parts). */
#define weft_wait_first(s, limit) WEFT_WAIT_UNTIL_(s, limit, WEFT_UNTIL_FIRST_)
#define weft_wait_first_error(s, limit) WEFT_WAIT_UNTIL_(s, limit, WEFT_UNTIL_ERROR_)
#define weft_wait_all(s, limit) WEFT_WAIT_UNTIL_(s, limit, WEFT_UNTIL_ALL_)

/* weft_wait_pending(s): returns how many parts have not ended, and drops the others from the set
 * *s. `done, s = await asyncio.wait(s)`, `while s:`. While a task waits for the set, drops none and
 * returns the number of all parts. O(parts). */
#define weft_wait_pending(s) weft_multi_wait_drop_ended_(&(s)->set.multi_wait)

/* weft_with_completed(s, weft_time limit) {
 *     while (weft_completed_left(s)) {
 *         weft_next_completed(s, &self->which);
 *         ...
 *     }
 * } weft_end
 * `async for which in asyncio.as_completed(s, timeout=limit):`, for the set *s.
 * weft_with_completed begins a block of the running task, which must not move or reuse the set
 * inside. `limit` is in microseconds, from the beginning of the block (WEFT_FOREVER: no limit).
 * weft_completed_left returns how many parts weft_next_completed has not taken yet.
 * weft_next_completed waits for the next part to end, in the order of ending, and takes it: stores
 * a weft_future * in self->which. Compare that with weft_as_future(part), and await it for its
 * error. If the block is left in any way, the set is linked to nothing and has no parts.
 * weft_with_completed raises weft_invalid_state_error if a task waits for the set already, or if a
 * part belongs to another loop. weft_next_completed raises weft_timeout_error if the limit has
 * passed and no ended part is left. It raises weft_invalid_state_error if no part is left at all,
 * or if another task than the block's calls it. `s` is evaluated more than once. O(parts) for the
 * block, O(1) for each part. */
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

/* Takes the first completed part, which there must be. */
struct weft_future *weft_completed_take_(weft_wait_set_ *set);

#ifdef __cplusplus
}
#endif
#endif
