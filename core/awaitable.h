/* What can be awaited: a task or a future. Both tell whoever waits when they end.
 *
 * The macros in lower case take a pointer to anything that has a member `awaitable`: a
 * WEFT_TASK(name), a weft_task, a weft_future, a WEFT_FUTURE(type); anything else does not compile.
 */
#ifndef WEFT_CORE_AWAITABLE_H
#define WEFT_CORE_AWAITABLE_H

#include "handle.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_scope_ weft_scope_;

/* What tasks and futures have in common. All zero is one that was never started. */
struct weft_awaitable_ {
    weft_node_ *waiters;     /* the last of a ring, NULL if nobody waits; or how it ended (below) */
    weft_scope_ *scope;      /* through which it knows its loop; NULL: never started */
    const weft_error *error; /* once it has ended; NULL: with a result */
};

/* What `waiters` points to once it has ended. */
extern const weft_node_ weft_ended_[2];
#define WEFT_ENDED_ ((weft_node_ *)(uintptr_t)&weft_ended_[0])
#define WEFT_UNRETRIEVED_                                                                          \
    ((weft_node_ *)(uintptr_t)&weft_ended_[1]) /* a task that failed, and nobody has asked yet */

static inline bool weft_has_ended_(const weft_awaitable_ *awaitable)
{
    return (uintptr_t)awaitable->waiters - (uintptr_t)weft_ended_ < sizeof weft_ended_;
}

/* weft_await(p): `await p`.
 * In a coroutine. Waits until *p, which has been started, has ended, and raises its error if it has
 * one. What has ended already is not waited for: nothing else runs meanwhile. If this task is
 * cancelled while it waits, so is *p, and the wait ends when that has ended; *p's memory may be
 * used again from then on. Raises weft_invalid_state_error for the task itself, for what was never
 * started, and for what belongs to another loop. O(1). */
#define weft_await(p)                                                                              \
    WEFT_WAIT_(weft_await_(weft_context_,                                                          \
                           &(p)->weft_await_takes_a_task_or_future_and_weft_call_a_frame_))

/* weft_done(p): p.done(). Whether it has ended: with a result, an error or cancelled; false of what
 * was never started. A task's memory may still be in use (weft_is_free). O(1). */
#define weft_done(p) weft_has_ended_(&(p)->awaitable)

/* weft_cancelled(p): p.cancelled(). Whether it has ended with weft_cancelled_error. O(1). */
#define weft_cancelled(p) weft_was_cancelled_(&(p)->awaitable)

/* weft_error_of(p): p.exception(), but NULL for what has not ended, and &weft_cancelled_error for
 * what was cancelled. The error of a task counts as asked for then; it lives for as long as whoever
 * raised it keeps it (error.h). O(1). */
#define weft_error_of(p) weft_retrieve_error_(&(p)->awaitable)

/* weft_cancel(p): p.cancel(). Asks it to end; false if it has ended already, or was never started.
 * A future ends at once. A task gets weft_cancelled_error where it waits, or where it waits next;
 * one that has not had its first step runs nothing at all, no finally either. O(1); of a future
 * O(those who wait); and of a task that awaits tasks, or a gather, O(all that is reached so). In
 * constant stack. */
#define weft_cancel(p) weft_cancel_(&(p)->awaitable)

/* weft_add_done_callback(p, weft_handle *handle, function): p.add_done_callback(function).
 * `function(loop, handle)` is called in a turn of its own once *p has ended, or soon if it has
 * already. Returns NULL, or weft_invalid_state_error if the handle is not idle or *p was never
 * started. The handle belongs to the caller, and is idle again when the function is called.
 * Callbacks and tasks that wait are told in the order in which they came. weft_handle_cancel is
 * remove_done_callback. O(1). */
#define weft_add_done_callback(p, handle, function)                                                \
    weft_add_done_callback_(&(p)->awaitable, (handle), (function))

weft_step_ weft_await_(weft_context *context, weft_awaitable_ *awaitable);
/* Whether it has been started, in the task's own loop, and is not the task itself. */
bool weft_can_await_(const weft_task *task, const weft_awaitable_ *awaitable);
bool weft_was_cancelled_(const weft_awaitable_ *awaitable);
const weft_error *weft_retrieve_error_(weft_awaitable_ *awaitable);
bool weft_cancel_(weft_awaitable_ *awaitable);
const weft_error *weft_add_done_callback_(weft_awaitable_ *awaitable, weft_handle *handle,
                                          weft_function *function);

/* All who wait, in the ring of `last`, are made ready, in order, and get `error`, which may be
 * NULL. Whether a task was among them. */
bool weft_wake_waiters_(const weft_scope_ *scope, weft_node_ *last, const weft_error *error);

/* Ends it, and tells them. Whether a task was among them. */
static inline bool weft_complete_(weft_awaitable_ *awaitable, const weft_error *error)
{
    weft_node_ *const last = awaitable->waiters;
    awaitable->waiters = WEFT_ENDED_;
    awaitable->error = error;
    return last && weft_wake_waiters_(awaitable->scope, last, error);
}

/* Who waits, in a ring. A turn knows its predecessor (`previous`); for a task, which does not,
 * removal is O(those who wait). */
static inline void weft_add_waiter_(weft_awaitable_ *awaitable, weft_node_ *node)
{
    weft_node_ *const last = awaitable->waiters;
    node->next = last ? last->next : node;
    if (last)
        last->next = node;
    awaitable->waiters = node;
}

void weft_remove_waiter_(weft_awaitable_ *awaitable, weft_wait_ *turn);
void weft_remove_task_(weft_awaitable_ *awaitable, weft_node_ *node);

/* The task that it is, or NULL. */
weft_task *weft_awaitable_task_(weft_awaitable_ *awaitable);

#ifdef __cplusplus
}
#endif
#endif
