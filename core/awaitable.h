/* SPDX-License-Identifier: MIT */
/* Awaitables: what a program can do with tasks and futures.
 *
 * In the public macros, `p` is a pointer to a task or a future. Its type is a WEFT_TASK(name), a
 * weft_task, a weft_future or a WEFT_FUTURE(type). Another pointer does not compile. A tick is one
 * iteration of the loop; doc/glossary.md has the other words.
 */
#ifndef WEFT_CORE_AWAITABLE_H
#define WEFT_CORE_AWAITABLE_H

#include "task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* weft_await(p): `await p`, in a coroutine.
 * Waits until *p has ended, and raises the error of *p if there is one. If *p has ended already,
 * the calling task does not wait, and no other task runs. If the calling task is cancelled while it
 * waits, *p is cancelled too, and the wait goes on until *p has ended. After the wait, the memory
 * of *p may be reused. Raises weft_invalid_state_error if *p is the calling task, was never started
 * or created, or belongs to another loop. O(1). */
#define weft_await(p)                                                                              \
    WEFT_WAIT_(weft_await_(weft_context_,                                                          \
                           &(p)->weft_await_takes_a_task_or_future_and_weft_call_a_frame_), )

/* weft_done(p): p.done(). Returns true if *p has ended with a result or an error, or was cancelled.
 * Returns false if *p has not ended, or was never started or created. The memory of an ended task
 * may still be in use: ask weft_is_free. O(1). */
#define weft_done(p) weft_has_ended_(&(p)->awaitable)

/* weft_cancelled(p): p.cancelled(). Returns true if *p has ended with an error of the kind
 * weft_cancelled_error. O(1). */
#define weft_cancelled(p) weft_was_cancelled_(&(p)->awaitable)

/* weft_error_of(p): p.exception(). Returns the error with which *p ended. Returns NULL if *p has a
 * result or has not ended. If *p was cancelled, the error is of the kind weft_cancelled_error.
 * Afterwards the error of a task counts as retrieved. The error is valid as long as the coroutine
 * that raised it keeps that error (error.h). O(1). */
#define weft_error_of(p) weft_retrieve_error_(&(p)->awaitable)

/* weft_cancel(p): p.cancel(). Requests that *p end. Returns false if *p has ended already, or was
 * never started or created. A future ends at once. If a task is inside a wait, that wait raises
 * weft_cancelled_error. Otherwise the task's next wait raises weft_cancelled_error. A task that has
 * not had its first step runs nothing, not even a finally block. For a future: O(n), n: its
 * waiters. For a task: O(1). For a task that awaits tasks or a gather: O(n), n: the tasks and parts
 * of gathers that the request reaches. C's stack does not grow with n. */
#define weft_cancel(p) weft_cancel_(&(p)->awaitable)

/* weft_add_done_callback(p, weft_handle *handle, function): p.add_done_callback(function).
 * The loop calls `function(loop, handle)` in the tick after the one in which *p ends. If *p has
 * ended already, the loop calls it in the next tick. Tasks and callbacks that wait for *p run in
 * the order in which they began to wait. The caller owns the handle. The handle is idle again when
 * the function is called. p.remove_done_callback is weft_handle_cancel. Returns NULL; or
 * weft_invalid_state_error if the handle is not idle or *p was never started or created. O(1). */
#define weft_add_done_callback(p, handle, function)                                                \
    weft_add_done_callback_(&(p)->awaitable, (handle), (function))

/* ---- Private ---- */

weft_step_ weft_await_(weft_context *context, weft_awaitable_ *awaitable);
bool weft_was_cancelled_(const weft_awaitable_ *awaitable);
const weft_error *weft_retrieve_error_(weft_awaitable_ *awaitable);
bool weft_cancel_(weft_awaitable_ *awaitable);
const weft_error *weft_add_done_callback_(weft_awaitable_ *awaitable, weft_handle *handle,
                                          weft_function *function);

/* Returns true if the awaitable belongs to the task's loop and is not the task itself. */
bool weft_can_await_(const weft_task *task, const weft_awaitable_ *awaitable);

/* Has `function` called when the awaitable ends. The code that ends the awaitable calls the
 * function directly, not the loop in a later tick. The handle must be idle. The function may only
 * count, and make its handle ready (weft_push_due_). */
void weft_observe_end_(weft_awaitable_ *awaitable, weft_handle *handle, weft_function *function);

/* Removes all done callbacks of an awaitable. */
void weft_forget_callbacks_(weft_awaitable_ *awaitable);

/* Removes a task from the waiters of an awaitable. O(n), n: the waiters, because a task does not
 * know the waiter before it. */
void weft_remove_task_(weft_awaitable_ *awaitable, weft_node_ *node);

/* Returns the task that the awaitable belongs to; NULL: the awaitable is a future. */
weft_task *weft_awaitable_task_(weft_awaitable_ *awaitable);

#ifdef __cplusplus
}
#endif
#endif
