/* SPDX-License-Identifier: MIT */
/* Tasks: coroutines that run concurrently. */
#include "fetch.h"

/* async def concurrent():
 *     start = now()
 *     tasks = [asyncio.create_task(fetch(1, 2)), asyncio.create_task(fetch(2, 3)),
 *              asyncio.create_task(fetch(3, 1))]
 *     for t in tasks:
 *         print(f"Received result: {await t}")
 *     total(start, "not 2 + 3 + 1")
 */
WEFT_ASYNC(concurrent, weft_time start; WEFT_TASK(fetch) tasks[3]; int t;)
{
    self->start = now();
    weft_create_task(fetch, &self->tasks[0], 1, 2);
    weft_create_task(fetch, &self->tasks[1], 2, 3);
    weft_create_task(fetch, &self->tasks[2], 3, 1);
    for (self->t = 0; self->t < 3; self->t++) {
        weft_await(&self->tasks[self->t]);
        print_result(&self->tasks[self->t].frame.result);
    }
    total(self->start, "not 2 + 3 + 1");
}
WEFT_ASYNC_END

LESSONS(simple_tasks, LESSON(concurrent));
