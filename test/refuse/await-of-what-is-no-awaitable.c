/* Refused: an await of an object that is not an awaitable.
 * gcc: has no member named 'awaitable'
 * clang: no member named 'awaitable'
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    weft_await(self->inner);
#else
    weft_await(&task);
#endif
}
WEFT_ASYNC_END
