/* Awaiting: what can be done with anything that can be awaited.
 *
 * The macros in lower case take a pointer to anything that has a member `awaitable`: a
 * WEFT_TASK(name), a weft_task, a weft_future, a WEFT_FUTURE(type). Anything else does not compile.
 */
#ifndef WEFT_CORE_AWAITABLE_H
#define WEFT_CORE_AWAITABLE_H

#include "task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* weft_await(p): `await p`, in a coroutine.
 * Waits until *p has ended, and raises its error if it has one. If *p has ended already, the task
 * does not wait and nothing else runs. If this task is cancelled while it waits, *p is cancelled,
 * and the wait ends when *p has ended. From then on the memory of *p may be reused. Raises
 * weft_invalid_state_error if *p is this task, was never started, or belongs to another loop.
 * O(1). */
#define weft_await(p)                                                                              \
    WEFT_WAIT_(weft_await_(weft_context_,                                                          \
                           &(p)->weft_await_takes_a_task_or_future_and_weft_call_a_frame_))

/* weft_done(p): p.done(). Returns true if *p has ended: with a result, an error, or cancelled;
 * false if it was never started. A task's memory may still be in use (weft_is_free). O(1). */
#define weft_done(p) weft_has_ended_(&(p)->awaitable)

/* weft_cancelled(p): p.cancelled(). Returns true if *p has ended with weft_cancelled_error.
 * O(1). */
#define weft_cancelled(p) weft_was_cancelled_(&(p)->awaitable)

/* weft_error_of(p): p.exception(). Returns the error of *p, NULL if it has a result or has not
 * ended, and an error of the kind weft_cancelled_error if it was cancelled. A task's error counts
 * as retrieved then. The error lives as long as the coroutine that raised it keeps it (error.h).
 * O(1). */
#define weft_error_of(p) weft_retrieve_error_(&(p)->awaitable)

/* weft_cancel(p): p.cancel(). Requests the end of *p. Returns false if it has ended, or was never
 * started. A future ends at once. A task gets weft_cancelled_error in its wait, or in its next
 * wait. A task that has not had its first step runs nothing, not even a finally. O(1); for a future
 * O(waiters); for a task that awaits tasks or a gather, O(tasks and parts that the request
 * reaches). C's stack does not grow. */
#define weft_cancel(p) weft_cancel_(&(p)->awaitable)

/* weft_add_done_callback(p, weft_handle *handle, function): p.add_done_callback(function).
 * The loop calls `function(loop, handle)` in the tick after the end of *p, or in the next tick if
 * *p has ended already. Waiting tasks and callbacks follow in the order in which they came. The
 * caller owns the handle, which is idle again when the function is called. weft_handle_cancel is
 * remove_done_callback. Returns NULL; or weft_invalid_state_error if the handle is not idle or *p
 * was never started. O(1). */
#define weft_add_done_callback(p, handle, function)                                                \
    weft_add_done_callback_(&(p)->awaitable, (handle), (function))

/* ---- Private ---- */

weft_step_ weft_await_(weft_context *context, weft_awaitable_ *awaitable);
bool weft_was_cancelled_(const weft_awaitable_ *awaitable);
const weft_error *weft_retrieve_error_(weft_awaitable_ *awaitable);
bool weft_cancel_(weft_awaitable_ *awaitable);
const weft_error *weft_add_done_callback_(weft_awaitable_ *awaitable, weft_handle *handle,
                                          weft_function *function);

/* Returns true if the awaitable was started in the task's loop and is not the task itself. */
bool weft_can_await_(const weft_task *task, const weft_awaitable_ *awaitable);

/* Calls the function of an idle handle when the awaitable ends, at once and not in the loop. The
 * function may only count, and make its handle ready (weft_handle_ready_). */
void weft_observe_end_(weft_awaitable_ *awaitable, weft_handle *handle, weft_function *function);

/* Takes the done callbacks of an awaitable off. */
void weft_forget_callbacks_(weft_awaitable_ *awaitable);

/* Removes a waiter. To remove a handle is O(1); a task does not know the waiter before it,
 * so to remove a task is O(waiters). */
void weft_remove_task_(weft_awaitable_ *awaitable, weft_node_ *node);

/* Returns the task that the awaitable is; NULL: it is a future. */
weft_task *weft_awaitable_task_(weft_awaitable_ *awaitable);

#ifdef __cplusplus
}
#endif
#endif
