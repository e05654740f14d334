/* SPDX-License-Identifier: MIT */
/* Refused: an await inside a switch on an enumeration, in a check build.
 * flags: -DWEFT_CHECK_AWAITS
 * gcc flags: -Werror=overflow
 * clang flags: -Werror=switch
 * gcc: overflow
 * clang: overflow converting case value
 */
#include "job.h"

enum colour { RED, GREEN };

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    switch ((enum colour)self->delay) {
    case RED:
        weft_call(job, self->inner);
        break;
    case GREEN:
        break;
    }
#else
    if ((enum colour)self->delay == RED)
        weft_call(job, self->inner);
#endif
}
WEFT_ASYNC_END
