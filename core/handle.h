/* SPDX-License-Identifier: MIT */
/* Handles: memory for calls that the loop makes soon, later, or when something has ended. */
#ifndef WEFT_CORE_HANDLE_H
#define WEFT_CORE_HANDLE_H

#include "list.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_handle weft_handle;

/* A callback: a function that the loop calls. The function may do what a task may do, except wait.
 * It may use *handle for another call. */
typedef void weft_function(weft_loop *loop, weft_handle *handle);

/* The memory for one call that the loop makes: asyncio's Handle and TimerHandle. A handle of all
 * zero bytes is idle: no call is pending. The program owns the handle, mostly as a member of the
 * struct that the function works on (WEFT_HANDLE_OWNER). The handle must not be moved until its
 * call was made or cancelled. */
struct weft_handle {
    weft_wait_ wait;
    weft_function *function;
};

/* WEFT_HANDLE_OWNER(weft_handle *handle, type, member): returns the struct of type `type` whose
 * member `member` is *handle. The function that the loop calls with the handle can use this
 * macro. */
#define WEFT_HANDLE_OWNER(handle, type, member) WEFT_CONTAINER_(handle, type, member)

/* WEFT_LAMBDA(name, type, variable, expression);
 * `lambda variable: expression`, for weft_add_done_callback. Defines the weft_function `name`.
 * `variable` points to the future or task that has ended. The compiler does not check that the type
 * of that future or task is `type`.
 *     WEFT_LAMBDA(print_number, number_future, f, printf("%d\n", f->result)); */
#define WEFT_LAMBDA(name, type, variable, ...)                                                     \
    static void name(weft_loop *weft_loop_, weft_handle *weft_handle_)                             \
    {                                                                                              \
        type *const variable = (type *)(void *)weft_handle_->wait.awaited;                         \
        (void)weft_loop_;                                                                          \
        (void)(__VA_ARGS__);                                                                       \
    }                                                                                              \
    static weft_function name

/* loop.call_soon(function). Has the loop call `function(loop, handle)` in the next tick (iteration
 * of the loop), behind what is ready already. If the handle is not idle, returns
 * weft_invalid_state_error and changes nothing. Otherwise returns NULL. O(1). */
const weft_error *weft_call_soon(weft_loop *loop, weft_handle *handle, weft_function *function);

/* loop.call_later(delay, function). Has the loop call `function(loop, handle)` when `delay` has
 * passed (WEFT_SECONDS, WEFT_MS, WEFT_US), never earlier. If the delay is 0 or negative, the loop
 * makes the call in the next tick. Calls that are due at the same time are made in the order of the
 * requests. If the handle is not idle, returns weft_invalid_state_error and changes nothing.
 * Otherwise returns NULL. O(1) now; when the call is due, the loop has moved it at most 46 times
 * (timer.h). A call that would be due after WEFT_FOREVER, 292,000 years on the clock, is due at
 * WEFT_FOREVER. */
const weft_error *weft_call_later(weft_loop *loop, weft_handle *handle, weft_time delay,
                                  weft_function *function);

#ifndef __cplusplus
#define weft_call_later(loop, handle, delay, function)                                             \
    weft_call_later((loop), (handle), WEFT_DELAY_(delay), (function))
#endif

/* loop.call_at(when, function). Does what weft_call_later does, but `when` is a time of the loop's
 * clock (weft_loop_time). A time that has passed counts as now. */
const weft_error *weft_call_at(weft_loop *loop, weft_handle *handle, weft_time when,
                               weft_function *function);

/* handle.cancel(), and future.remove_done_callback(). Cancels the pending call. The handle is idle
 * then. Returns true if a call was pending. O(1). */
bool weft_handle_cancel(weft_loop *loop, weft_handle *handle);

/* Returns true if a call is pending: requested, but neither made nor cancelled yet. O(1). */
bool weft_handle_pending(const weft_handle *handle);

/* ---- Private ---- */

/* Called when the loop closes. Makes every handle idle that is in the loop's timers, ready queue or
 * watches. */
void weft_forget_handles_(weft_loop *loop);

/* Does what weft_handle_cancel does, in a child after fork() too. */
#ifdef WEFT_HAS_DEBUG_MODE_
void weft_handle_take_off_(weft_loop *loop, weft_handle *handle);
#else
#define weft_handle_take_off_ (void)weft_handle_cancel
#endif

/* Marks an idle handle as one that waits for a descriptor. */
void weft_handle_set_watching_(weft_handle *handle, weft_function *function);

/* Removes a handle that waits for an awaitable from the awaitable's waiters (awaitable.c). O(1). */
void weft_remove_waiter_(weft_awaitable_ *awaitable, weft_wait_ *waiter);

/* Makes the handle of a node idle, without unlinking it. Does nothing if the node is a task's. */
void weft_handle_forget_(weft_node_ *node);

/* Returns the program's function of a callback; NULL: the callback belongs to no handle. */
weft_function *weft_callback_function_(const weft_loop *loop, weft_node_ *callback);

#ifdef __cplusplus
}
#endif
#endif
