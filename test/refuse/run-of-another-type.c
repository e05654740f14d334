/* SPDX-License-Identifier: MIT */
/* Refused: a run of a coroutine in the task of another coroutine.
 * gcc: weft: the frame of child is a struct child
 * clang: weft: the frame of child is a struct child
 */
#include "weft.h"

WEFT_ASYNC(child, int n;)
{
    weft_yield;
}
WEFT_ASYNC_END

WEFT_ASYNC(other, int n;)
{
    weft_yield;
}
WEFT_ASYNC_END

const weft_error *run(weft_loop *loop);

const weft_error *run(weft_loop *loop)
{
#ifdef FIXED
    static WEFT_TASK(child) task;
#else
    static WEFT_TASK(other) task;
#endif
    return weft_run(loop, child, &task);
}
