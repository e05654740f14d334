/* SPDX-License-Identifier: MIT */
/* Semaphores: a limited number of tasks at a time. */
#include "lessons.h"

/* async def access(id):
 *     async with semaphore:
 *         print(f"Accessing resource {id}")
 *         await asyncio.sleep(1)
 *         print(f"Releasing resource {id}")
 */
STACKFUL(access, int id; weft_semaphore *semaphore;)
{
    stackful_with_semaphore(self->semaphore) {
        printf("Accessing resource %d\n", self->id);
        stackful_sleep(WEFT_SECONDS(1));
        printf("Releasing resource %d\n", self->id);
    }
    stackful_end;
}

/* async def resource():
 *     semaphore = asyncio.Semaphore(2)
 *     start = now()
 *     await asyncio.gather(*(access(i) for i in range(5)))
 *     total(start)
 */
STACKFUL(resource)
{
    weft_semaphore semaphore = WEFT_SEMAPHORE(2);
    WEFT_GATHER_OF(access, 5) all = {0};
    const weft_time start = now();
    stackful_gather_each(&all, i, access, i, .semaphore = &semaphore);
    total(start, NULL);
}

/* async def worker(name, work):
 *     nonlocal free
 *     async with semaphore:
 *         free -= 1
 *         print(f"{name} acquired the semaphore (free: {free})")
 *         await asyncio.sleep(work)
 *         free += 1
 *         print(f"{name} released the semaphore")
 *         return f"Work of {name} done"
 */
STACKFUL(worker, struct text name; double work; weft_semaphore *semaphore; int *free;
           struct text result;)
{
    stackful_with_semaphore(self->semaphore) {
        --*self->free;
        printf("%s acquired the semaphore (free: %d)\n", self->name.s, *self->free);
        stackful_sleep(WEFT_SECONDS(self->work));
        ++*self->free;
        printf("%s released the semaphore\n", self->name.s);
        stackful_return_value(text("Work of %s done", self->name.s));
    }
    stackful_end;
}

/* async def workers():
 *     semaphore = asyncio.Semaphore(3)
 *     free = 3
 *     async with asyncio.TaskGroup() as tg:
 *         tasks = [tg.create_task(worker(f"Worker{i + 1}", 1.0 + i * 0.2)) for i in range(6)]
 *     for t in tasks:
 *         print(t.result())
 */
STACKFUL(workers)
{
    weft_semaphore semaphore = WEFT_SEMAPHORE(3);
    int free = 3;
    weft_group tg = {0};
    WEFT_TASK(worker) tasks[6] = {0};
    stackful_with_group(&tg)
        for (int i = 0; i < 6; i++)
            stackful_group_create_task(&tg, worker, &tasks[i], text("Worker%d", i + 1), 1 + i * 0.2,
                                       .semaphore = &semaphore, .free = &free);
    stackful_end;
    for (int i = 0; i < 6; i++)
        puts(tasks[i].frame.result.s);
}

LESSONS(semaphore, LESSON(resource), LESSON(workers));
