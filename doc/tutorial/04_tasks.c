/* SPDX-License-Identifier: MIT */
/* Step 4: two tasks beside each other. */
#include <stdio.h>
#include <weft.h>

WEFT_ASYNC(boil, const char *what; weft_time delay; int result;)
{
    printf("%s: start\n", self->what);
    weft_sleep(self->delay);
    printf("%s: done\n", self->what);
    weft_return_value(1);
}
WEFT_ASYNC_END

WEFT_ASYNC(breakfast, int result; WEFT_TASK(boil) tea, eggs;)
{
    weft_create_task(boil, &self->tea, "tea", WEFT_SECONDS(3));
    weft_create_task(boil, &self->eggs, "eggs", WEFT_SECONDS(5));
    weft_await(&self->tea);
    weft_await(&self->eggs);
    weft_return_value(self->tea.frame.result + self->eggs.frame.result);
}
WEFT_ASYNC_END

int main(void)
{
    static weft_virtual backend;
    static weft_loop loop;
    static WEFT_TASK(breakfast) task;
    weft_virtual_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    const weft_error *const error = weft_run(&loop, breakfast, &task);
    printf("dishes: %d\n", task.frame.result);
    printf("seconds: %d\n", (int)(weft_loop_time(&loop) / WEFT_SECONDS(1)));
    weft_loop_close(&loop);
    return error != NULL;
}
