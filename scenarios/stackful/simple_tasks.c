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
STACKFUL(concurrent)
{
    WEFT_TASK(fetch) tasks[3] = {0};
    const weft_time start = now();
    stackful_create_task(fetch, &tasks[0], 1, 2);
    stackful_create_task(fetch, &tasks[1], 2, 3);
    stackful_create_task(fetch, &tasks[2], 3, 1);
    for (int t = 0; t < 3; t++) {
        stackful_await(&tasks[t]);
        print_result(&tasks[t].frame.result);
    }
    total(start, "not 2 + 3 + 1");
}

LESSONS(simple_tasks, LESSON(concurrent));
