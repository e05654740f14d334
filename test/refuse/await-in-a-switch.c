/* SPDX-License-Identifier: MIT */
/* Refused: an await inside a switch of the coroutine's own, in a check build.
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
    switch (self->delay) {
    case 1:
        weft_yield;
    }
#else
    if (self->delay == 1)
        weft_yield;
#endif
}
WEFT_ASYNC_END
