/* SPDX-License-Identifier: MIT */
/* Semaphores: a limited number of tasks at a time. */
#include "scenario.h"

/* async def access(id):
 *     async with semaphore:
 *         print(f"Accessing resource {id}")
 *         await asyncio.sleep(1)
 *         print(f"Releasing resource {id}")
 */
WEFT_ASYNC(access, int id; weft_semaphore *semaphore;)
{
    weft_with_semaphore(self->semaphore) {
        printf("Accessing resource %d\n", self->id);
        weft_sleep(WEFT_SECONDS(1));
        printf("Releasing resource %d\n", self->id);
    }
    weft_end;
}
WEFT_ASYNC_END

/* async def resource():
 *     semaphore = asyncio.Semaphore(2)
 *     start = now()
 *     await asyncio.gather(*(access(i) for i in range(5)))
 *     total(start)
 */
WEFT_ASYNC(resource, weft_semaphore semaphore; weft_time start; WEFT_GATHER_OF(access, 5) all;)
{
    self->semaphore = (weft_semaphore)WEFT_SEMAPHORE(2);
    self->start = now();
    weft_gather_each(&self->all, i, access, i, .semaphore = &self->semaphore);
    total(self->start, NULL);
}
WEFT_ASYNC_END

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
WEFT_ASYNC(worker, struct text name; double work; weft_semaphore *semaphore; int *free;
           struct text result;)
{
    weft_with_semaphore(self->semaphore) {
        --*self->free;
        printf("%s acquired the semaphore (free: %d)\n", self->name.s, *self->free);
        weft_sleep(WEFT_SECONDS(self->work));
        ++*self->free;
        printf("%s released the semaphore\n", self->name.s);
        weft_return_value(text("Work of %s done", self->name.s));
    }
    weft_end;
}
WEFT_ASYNC_END

/* async def workers():
 *     semaphore = asyncio.Semaphore(3)
 *     free = 3
 *     async with asyncio.TaskGroup() as tg:
 *         tasks = [tg.create_task(worker(f"Worker{i + 1}", 1.0 + i * 0.2)) for i in range(6)]
 *     for t in tasks:
 *         print(t.result())
 */
WEFT_ASYNC(workers, weft_semaphore semaphore; int free; weft_group tg; WEFT_TASK(worker) tasks[6];)
{
    self->semaphore = (weft_semaphore)WEFT_SEMAPHORE(3);
    self->free = 3;
    weft_with_group(&self->tg)
        for (int i = 0; i < 6; i++)
            weft_group_create_task(&self->tg, worker, &self->tasks[i], text("Worker%d", i + 1),
                                   1 + i * 0.2, .semaphore = &self->semaphore, .free = &self->free);
    weft_end;
    for (int i = 0; i < 6; i++)
        puts(self->tasks[i].frame.result.s);
}
WEFT_ASYNC_END

LESSONS(semaphore, LESSON(resource), LESSON(workers));
