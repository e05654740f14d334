/* Refused: C's return of a value in a coroutine, which would not leave the blocks around it.
 * gcc: incompatible types when returning
 * clang: returning .int. from a function with incompatible result type
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
    weft_yield;
#ifndef FIXED
    return 0;
#else
    weft_return;
#endif
}
WEFT_ASYNC_END
