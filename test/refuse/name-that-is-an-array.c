/* SPDX-License-Identifier: MIT */
/* Refused: a task's name that is an array, not a pointer.
 * gcc: weft: what names a task is a const char \*
 * clang: weft: what names a task is a const char \*
 */
#include "core/coroutine.h"

struct named {
    weft_frame frame;
#ifdef FIXED
    const char *name;
#else
    char name[16];
#endif
};

WEFT_ASYNC_NAMED_BODY(named, name)
{
    weft_yield;
}
WEFT_ASYNC_END
