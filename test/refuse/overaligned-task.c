/* SPDX-License-Identifier: MIT */
/* Refused: a task whose frame is aligned more strictly than a task can be.
 * gcc: aligned too strictly
 * clang: aligned too strictly
 */
#include <weft.h>

struct wide {
    weft_frame frame;
#ifndef FIXED
    _Alignas(64) char line[64];
#endif
};

typedef WEFT_TASK(wide) wide_task;
WEFT_FORWARD(wide);

void start(weft_loop *loop, wide_task *task);
void start(weft_loop *loop, wide_task *task)
{
    weft_loop_create_task(loop, wide, task);
}

WEFT_ASYNC_BODY(wide)
{
    weft_yield;
}
WEFT_ASYNC_END
