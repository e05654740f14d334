/* Functions that the loop calls: soon, later, or when something has ended. */
#ifndef WEFT_CORE_HANDLE_H
#define WEFT_CORE_HANDLE_H

#include "wait.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_handle weft_handle;

/* What a handle's turn calls. It may do anything that the loop's tasks may but wait, and use the
 * handle again. */
typedef void weft_function(weft_loop *loop, weft_handle *handle);

/* A call that has been asked for: asyncio's Handle and TimerHandle, in one. All zero bytes is an
 * idle one. It belongs to the program, inside of whatever its function is about
 * (WEFT_HANDLE_OWNER), and must stay where it is until it has been called or cancelled. */
struct weft_handle {
    weft_wait_ wait;
    weft_function *function;
};

/* WEFT_HANDLE_OWNER(weft_handle *handle, type, member): the struct of type `type` whose member
 * `member` the handle is, for a function that is called with it. */
#define WEFT_HANDLE_OWNER(handle, type, member) WEFT_CONTAINER_(handle, type, member)

/* WEFT_LAMBDA(name, type, variable, expression);
 * `lambda variable: expression`, for weft_add_done_callback: the weft_function `name`, in which
 * `variable` points to what has ended, a future or task of type `type` (which is not checked).
 *     WEFT_LAMBDA(print_number, number_future, f, printf("%d\n", f->result)); */
#define WEFT_LAMBDA(name, type, variable, ...)                                                     \
    static void name(weft_loop *weft_loop_, weft_handle *weft_handle_)                             \
    {                                                                                              \
        type *const variable = (type *)(void *)weft_handle_->wait.awaited;                         \
        (void)weft_loop_;                                                                          \
        (void)(__VA_ARGS__);                                                                       \
    }                                                                                              \
    static weft_function name

/* loop.call_soon(function): `function(loop, handle)` is called in the next tick, behind all that is
 * ready. Returns NULL, or weft_invalid_state_error if the handle is not idle; nothing is lost then.
 * O(1). */
const weft_error *weft_call_soon(weft_loop *loop, weft_handle *handle, weft_function *function);

/* loop.call_later(delay, function): the same in `delay` (WEFT_SECONDS, WEFT_MS, WEFT_US), never
 * early; those that are due at once in the order in which they were armed. 0, or less, is due at
 * once. Errors likewise. O(1), and when it is due up
 * to 48 moves (timer.h). A delay beyond the clock's range, 580,000 years, ends with it. */
const weft_error *weft_call_later(weft_loop *loop, weft_handle *handle, weft_time delay,
                                  weft_function *function);

#ifndef __cplusplus
#define weft_call_later(loop, handle, delay, function)                                             \
    weft_call_later((loop), (handle), WEFT_DELAY_(delay), (function))
#endif

/* loop.call_at(when, function): the same at a time of the loop's clock (weft_loop_time). One that
 * has passed counts as now. */
const weft_error *weft_call_at(weft_loop *loop, weft_handle *handle, weft_time when,
                               weft_function *function);

/* handle.cancel(), and future.remove_done_callback(): the call is off, the handle idle. Whether it
 * was pending. O(1). */
bool weft_handle_cancel(weft_loop *loop, weft_handle *handle);

/* Whether a call is pending: not handle.cancelled(), and not called yet. O(1). */
bool weft_handle_pending(const weft_handle *handle);

/* The loop closes: those that are armed or ready are idle, and those that wait for a task. */
void weft_forget_handles_(weft_loop *loop);
void weft_forget_callbacks_(weft_awaitable_ *awaitable);

/* Makes a handle's function run in a turn; it is in no queue. */
void weft_handle_ready_(weft_loop *loop, weft_handle *handle);

/* An idle handle is a watch now. */
void weft_handle_set_watching_(weft_handle *handle, weft_function *function);

/* Has an idle handle's function called when *awaitable, which has not, ends: at once, without a
 * turn. It may only count, and have itself called in a turn (weft_handle_ready_). */
void weft_observe_end_(weft_awaitable_ *awaitable, weft_handle *handle, weft_function *function);

/* The program's function of a turn that is a handle's, else NULL. */
weft_function *weft_callback_function_(const weft_loop *loop, weft_node_ *turn);

/* What a handle waits for has ended. */
void weft_handle_notify_(weft_loop *loop, weft_handle *handle);

#ifdef __cplusplus
}
#endif
#endif
