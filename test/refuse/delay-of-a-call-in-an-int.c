/* Refused: an int as the delay of a callback.
 * gcc: weft: a delay has a unit: WEFT_SECONDS
 * clang: weft: a delay has a unit: WEFT_SECONDS
 * lines: 30
 */
#include "job.h"

weft_handle handle;

static void tell(weft_loop *loop, weft_handle *told)
{
    (void)loop, (void)told;
}

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    weft_call_later(weft_running_loop(), &handle, self->delay, tell);
#else
    weft_call_later(weft_running_loop(), &handle, WEFT_MS(self->delay), tell);
#endif
}
WEFT_ASYNC_END
