/* SPDX-License-Identifier: MIT */
/* Refused: a run of a coroutine whose frame is aligned more strictly than a task can be.
 * gcc: aligned too strictly for a task
 * clang: aligned too strictly for a task
 */
#include <weft.h>

#ifdef FIXED
WEFT_ASYNC(vector, char number;)
#else
WEFT_ASYNC(vector, _Alignas(64) char number;)
#endif
{
    weft_sleep(WEFT_US(1));
}
WEFT_ASYNC_END

static weft_loop loop;
static WEFT_TASK(vector) task;

int main(void)
{
    return weft_run(&loop, vector, &task) ? 1 : 0;
}
