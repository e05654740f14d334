/* Futures: results that somebody will set. */
#ifndef WEFT_CORE_FUTURE_H
#define WEFT_CORE_FUTURE_H

#include "core/loop.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A future without a result: that it has ended is all there is to know. */
typedef struct weft_future {
    weft_awaitable awaitable;
} weft_future;

/* weft_as_future(p): a weft_future * to any task or future *p, as asyncio's Task is a Future: for
 * programs that keep several kinds together. Only its end, error and cancellation show; a task's is
 * not to be set. */
#define weft_as_future(p) ((weft_future *)(void *)&(p)->awaitable)

/* A future with a result of type `type`: its member `result`, valid once it has ended without an
 * error. Belongs to the program, and must stay where it is while somebody waits for it. */
#define WEFT_FUTURE(type)                                                                          \
    struct {                                                                                       \
        weft_awaitable awaitable;                                                                  \
        type result;                                                                               \
    }

/* weft_create_future(weft_loop *loop, p): loop.create_future(). Makes *p pending. Nobody may be
 * waiting for it. */
#define weft_create_future(loop, p) weft_create_future_((loop), &(p)->awaitable)

/* weft_set_result(p, value): p.set_result(value). Stores the result and wakes all who wait. Returns
 * NULL, or weft_invalid_state_error if it has ended already, cancelled included, and then changes
 * nothing; weft_check raises that. For a weft_future: weft_set_done. O(those who wait). */
#define weft_set_result(p, value)                                                                  \
    (weft_pending_(&(p)->awaitable) ? ((p)->result = (value), weft_set_done(p))                    \
                                    : &weft_invalid_state_error)

/* weft_set_done(p): p.set_result(None). */
#define weft_set_done(p) weft_end_future_(&(p)->awaitable, NULL)

/* weft_set_error(p, const weft_error *error): p.set_exception(error). Likewise; the error must stay
 * valid for as long as *p is asked for it. */
#define weft_set_error(p, error) weft_end_future_(&(p)->awaitable, weft_raisable_(error))

static inline bool weft_pending_(const weft_awaitable *awaitable)
{
    return awaitable->owner && !weft_has_ended_(awaitable);
}

void weft_create_future_(weft_loop *loop, weft_awaitable *future);
const weft_error *weft_end_future_(weft_awaitable *future, const weft_error *error);

#ifdef __cplusplus
}
#endif
#endif
