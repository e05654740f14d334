/* Refused: a block without its weft_end.
 * gcc: expected|invalid storage class|at end of input
 * clang: expected|function definition is not allowed
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
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
