/* Refused: a coroutine whose line numbers are no states.
 * gcc: must end before line 10,000
 * clang: must end before line 10,000
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

#ifndef FIXED
#line 9997
#endif
WEFT_ASYNC(job)
{
    weft_yield;


}
WEFT_ASYNC_END
