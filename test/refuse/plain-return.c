/* Refused: C's return in a coroutine, which would leave the blocks around as they are.
 * gcc flags: -Werror=return-type
 * gcc: 'return' with no value
 * clang: should return a value
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
    return;
#else
    weft_return;
#endif
}
WEFT_ASYNC_END
