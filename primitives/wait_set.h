/* wait: wait for some of several tasks and futures; as_completed: for each as it ends. */
#ifndef WEFT_PRIMITIVES_WAIT_SET_H
#define WEFT_PRIMITIVES_WAIT_SET_H

#include "multi_wait.h"
#include "timeout.h"

#ifdef __cplusplus
extern "C" {
#endif

enum weft_wait_begin_ { WEFT_UNTIL_FIRST_, WEFT_UNTIL_ERROR_, WEFT_UNTIL_ALL_ };

/* The engine of every set: a WEFT_WAIT_SET's, or with parts of the caller's (weft_wait_add_in). It
 * lives in a frame, and is all zero at first. */
typedef struct weft_wait_set {
    weft_multi_wait_ multi_wait;
    const weft_primitive_info_ *kind;
    weft_handle limit;
    weft_node_ *completed; /* as_completed: the last of a ring of parts that were heard */
    unsigned char until;
    bool timed_out;
} weft_wait_set;

/* A set with room for `n`: one lives in a frame, and is all zero at first. Its members are `set`
 * and `parts`. Each use of the macro makes a type of its own: typedef gives it a name. */
#define WEFT_WAIT_SET(n)                                                                           \
    struct {                                                                                       \
        weft_wait_set set;                                                                         \
        weft_part parts[n];                                                                        \
    }

/* weft_wait_add(WEFT_WAIT_SET(n) *s, p): one more, a task or future that has been started. Its
 * memory stays what it is while it is in the set. Returns NULL, or weft_invalid_state_error if
 * there is no room, if it was never started, or if the set is being waited for. `s` is evaluated
 * more than once. O(1). */
#define weft_wait_add(s, p)                                                                        \
    weft_wait_add_in(&(s)->set, (s)->parts, sizeof((s)->parts) / sizeof(weft_part), p)

/* weft_wait_add_in(weft_wait_set *set, weft_part *parts, size_t room, p): the same where the parts
 * are an array of the caller's: `room` of them, at `parts`, the same for each. They stay what they
 * are while something is in the set. What waits is a struct whose member `set` it is. */
#define weft_wait_add_in(set, parts, room, p)                                                      \
    weft_multi_wait_add_(&(set)->multi_wait, (parts), (room), &(p)->awaitable)

/* weft_wait_first(WEFT_WAIT_SET(n) *s, weft_time limit), weft_wait_first_error, weft_wait_all:
 * `await asyncio.wait(s, timeout=limit, return_when=FIRST_COMPLETED)` (FIRST_EXCEPTION,
 * ALL_COMPLETED). Waits until one of them, or one with an error, or all have ended; until all have,
 * if that does not happen before; and at most for `limit` (WEFT_SECONDS, WEFT_MS, WEFT_US;
 * WEFT_FOREVER: no limit). Raises nothing but a cancellation, which is not passed on to them; and
 * weft_invalid_state_error of an empty set, of one that somebody waits for already, and if one of
 * them is another loop's. Which have ended, weft_done tells; the set stays as it is, and may be
 * waited for again. When it ends nothing of it is linked to them. `s` is evaluated again when the
 * task is resumed. O(parts). */
#define weft_wait_first(s, limit) WEFT_WAIT_UNTIL_(s, limit, WEFT_UNTIL_FIRST_)
#define weft_wait_first_error(s, limit) WEFT_WAIT_UNTIL_(s, limit, WEFT_UNTIL_ERROR_)
#define weft_wait_all(s, limit) WEFT_WAIT_UNTIL_(s, limit, WEFT_UNTIL_ALL_)

/* weft_wait_pending(WEFT_WAIT_SET(n) *s): drops those that have ended, and returns how many are
 * left: `done, s = await asyncio.wait(s)`, `while s:`. Of a set that is being waited for it drops
 * none. O(parts). */
#define weft_wait_pending(s) weft_wait_pending_(&(s)->set)

/* weft_with_completed(WEFT_WAIT_SET(n) *s, weft_time limit) {
 *     while (weft_completed_left(s)) {
 *         weft_next_completed(s, &self->which);
 *         ...
 *     }
 * } weft_end
 * `async for which in asyncio.as_completed(s, timeout=limit):`. weft_next_completed waits for the
 * next one to end, in the order of ending, and stores which one it is: a weft_future *, to be
 * compared with weft_as_future(p), and awaited for its error. Raises weft_timeout_error when the
 * limit has passed and no ended one is left, and weft_invalid_state_error when none is left at
 * all, and in another task than the block's.
 * When the block is left nothing of it is linked to the others, and the set is empty. To enter it
 * with a set that is being waited for, or with one of another loop's, raises it too. `s` is
 * evaluated more than once. O(parts) for the block, O(1) for each. */
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

#define WEFT_WAIT_UNTIL_(s, limit, until)                                                          \
    WEFT_WAIT_RESUME_(weft_wait_begin_(&(s)->set, weft_context_, WEFT_DELAY_(limit), (until)),     \
                      weft_wait_resume_(&(s)->set))

weft_step_ weft_wait_begin_(weft_wait_set *set, weft_context *context, weft_time limit,
                            enum weft_wait_begin_ until);
void weft_wait_resume_(weft_wait_set *set);
size_t weft_wait_pending_(weft_wait_set *set);

const weft_error *weft_completed_enter_(weft_wait_set *set, weft_context *context, weft_time limit);
const weft_error *weft_completed_exit_(weft_wait_set *set);
weft_step_ weft_completed_next_begin_(weft_wait_set *set, weft_context *context);
weft_step_ weft_completed_next_resume_(weft_wait_set *set, weft_context *context);
struct weft_future *weft_completed_take_(weft_wait_set *set);

#ifdef __cplusplus
}
#endif
#endif
