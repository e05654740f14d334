/* Futures: results that will be set later, by another task or a callback. */
#ifndef WEFT_CORE_FUTURE_H
#define WEFT_CORE_FUTURE_H

#include "awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.Future without a result: it only ends. The program owns the future, and must not move it
 * while a task waits for it or a done callback is pending. */
typedef struct weft_future {
    union {
        weft_awaitable_ awaitable;
        weft_awaitable_ weft_await_takes_a_task_or_future_and_weft_call_a_frame_;
        weft_awaitable_ settable;
        weft_awaitable_ without_result;
    };
} weft_future;

/* weft_as_future(p): returns a weft_future * to any task or future *p. asyncio's Task is a Future
 * too. For programs that keep tasks and futures of several types together. Through this pointer, a
 * task, or a future with a result, can be awaited and cancelled, but must not be set. */
#define weft_as_future(p) ((weft_future *)(void *)&(p)->awaitable)

/* WEFT_FUTURE(type): the type of an asyncio.Future. Its member `result` has the type `type`, and is
 * valid after the future has ended without an error. The program owns the future, and must not move
 * it while a task waits for it or a done callback is pending. Each use of the macro makes a type of
 * its own; name it with typedef to pass pointers to it. */
#define WEFT_FUTURE(type)                                                                          \
    struct {                                                                                       \
        union {                                                                                    \
            weft_awaitable_ awaitable;                                                             \
            weft_awaitable_ weft_await_takes_a_task_or_future_and_weft_call_a_frame_;              \
            weft_awaitable_ settable;                                                              \
        };                                                                                         \
        type result;                                                                               \
    }

/* weft_create_future(p): loop.create_future(), in a coroutine. Makes *p pending. The old contents
 * of *p do not matter, but no task and no callback may wait for *p. O(1). */
#define weft_create_future(p) weft_loop_create_future(weft_running_loop(), p)

/* weft_loop_create_future(weft_loop *loop, p): loop.create_future(). Does what weft_create_future
 * does, outside of a coroutine. O(1). */
#define weft_loop_create_future(loop, p) weft_create_future_((loop), &(p)->settable)

/* weft_set_result(p, value): p.set_result(value), for a WEFT_FUTURE. Stores the result, and wakes
 * the waiters. Returns NULL; or an error of the kind weft_invalid_state_error if *p has ended, was
 * cancelled, or was never created. An error changes nothing, and `value` is not evaluated.
 * weft_check raises the returned error. `p` is evaluated more than once. O(waiters). */
#define weft_set_result(p, ...)                                                                    \
    (weft_pending_(&(p)->settable)                                                                 \
         ? ((p)->result = (__VA_ARGS__), weft_end_future_(&(p)->settable, NULL))                   \
         : weft_not_pending_())

/* weft_set_done(p): p.set_result(None), for a weft_future. Wakes the waiters. Returns what
 * weft_set_result returns. `p` is evaluated once. O(waiters). */
#define weft_set_done(p) weft_end_future_(&(p)->without_result, NULL)

/* weft_set_error(p, const weft_error *error): p.set_exception(error). Ends *p with the error, and
 * wakes the waiters, which raise it. The error must stay valid as long as *p may be awaited or
 * asked for it. NULL counts as weft_invalid_state_error. Returns what weft_set_result returns. `p`
 * is evaluated once. O(waiters). */
#define weft_set_error(p, error) weft_end_future_(&(p)->settable, weft_raisable_(error))

/* ---- Private ---- */

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
