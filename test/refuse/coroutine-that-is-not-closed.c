/* Refused: a coroutine without its WEFT_ASYNC_END.
 * gcc: expected|at end of input
 * clang: expected|function definition is not allowed
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
}
#ifndef FIXED

#else
WEFT_ASYNC_END
#endif
int after;
