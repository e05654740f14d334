/* Refused: the same with a value.
 * gcc: incompatible types when returning
 * clang: returning .int. from a function with incompatible result type
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
    weft_yield;
#ifndef FIXED
    return 0;
#else
    weft_return;
#endif
}
WEFT_ASYNC_END
