/* Refused: C's return in a coroutine, which would not leave the blocks around it.
 * gcc: 'return' with no value
 * clang: should return a value
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
    weft_yield;
#ifndef FIXED
    return;
#else
    weft_return;
#endif
}
WEFT_ASYNC_END
