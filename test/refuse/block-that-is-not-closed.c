/* Refused: a block without its weft_end.
 * gcc: expected|invalid storage class|at end of input
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
    weft_try {
        weft_yield;
    }
    weft_finally(&self->left) {
    }
#ifndef FIXED

#else
    weft_end;
#endif
}
WEFT_ASYNC_END
