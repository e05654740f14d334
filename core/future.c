/* SPDX-License-Identifier: MIT */
#include "core/future.h"

void weft_create_future_(weft_loop *loop, weft_awaitable_ *future)
{
    future->waiters = NULL;
    future->scope = weft_futures_scope_(loop);
    future->error = NULL;
}

const weft_error *weft_not_pending_(void)
{
    WEFT_ERROR_(not_pending, weft_invalid_state_error, "only a pending future can be set");
    return not_pending;
}

#ifdef WEFT_HAS_DEBUG_MODE_
/* Names the line at which a task waits for the future. */
WEFT_COLD_ static const weft_error *check_and_end(weft_awaitable_ *future, const weft_error *error)
{
    weft_node_ *const waiter = future->waiters;
    const weft_frame *const frame = waiter && !weft_is_callback_(waiter) ? waiter->frame : NULL;
    weft_check_use_of_(future->scope->loop, WEFT_IS_CHANGED_, frame ? frame->code->file : NULL,
                       frame ? weft_line_of_(frame->state) : 0);
    weft_complete_(future, error);
    return NULL;
}
#endif

const weft_error *weft_end_future_(weft_awaitable_ *future, const weft_error *error)
{
    if (!weft_pending_(future))
        return weft_not_pending_();
#ifdef WEFT_HAS_DEBUG_MODE_
    if (weft_is_inspected_(future->scope->loop))
        return check_and_end(future, error);
#endif
    weft_complete_(future, error);
    return NULL;
}
