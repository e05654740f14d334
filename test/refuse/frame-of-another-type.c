/* Refused: a coroutine called in a frame of another type.
 * gcc: weft: the frame of job is a struct job
 * clang: weft: the frame of job is a struct job
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
    weft_call(job, (struct other *)self->inner);
#else
    weft_call(job, self->inner);
#endif
}
WEFT_ASYNC_END
