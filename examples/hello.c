/* SPDX-License-Identifier: MIT */
/* hello: two tasks run concurrently, on a loop with the POSIX backend. */
#include <stdio.h>

#include "weft.h"

WEFT_ASYNC(greet, const char *name; weft_time delay;)
{
    weft_sleep(self->delay);
    printf("hello, %s\n", self->name);
}
WEFT_ASYNC_END

WEFT_ASYNC(hello, WEFT_TASK(greet) slow, quick;)
{
    weft_create_task(greet, &self->slow, "world", WEFT_MS(20));
    weft_create_task(greet, &self->quick, "weft", WEFT_MS(10));
    weft_await(&self->slow);
    weft_await(&self->quick);
}
WEFT_ASYNC_END

int main(void)
{
    static weft_select select;
    static weft_loop loop;
    static WEFT_TASK(hello) task;
    weft_select_init(&select);
    weft_loop_init(&loop, &select.backend);
    return weft_run(&loop, hello, &task) ? 1 : 0;
}
