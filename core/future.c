#include "core/future.h"

void weft_create_future_(weft_loop *loop, weft_awaitable *future)
{
    future->waiters = NULL;
    future->owner = &loop->futures;
    future->error = NULL;
}

const weft_error *weft_end_future_(weft_awaitable *future, const weft_error *error)
{
    if (!weft_pending_(future))
        return &weft_invalid_state_error;
    weft_conclude_(future, error);
    return NULL;
}
