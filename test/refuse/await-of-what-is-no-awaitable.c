/* Refused: an await of something else.
 * gcc: has no member named 'awaitable'
 * clang: no member named 'awaitable'
 */
#include <weft.h>

struct job {
    weft_frame frame;
    int delay;
    struct job *inner;
    const weft_error *error;
    weft_exit left;
};

struct other {
    weft_frame frame;
    struct job job;
};

WEFT_TASK(job) task;

WEFT_ASYNC(job)
{
#ifndef FIXED
    weft_await(self->inner);
#else
    weft_await(&task);
#endif
}
WEFT_ASYNC_END
