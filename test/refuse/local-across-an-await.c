/* SPDX-License-Identifier: MIT */
/* Refused: a C local with a value that is used across an await.
 * gcc flags: -O1 -Werror=jump-misses-init
 * clang flags: -Werror=uninitialized -Werror=conditional-uninitialized
 * gcc: jump-misses-init
 * clang: uninitialized
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    int kept = self->delay;
#else
    weft_yield;
    int kept = self->delay;
#endif
#ifndef FIXED
    weft_yield;
#else

#endif
    self->delay = kept + 1;
}
WEFT_ASYNC_END
