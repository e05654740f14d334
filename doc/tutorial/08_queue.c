/* SPDX-License-Identifier: MIT */
/* Step 8: a queue between a producer and two consumers. */
#include <stdio.h>
#include <weft.h>

typedef WEFT_QUEUE(int, 2) int_queue;

WEFT_ASYNC(produce, int_queue *queue; int i;)
{
    for (self->i = 1; self->i <= 4; self->i++) {
        weft_queue_put(self->queue, self->i);
        printf("put %d\n", self->i);
    }
    weft_queue_shutdown(self->queue);
}
WEFT_ASYNC_END

WEFT_ASYNC(consume, const char *name; int_queue *queue; int item;)
{
    weft_try {
        for (;;) {
            weft_queue_get(self->queue, &self->item);
            printf("%s: %d\n", self->name, self->item);
            weft_sleep(WEFT_SECONDS(self->item));
        }
    }
    weft_catch(&weft_queue_shut_down_error) {
        printf("%s: no more items\n", self->name);
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(factory, weft_group group; int_queue queue; WEFT_TASK(produce) producer;
           WEFT_TASK(consume) consumers[2];)
{
    weft_queue_init(&self->queue);
    weft_with_group(&self->group) {
        weft_group_create_task(&self->group, produce, &self->producer, &self->queue);
        weft_group_create_task(&self->group, consume, &self->consumers[0], "a", &self->queue);
        weft_group_create_task(&self->group, consume, &self->consumers[1], "b", &self->queue);
    }
    weft_end;
}
WEFT_ASYNC_END

int main(void)
{
    static weft_virtual backend;
    static weft_loop loop;
    static WEFT_TASK(factory) task;
    weft_virtual_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    const weft_error *const error = weft_run(&loop, factory, &task);
    weft_loop_close(&loop);
    return error != NULL;
}
