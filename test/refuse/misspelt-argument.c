/* Refused: an argument that the coroutine does not have.
 * gcc: has no member named 'dely'
 * clang: field designator 'dely' does not refer
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
    weft_call(job, self->inner, .dely = 1);
#else
    weft_call(job, self->inner, .delay = 1);
#endif
}
WEFT_ASYNC_END
