#include "core/future.h"

void weft_create_future_(weft_loop *loop, weft_awaitable_ *future)
{
    future->waiters = NULL;
    future->scope = weft_futures_scope_(loop);
    future->error = NULL;
}

const weft_error *weft_not_pending_(void)
{
    static const weft_error not_pending = {&weft_invalid_state_error,
                                           "only a pending future can be set"};
    return &not_pending;
}

const weft_error *weft_end_future_(weft_awaitable_ *future, const weft_error *error)
{
    if (!weft_pending_(future))
        return weft_not_pending_();
    weft_complete_(future, error);
    return NULL;
}
