/* SPDX-License-Identifier: MIT */
/* Handles: a handle is the memory for one function call that a program requests from the loop. The
 * loop makes the call soon, at a later time, or when a task or a future has ended. */
#ifndef WEFT_CORE_HANDLE_H
#define WEFT_CORE_HANDLE_H

#include "list.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_handle weft_handle;

/* A callback: a function that the loop calls. The function may do everything that a task may do,
 * except wait. The function may request another call with *handle. */
typedef void weft_function(weft_loop *loop, weft_handle *handle);

/* The memory for one call that the loop makes: asyncio's Handle and TimerHandle. A handle is idle
 * if it has no pending call. Before its first use, a handle must be all zero bytes; such a handle
 * is idle. The program owns the handle. Usually a handle is a member of a struct that the function
 * needs (WEFT_HANDLE_OWNER). The program must not move the handle while its call is pending. */
struct weft_handle {
    weft_wait_ wait;
    weft_function *function;
};

/* WEFT_HANDLE_OWNER(weft_handle *handle, type, member): returns a pointer to the struct of type
 * `type` whose member `member` is *handle. A callback uses this macro to find the struct around its
 * handle. */
#define WEFT_HANDLE_OWNER(handle, type, member) WEFT_CONTAINER_(handle, type, member)

/* WEFT_LAMBDA(name, type, variable, expression);
 * `lambda variable: expression`, for weft_add_done_callback. Defines the callback `name`, which
 * evaluates `expression`. In the expression, `variable` is a pointer of type `type *` to the future
 * or task that has ended. The compiler does not check that this future or task has the type `type`.
 *     WEFT_LAMBDA(print_number, number_future, f, printf("%d\n", f->result)); */
#define WEFT_LAMBDA(name, type, variable, ...)                                                     \
    static void name(weft_loop *weft_loop_, weft_handle *weft_handle_)                             \
    {                                                                                              \
        type *const variable = (type *)(void *)weft_handle_->wait.awaited;                         \
        (void)weft_loop_;                                                                          \
        (void)(__VA_ARGS__);                                                                       \
    }                                                                                              \
    static weft_function name

/* loop.call_soon(function). Requests that the loop call `function(loop, handle)` in the next tick
 * (iteration of the loop). All tasks and callbacks that are ready already run before that call. If
 * a call of the handle is pending, returns weft_invalid_state_error and changes nothing. Otherwise
 * returns NULL. O(1). */
const weft_error *weft_call_soon(weft_loop *loop, weft_handle *handle, weft_function *function);

/* loop.call_later(delay, function). Requests that the loop call `function(loop, handle)` when
 * `delay` has passed, never earlier. Write `delay` with WEFT_SECONDS, WEFT_MS or WEFT_US. If the
 * delay is 0 or negative, the loop makes the call in the next tick. If two calls are due at one
 * time, the loop makes the call first that was requested first. If a call of the handle is pending,
 * returns weft_invalid_state_error and changes nothing. Otherwise returns NULL. The request costs
 * O(1). Until the call is due, the loop moves the handle at most 46 times from one list to another
 * (timer.h). With WEFT_TIMER_LIST, the request costs O(n), n: the timers that are due later. */
const weft_error *weft_call_later(weft_loop *loop, weft_handle *handle, weft_time delay,
                                  weft_function *function);

#ifndef __cplusplus
#define weft_call_later(loop, handle, delay, function)                                             \
    weft_call_later((loop), (handle), WEFT_DELAY_(delay), (function))
#endif

/* loop.call_at(when, function). Does what weft_call_later does, but `when` is a time of the loop's
 * clock (weft_loop_time), not a delay. If that time has passed, the loop makes the call in the next
 * tick. */
const weft_error *weft_call_at(weft_loop *loop, weft_handle *handle, weft_time when,
                               weft_function *function);

/* handle.cancel(), and future.remove_done_callback(). Cancels the pending call of the handle, if
 * there is one. Afterwards the handle is idle. Returns true if a call was pending. O(1). */
bool weft_handle_cancel(weft_loop *loop, weft_handle *handle);

/* Returns true if a call of the handle is pending: the program has requested the call, and the loop
 * has neither made nor cancelled it yet. O(1). */
bool weft_handle_pending(const weft_handle *handle);

/* ---- Private ---- */

/* Makes every handle idle that waits for a time or a descriptor, or that is in the ready queue.
 * weft_loop_close calls this function. */
void weft_forget_handles_(weft_loop *loop);

/* Does what weft_handle_cancel does. In debug mode, a child process after fork() may call this
 * function, but not weft_handle_cancel. */
#ifdef WEFT_HAS_DEBUG_MODE_
void weft_handle_take_off_(weft_loop *loop, weft_handle *handle);
#else
#define weft_handle_take_off_ (void)weft_handle_cancel
#endif

/* Stores `function` in an idle handle, and notes that the handle waits for a descriptor. */
void weft_handle_set_watching_(weft_handle *handle, weft_function *function);

/* Removes a handle that waits for an awaitable from the awaitable's waiters (awaitable.c). O(1). */
void weft_remove_waiter_(weft_awaitable_ *awaitable, weft_wait_ *waiter);

/* If `node` is a member of a handle, marks the handle as one without a pending call, but leaves the
 * node in its list. If the node belongs to a task, does nothing. */
void weft_handle_forget_(weft_node_ *node);

/* Returns the program's function that the loop will call for `callback`. Returns NULL if the
 * callback belongs to no handle. */
weft_function *weft_callback_function_(const weft_loop *loop, weft_node_ *callback);

#ifdef __cplusplus
}
#endif
#endif
