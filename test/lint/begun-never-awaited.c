/* SPDX-License-Identifier: MIT */
/* A coroutine that is begun, whose result is read though nobody awaits it. */
#include "nap.h"

WEFT_ASYNC(demo, struct nap nap; struct nap naps[2]; WEFT_TASK(nap) task;)
{
    weft_begin(nap, &self->nap, 10);
    printf("result %d\n", self->nap.result);
    weft_begin(nap, &self->naps[0], .ms = 10);
    weft_create_task(nap, &self->task, 10);
    printf("result %d\n", self->task.frame.result);
}
WEFT_ASYNC_END
