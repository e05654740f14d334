/* SPDX-License-Identifier: MIT */
/* Step 3: arguments, results, and a coroutine that awaits another. */
#include <stdio.h>
#include <weft.h>

WEFT_ASYNC(square, int number; int result;)
{
    weft_sleep(WEFT_SECONDS(1));
    weft_return_value(self->number * self->number);
}
WEFT_ASYNC_END

WEFT_ASYNC(add_squares, int a, b; int result; struct square square;)
{
    weft_call(square, &self->square, .number = self->a);
    self->result = self->square.result;
    weft_call(square, &self->square, .number = self->b);
    self->result += self->square.result;
}
WEFT_ASYNC_END

int main(void)
{
    static weft_virtual backend;
    static weft_loop loop;
    static WEFT_TASK(add_squares) task;
    weft_virtual_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    const weft_error *const error = weft_run(&loop, add_squares, &task, .a = 3, .b = 4);
    printf("result: %d\n", task.frame.result);
    printf("seconds: %d\n", (int)(weft_loop_time(&loop) / WEFT_SECONDS(1)));
    weft_loop_close(&loop);
    return error != NULL;
}
