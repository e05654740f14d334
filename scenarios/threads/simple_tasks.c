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
THREAD(concurrent, THREAD_TASK(fetch) tasks[3];)
{
    const weft_time start = now();
    thread_create_task(fetch, &self->tasks[0], 1, 2);
    thread_create_task(fetch, &self->tasks[1], 2, 3);
    thread_create_task(fetch, &self->tasks[2], 3, 1);
    for (int t = 0; t < 3; t++) {
        thread_check(thread_await(&self->tasks[t]));
        print_result(&self->tasks[t].frame.result);
    }
    total(start, "not 2 + 3 + 1");
    return NULL;
}

LESSONS(simple_tasks, LESSON(concurrent));
