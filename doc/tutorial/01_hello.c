/* SPDX-License-Identifier: MIT */
/* Step 1: a coroutine, a loop, and a run. */
#include <stdio.h>
#include <weft.h>

WEFT_ASYNC(hello)
{
    printf("hello, world\n");
}
WEFT_ASYNC_END

int main(void)
{
    static weft_select backend;
    static weft_loop loop;
    static WEFT_TASK(hello) task;
    weft_select_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    const weft_error *const error = weft_run(&loop, hello, &task);
    weft_loop_close(&loop);
    return error != NULL;
}
