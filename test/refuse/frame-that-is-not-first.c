/* SPDX-License-Identifier: MIT */
/* Refused: a frame whose head is not its first member.
 * gcc: must be the first member of struct late
 * clang: must be the first member of struct late
 */
#include <weft.h>

struct late {
#ifndef FIXED
    int before;
#endif
    weft_frame frame;
};

WEFT_ASYNC_BODY(late)
{
    weft_yield;
}
WEFT_ASYNC_END
#ifdef FIXED
const weft_code *const uses_late = &late_code;
#endif
