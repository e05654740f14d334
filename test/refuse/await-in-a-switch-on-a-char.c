/* SPDX-License-Identifier: MIT */
/* Refused: an await inside a switch on a char, in a check build.
 * flags: -DWEFT_CHECK_AWAITS
 * gcc flags: -Werror=overflow
 * clang flags: -Werror=switch
 * gcc: overflow
 * clang: overflow converting case value
 */
#include "job.h"

WEFT_ASYNC_BODY(job)
{
#ifndef FIXED
    switch ((char)self->delay) {
    case 1:
        weft_sleep(WEFT_US(1));
    }
#else
    if (self->delay == 1)
        weft_sleep(WEFT_US(1));
#endif
}
WEFT_ASYNC_END
