/* SPDX-License-Identifier: MIT */
/* Awaitables: an awaitable is a task or a future. The macros in this file work on both.
 *
 * In the public macros, `p` is a pointer to a task or a future. *p must be a WEFT_TASK(name), a
 * weft_task, a weft_future or a WEFT_FUTURE(type). A pointer to another type does not compile. A
 * tick is one iteration of the loop; doc/glossary.md has the other words.
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
 * waits, weft cancels *p too, and the calling task waits until *p has ended. After the wait, the
 * program may use the memory of *p again. Raises weft_invalid_state_error if *p is the calling
 * task, was never started or created, or belongs to another loop. O(1). */
#define weft_await(p)                                                                              \
    WEFT_WAIT_(weft_await_(weft_context_,                                                          \
                           &(p)->weft_await_takes_a_task_or_future_and_weft_call_a_frame_), )

/* weft_done(p): p.done(). Returns true if *p has ended with a result or an error, or was cancelled.
 * Returns false if *p has not ended, or was never started or created. After a task has ended, its
 * memory may still be in use: weft_is_free tells if it is. O(1). */
#define weft_done(p) weft_has_ended_(&(p)->awaitable)

/* weft_cancelled(p): p.cancelled(). Returns true if *p has ended with an error of the kind
 * weft_cancelled_error. O(1). */
#define weft_cancelled(p) weft_was_cancelled_(&(p)->awaitable)

/* weft_error_of(p): p.exception(). Returns the error with which *p ended. Returns NULL if *p has a
 * result or has not ended. If *p was cancelled, the error is of the kind weft_cancelled_error. If
 * *p is a task, its error counts as retrieved afterwards: the loop does not pass it to the
 * exception handler. If the error is a member of a frame, the error is valid until the frame is
 * used again (error.h). O(1). */
#define weft_error_of(p) weft_retrieve_error_(&(p)->awaitable)

/* weft_cancel(p): p.cancel(). Requests that *p end. Returns false if *p has ended already, or was
 * never started or created. If *p is a future, it ends at once. If *p is a task that waits, its
 * wait raises weft_cancelled_error. If *p is a task that does not wait, its next wait raises
 * weft_cancelled_error. If the task *p has not begun to run, it ends without running any of its
 * code. For a future: O(n), n: the tasks and callbacks that wait for it. For a task: O(1). If the
 * task awaits another task or a gather, weft passes the request on to them: O(n), n: the tasks and
 * futures that the request reaches. C's stack does not grow with n. */
#define weft_cancel(p) weft_cancel_(&(p)->awaitable)

/* weft_add_done_callback(p, weft_handle *handle, function): p.add_done_callback(function).
 * The loop calls `function(loop, handle)` in the tick after the one in which *p ends. If *p has
 * ended already, the loop calls the function in the next tick. Tasks and callbacks that wait for *p
 * run in the order in which they began to wait. The program owns the handle, and may use the handle
 * again from the start of that call on. To remove the callback (asyncio's remove_done_callback),
 * call weft_handle_cancel. Returns NULL if it has added the callback. If a call of the handle is
 * pending, or if *p was never started or created, returns weft_invalid_state_error. O(1). */
#define weft_add_done_callback(p, handle, function)                                                \
    weft_add_done_callback_(&(p)->awaitable, (handle), (function))

/* ---- Private ---- */

weft_step_ weft_await_(weft_context *context, weft_awaitable_ *awaitable);
bool weft_was_cancelled_(const weft_awaitable_ *awaitable);
const weft_error *weft_retrieve_error_(weft_awaitable_ *awaitable);
bool weft_cancel_(weft_awaitable_ *awaitable);
const weft_error *weft_add_done_callback_(weft_awaitable_ *awaitable, weft_handle *handle,
                                          weft_function *function);

/* Returns true if `task` may await the awaitable: both belong to one loop, and the awaitable is not
 * the task itself. */
bool weft_can_await_(const weft_task *task, const weft_awaitable_ *awaitable);

/* Adds an observer: `function` is called when the awaitable ends. weft calls the function at once,
 * while it completes the awaitable, and not in a later tick. The handle must be idle. The function
 * must not do more than count, and make its handle ready (weft_push_due_). */
void weft_observe_end_(weft_awaitable_ *awaitable, weft_handle *handle, weft_function *function);

/* Removes all done callbacks of an awaitable. */
void weft_forget_callbacks_(weft_awaitable_ *awaitable);

/* Removes a task from the waiters of an awaitable. `node` is the task's member that links it to the
 * next waiter. A task does not store which waiter is before it, so the function searches: O(n), n:
 * the waiters. */
void weft_remove_task_(weft_awaitable_ *awaitable, weft_node_ *node);

/* Returns the task that the awaitable belongs to; NULL: the awaitable is a future. */
weft_task *weft_awaitable_task_(weft_awaitable_ *awaitable);

#ifdef __cplusplus
}
#endif
#endif
