/* Refused: a try that catches nothing and has no finally.
 * gcc: weft: a weft_try needs a weft_catch or a weft_finally
 * clang: weft: a weft_try needs a weft_catch or a weft_finally
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
#ifndef FIXED

#else
    weft_finally(&self->left) {
    }
#endif
    weft_end;
}
WEFT_ASYNC_END
