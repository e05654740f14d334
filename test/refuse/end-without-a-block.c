/* Refused: a weft_end too many.
 * gcc: weft_section_
 * clang: weft_section_
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
    weft_end;
#else

#endif
}
WEFT_ASYNC_END
