/* SPDX-License-Identifier: MIT */
/* Step 6: a block with a time limit. */
#include <stdio.h>
#include <weft.h>

WEFT_ASYNC(fetch, weft_time delay;)
{
    weft_sleep(self->delay);
    printf("fetched\n");
}
WEFT_ASYNC_END

WEFT_ASYNC(patient, weft_time delay; struct fetch fetch; weft_timeout limit;)
{
    weft_try {
        weft_with_timeout(&self->limit, WEFT_SECONDS(2)) {
            weft_call(fetch, &self->fetch, self->delay);
        }
        weft_end;
    }
    weft_catch(&weft_timeout_error) {
        printf("no answer within 2 seconds\n");
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(twice, struct patient patient;)
{
    weft_call(patient, &self->patient, WEFT_SECONDS(1));
    weft_call(patient, &self->patient, WEFT_SECONDS(60));
}
WEFT_ASYNC_END

int main(void)
{
    static weft_virtual backend;
    static weft_loop loop;
    static WEFT_TASK(twice) task;
    weft_virtual_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    const weft_error *const error = weft_run(&loop, twice, &task);
    printf("seconds: %d\n", (int)(weft_loop_time(&loop) / WEFT_SECONDS(1)));
    weft_loop_close(&loop);
    return error != NULL;
}
