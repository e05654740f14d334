/* SPDX-License-Identifier: MIT */
/* Step 5: cancellation, and a finally block that always runs. */
#include <stdio.h>
#include <weft.h>

WEFT_ASYNC(work, int i; weft_exit left;)
{
    printf("open the file\n");
    weft_try {
        for (self->i = 1;; self->i++) {
            weft_sleep(WEFT_SECONDS(1));
            printf("write block %d\n", self->i);
        }
    }
    weft_finally(&self->left) {
        weft_sleep(WEFT_SECONDS(1));
        printf("close the file\n");
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(supervise, WEFT_TASK(work) work;)
{
    weft_create_task(work, &self->work);
    weft_sleep(WEFT_MS(2500));
    printf("cancel\n");
    weft_cancel(&self->work);
    weft_try {
        weft_await(&self->work);
    }
    weft_catch(&weft_cancelled_error) {
        printf("the task was cancelled\n");
    }
    weft_end;
}
WEFT_ASYNC_END

int main(void)
{
    static weft_virtual backend;
    static weft_loop loop;
    static WEFT_TASK(supervise) task;
    weft_virtual_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    const weft_error *const error = weft_run(&loop, supervise, &task);
    weft_loop_close(&loop);
    return error != NULL;
}
