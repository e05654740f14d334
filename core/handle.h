/* Calls: functions that the loop calls soon, later, or when something has ended. */
#ifndef WEFT_CORE_HANDLE_H
#define WEFT_CORE_HANDLE_H

#include "list.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_handle weft_handle;

/* A function that the loop calls. It may do what a task may do, except wait, and may use the handle
 * again. */
typedef void weft_function(weft_loop *loop, weft_handle *handle);

/* A call that the loop will make: asyncio's Handle and TimerHandle. All zero bytes is an idle one.
 * The program owns it, as a member of what its function is about (WEFT_HANDLE_OWNER). It must not
 * be moved until it has been called or cancelled. */
struct weft_handle {
    weft_wait_ wait;
    weft_function *function;
};

/* WEFT_HANDLE_OWNER(weft_handle *handle, type, member): returns the struct of type `type` whose
 * member `member` is *handle. For a function that the loop has called with the handle. */
#define WEFT_HANDLE_OWNER(handle, type, member) WEFT_CONTAINER_(handle, type, member)

/* WEFT_LAMBDA(name, type, variable, expression);
 * `lambda variable: expression`, for weft_add_done_callback. Defines the weft_function `name`.
 * `variable` points to the future or task that has ended. Its type, `type`, is not checked.
 *     WEFT_LAMBDA(print_number, number_future, f, printf("%d\n", f->result)); */
#define WEFT_LAMBDA(name, type, variable, ...)                                                     \
    static void name(weft_loop *weft_loop_, weft_handle *weft_handle_)                             \
    {                                                                                              \
        type *const variable = (type *)(void *)weft_handle_->wait.awaited;                         \
        (void)weft_loop_;                                                                          \
        (void)(__VA_ARGS__);                                                                       \
    }                                                                                              \
    static weft_function name

/* loop.call_soon(function). The loop calls `function(loop, handle)` in the next tick, behind what
 * is ready. Returns NULL; or weft_invalid_state_error if the handle is not idle, and changes
 * nothing. O(1). */
const weft_error *weft_call_soon(weft_loop *loop, weft_handle *handle, weft_function *function);

/* loop.call_later(delay, function). The loop calls the function after `delay` (WEFT_SECONDS,
 * WEFT_MS, WEFT_US), never earlier; with 0 or a negative delay, at once. Calls that are due
 * together are made in the order in which they were asked for. Returns NULL; or
 * weft_invalid_state_error if the handle is not idle, and changes nothing. O(1), and up to
 * 48 moves when it is due (timer.h). A delay beyond the clock's range, 580,000 years, is cut to
 * it. */
const weft_error *weft_call_later(weft_loop *loop, weft_handle *handle, weft_time delay,
                                  weft_function *function);

#ifndef __cplusplus
#define weft_call_later(loop, handle, delay, function)                                             \
    weft_call_later((loop), (handle), WEFT_DELAY_(delay), (function))
#endif

/* loop.call_at(when, function). Does what weft_call_later does, at a time of the loop's clock
 * (weft_loop_time). A time that has passed counts as now. */
const weft_error *weft_call_at(weft_loop *loop, weft_handle *handle, weft_time when,
                               weft_function *function);

/* handle.cancel(), and future.remove_done_callback(). Takes the call off; the handle is idle.
 * Returns true if a call was pending. O(1). */
bool weft_handle_cancel(weft_loop *loop, weft_handle *handle);

/* Returns true if a call is pending: asked for, not made yet, and not cancelled. O(1). */
bool weft_handle_pending(const weft_handle *handle);

/* ---- Private ---- */

/* When the loop closes: makes every handle idle that is armed, ready, or a watch. */
void weft_forget_handles_(weft_loop *loop);

/* Makes a handle, which must be in no list, ready. */
void weft_handle_ready_(weft_loop *loop, weft_handle *handle);

/* Makes an idle handle a watch. */
void weft_handle_set_watching_(weft_handle *handle, weft_function *function);

/* Makes an idle handle wait for the end of an awaitable. If `observes` is true, the function is
 * called at that end, not in the loop. */
void weft_handle_set_waiting_(weft_handle *handle, weft_function *function, bool observes);

/* Removes a handle that waits for an awaitable from the awaitable's waiters (awaitable.c). O(1). */
void weft_remove_waiter_(weft_awaitable_ *awaitable, weft_wait_ *waiter);

/* Makes the handle of a node idle, without unlinking it. Does nothing if the node is a task's. */
void weft_handle_forget_(weft_node_ *node);

/* Called when what the handle waits for has ended. */
void weft_handle_notify_(weft_loop *loop, weft_handle *handle);

/* Returns the program's function of a callback; NULL: the callback is not a handle's. */
weft_function *weft_callback_function_(const weft_loop *loop, weft_node_ *callback);

#ifdef __cplusplus
}
#endif
#endif
