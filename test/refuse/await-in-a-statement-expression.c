/* Refused: an await inside ({ }), which only gcc refuses.
 * gcc: switch jumps into statement expression
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
    self->delay = ({ weft_yield; 1; });
#else
    weft_yield;
    self->delay = 1;
#endif
}
WEFT_ASYNC_END
