/* Futures: results that somebody will set. */
#ifndef WEFT_CORE_FUTURE_H
#define WEFT_CORE_FUTURE_H

#include "awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A future without a result: that it has ended is all there is to know. Belongs to the program,
 * like a WEFT_FUTURE. */
typedef struct weft_future {
    union {
        weft_awaitable_ awaitable;
        weft_awaitable_ weft_await_takes_a_task_or_future_and_weft_call_a_frame_;
        weft_awaitable_ settable;
        weft_awaitable_ without_result;
    };
} weft_future;

/* weft_as_future(p): a weft_future * to any task or future *p, as asyncio's Task is a Future: for
 * programs that keep several kinds together. Only its end, error and cancellation show; one that is
 * a task, or has a result, is not to be set through it. */
#define weft_as_future(p) ((weft_future *)(void *)&(p)->awaitable)

/* asyncio.Future, with a result of type `type`: its member `result`, valid once it has ended
 * without an error. Belongs to the program, and must stay where it is while somebody waits for it.
 * Each use of the macro makes a type of its own: give it a name with typedef to pass pointers to it
 * around. */
#define WEFT_FUTURE(type)                                                                          \
    struct {                                                                                       \
        union {                                                                                    \
            weft_awaitable_ awaitable;                                                             \
            weft_awaitable_ weft_await_takes_a_task_or_future_and_weft_call_a_frame_;              \
            weft_awaitable_ settable;                                                              \
        };                                                                                         \
        type result;                                                                               \
    }

/* weft_create_future(p), in a coroutine: loop.create_future(). Makes *p, whatever it was before,
 * pending; nobody may be waiting for it. O(1). */
#define weft_create_future(p) weft_loop_create_future(weft_running_loop(), p)

/* weft_loop_create_future(weft_loop *loop, p): the same from outside of a coroutine. */
#define weft_loop_create_future(loop, p) weft_create_future_((loop), &(p)->settable)

/* weft_set_result(p, value): p.set_result(value), of a WEFT_FUTURE. Stores the result and wakes all
 * who wait. Returns NULL, or weft_invalid_state_error if it has ended already, cancelled included,
 * or was never created, and then changes nothing, and does not evaluate `value`; weft_check raises
 * that. `p` is evaluated more than once. O(those who wait). */
#define weft_set_result(p, ...)                                                                    \
    (weft_pending_(&(p)->settable)                                                                 \
         ? ((p)->result = (__VA_ARGS__), weft_end_future_(&(p)->settable, NULL))                   \
         : weft_not_pending_())

/* weft_set_done(p): p.set_result(None), of a weft_future. Likewise; `p` is evaluated once. */
#define weft_set_done(p) weft_end_future_(&(p)->without_result, NULL)

/* weft_set_error(p, const weft_error *error): p.set_exception(error). Likewise; the error must stay
 * valid for as long as *p is asked for it. NULL counts as weft_invalid_state_error. */
#define weft_set_error(p, error) weft_end_future_(&(p)->settable, weft_raisable_(error))

/* Whether it is a future that can be set: a task cannot. */
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
