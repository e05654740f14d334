/* SPDX-License-Identifier: MIT */
/* Futures: a future is an object whose result another task or a callback sets later. Other tasks
 * wait for the future until then. */
#ifndef WEFT_CORE_FUTURE_H
#define WEFT_CORE_FUTURE_H

#include "awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The type of an asyncio.Future whose result is always None. The program owns the future, and must
 * not move it while a task waits for it or a done callback is pending. */
typedef struct weft_future {
    union {
        weft_awaitable_ awaitable;
        weft_awaitable_ weft_await_takes_a_task_or_future_and_weft_call_a_frame_;
        weft_awaitable_ settable;
        weft_awaitable_ without_result;
    };
} weft_future;

/* weft_as_future(p): gives a weft_future * that points to *p. *p may be any task or future. Use
 * this macro to store tasks and futures of several types in one array or list. (In asyncio, every
 * Task is a Future.) Through the returned pointer, the program may await or cancel *p. If *p is a
 * task or a WEFT_FUTURE, the program must not set its result through the returned pointer. */
#define weft_as_future(p) ((weft_future *)(void *)&(p)->awaitable)

/* WEFT_FUTURE(type): the type of an asyncio.Future with a result. The future's member `result` has
 * the type `type`. It is valid after the future has ended without an error. The program owns the
 * future, and must not move it while a task waits for it or a done callback is pending. Two uses of
 * this macro give two different types. So if the program passes pointers to such futures, it must
 * name the type once, with typedef. */
#define WEFT_FUTURE(type)                                                                          \
    struct {                                                                                       \
        union {                                                                                    \
            weft_awaitable_ awaitable;                                                             \
            weft_awaitable_ weft_await_takes_a_task_or_future_and_weft_call_a_frame_;              \
            weft_awaitable_ settable;                                                              \
        };                                                                                         \
        type result;                                                                               \
    }

/* weft_create_future(p): loop.create_future(), in a coroutine. Makes *p a future that is pending:
 * it has no result and no error yet. The old contents of *p do not matter. But no task and no
 * callback may wait for *p. O(1). */
#define weft_create_future(p) weft_loop_create_future(weft_running_loop(), p)

/* weft_loop_create_future(weft_loop *loop, p): loop.create_future(). Does what weft_create_future
 * does, outside of a coroutine. O(1). */
#define weft_loop_create_future(loop, p) weft_create_future_((loop), &(p)->settable)

/* weft_set_result(p, value): p.set_result(value), for a WEFT_FUTURE. Stores the result, and wakes
 * the tasks and callbacks that wait for *p. Returns NULL if it has set the result. If *p has ended,
 * was cancelled or was never created, returns an error of the kind weft_invalid_state_error. Then
 * *p is unchanged and `value` is not evaluated. To raise the returned error, write
 * weft_check(weft_set_result(p, value)). `p` is evaluated more than once. O(n), n: the tasks and
 * callbacks that wait for *p. */
#define weft_set_result(p, ...)                                                                    \
    (weft_pending_(&(p)->settable)                                                                 \
         ? ((p)->result = (__VA_ARGS__), weft_end_future_(&(p)->settable, NULL))                   \
         : weft_not_pending_())

/* weft_set_done(p): p.set_result(None), for a weft_future. Ends the future without an error, and
 * wakes the tasks and callbacks that wait for *p. Returns NULL or an error, as weft_set_result
 * does. `p` is evaluated once. O(n), n: the tasks and callbacks that wait for *p. */
#define weft_set_done(p) weft_end_future_(&(p)->without_result, NULL)

/* weft_set_error(p, const weft_error *error): p.set_exception(error). Ends *p with the error, and
 * wakes the tasks and callbacks that wait for *p. Each waiting task raises the error. The error
 * must stay valid as long as the program may await *p or call weft_error_of(p). If `error` is NULL,
 * *p ends with weft_invalid_state_error. Returns NULL or an error, as weft_set_result does. `p` is
 * evaluated once. O(n), n: the tasks and callbacks that wait for *p. */
#define weft_set_error(p, error) weft_end_future_(&(p)->settable, weft_not_null_(error))

/* ---- Private ---- */

/* Returns `error`. If `error` is NULL, returns weft_invalid_state_error. */
static inline const weft_error *weft_not_null_(const weft_error *error)
{
    return error ? error : &weft_invalid_state_error;
}

/* Returns true if the awaitable is a future that has not ended. */
static inline bool weft_pending_(const weft_awaitable_ *awaitable)
{
    return awaitable->scope && weft_is_future_(awaitable) && !weft_has_ended_(awaitable);
}

void weft_create_future_(weft_loop *loop, weft_awaitable_ *future);
const weft_error *weft_end_future_(weft_awaitable_ *future, const weft_error *error);
const weft_error *weft_not_pending_(void);

#ifdef __cplusplus
}
#endif
#endif
