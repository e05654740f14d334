/* SPDX-License-Identifier: MIT */
/* Step 2: a coroutine that sleeps, and what it keeps in its frame. */
#include <stdio.h>
#include <weft.h>

WEFT_ASYNC(countdown, int i;)
{
    for (self->i = 3; self->i > 0; self->i--) {
        printf("%d\n", self->i);
        weft_sleep(WEFT_MS(50));
    }
    printf("lift-off\n");
}
WEFT_ASYNC_END

int main(void)
{
    static weft_select backend;
    static weft_loop loop;
    static WEFT_TASK(countdown) task;
    weft_select_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    const weft_error *const error = weft_run(&loop, countdown, &task);
    weft_loop_close(&loop);
    return error != NULL;
}
