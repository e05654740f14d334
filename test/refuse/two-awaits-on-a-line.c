/* Refused: two awaits on one line, which would have the same state.
 * gcc: duplicate case value
 * clang: duplicate case value
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
    weft_yield; weft_yield;
#else
    weft_yield;
    weft_yield;
#endif
}
WEFT_ASYNC_END
