/* SPDX-License-Identifier: MIT */
/* Task groups: a block that ends when all tasks that were created in it have ended. */
#include "fetch.h"

/* async def fetch_all():
 *     start = now()
 *     async with asyncio.TaskGroup() as tg:
 *         tasks = [tg.create_task(fetch(i, d)) for i, d in enumerate([2, 1, 3], start=1)]
 *     for t in tasks:
 *         print(f"Received result: {t.result()}")
 *     total(start, "not 2 + 1 + 3")
 */
WEFT_ASYNC(fetch_all, weft_time start; weft_group tg; WEFT_TASK(fetch) tasks[3];)
{
    static const int delays[] = {2, 1, 3};
    self->start = now();
    weft_with_group(&self->tg)
        for (int i = 0; i < 3; i++)
            weft_group_create_task(&self->tg, fetch, &self->tasks[i], i + 1, delays[i]);
    weft_end;
    for (int i = 0; i < 3; i++)
        print_result(&self->tasks[i].frame.result);
    total(self->start, "not 2 + 1 + 3");
}
WEFT_ASYNC_END

/* async def work(name, delay, fails):
 *     try:
 *         await asyncio.sleep(delay)
 *     except asyncio.CancelledError:
 *         print(f"{name} cancelled")
 *         raise
 *     if fails:
 *         print(f"{name} fails")
 *         raise Fail(f"{name} failed")
 *     print(f"{name} done")
 */
WEFT_ASYNC(work, const char *name; double delay; bool fails; struct failure failure;
           const weft_error *e;)
{
    weft_try
        weft_sleep(WEFT_SECONDS(self->delay));
    weft_catch(&weft_cancelled_error, self->e) {
        printf("%s cancelled\n", self->name);
        weft_raise(self->e);
    }
    weft_end;
    if (self->fails) {
        printf("%s fails\n", self->name);
        weft_raise(fail(&self->failure, text("%s failed", self->name)));
    }
    printf("%s done\n", self->name);
}
WEFT_ASYNC_END

/* async def error():
 *     start = now()
 *     try:
 *         async with asyncio.TaskGroup() as tg:
 *             for name, delay, fails in (("A", 1.0, False), ("B", 1.5, False),
 *                                        ("C", 2.0, False), ("D", 0.5, True)):
 *                 tg.create_task(work(name, delay, fails))
 *             print("Tasks created, waiting")
 *     except* Fail as group:
 *         print(f"The group failed: {len(group.exceptions)} error")
 *         for e in group.exceptions:
 *             print(f"- {e}")
 *     total(start)
 */
WEFT_ASYNC(error, weft_time start; weft_group tg; WEFT_TASK(work) tasks[4];
           const weft_error *group;)
{
    self->start = now();
    weft_try {
        weft_with_group(&self->tg) {
            weft_group_create_task(&self->tg, work, &self->tasks[0], "A", 1);
            weft_group_create_task(&self->tg, work, &self->tasks[1], "B", 1.5);
            weft_group_create_task(&self->tg, work, &self->tasks[2], "C", 2);
            weft_group_create_task(&self->tg, work, &self->tasks[3], "D", 0.5, true);
            puts("Tasks created, waiting");
        }
        weft_end;
    }
    weft_catch(&weft_group_error, self->group) {
        printf("The group failed: %zu error\n", weft_count_errors(self->group));
        for (weft_error_walk e = weft_first_error(self->group); e.error; weft_next_error(&e))
            printf("- %s\n", weft_error_text(e.error));
    }
    weft_end;
    total(self->start, NULL);
}
WEFT_ASYNC_END

/* async def walk(name, delay):
 *     await asyncio.sleep(delay)
 *     print(f"{name} done in {delay:.1f} s")
 */
WEFT_ASYNC(walk, const char *name; double delay;)
{
    weft_sleep(WEFT_SECONDS(self->delay));
    printf("%s done in %.1f s\n", self->name, self->delay);
}
WEFT_ASYNC_END

/* async def timeout():
 *     start = now()
 *     try:
 *         async with asyncio.timeout(2.5):
 *             async with asyncio.TaskGroup() as tg:
 *                 for name, delay in (("Fast", 0.5), ("Medium", 1.5),
 *                                     ("Slow", 3.0), ("Slower", 4.0)):
 *                     tg.create_task(walk(name, delay))
 *                 print("Tasks created with a timeout of 2.5 s")
 *                 await asyncio.sleep(0.1)
 *     except TimeoutError:
 *         print("Timeout: the tasks that were left are cancelled")
 *     total(start)
 */
WEFT_ASYNC(timeout, weft_time start; weft_timeout limit; weft_group tg; WEFT_TASK(walk) tasks[4];)
{
    self->start = now();
    weft_try {
        weft_with_timeout(&self->limit, WEFT_SECONDS(2.5)) {
            weft_with_group(&self->tg) {
                weft_group_create_task(&self->tg, walk, &self->tasks[0], "Fast", 0.5);
                weft_group_create_task(&self->tg, walk, &self->tasks[1], "Medium", 1.5);
                weft_group_create_task(&self->tg, walk, &self->tasks[2], "Slow", 3);
                weft_group_create_task(&self->tg, walk, &self->tasks[3], "Slower", 4);
                puts("Tasks created with a timeout of 2.5 s");
                weft_sleep(WEFT_SECONDS(0.1));
            }
            weft_end;
        }
        weft_end;
    }
    weft_catch(&weft_timeout_error)
        puts("Timeout: the tasks that were left are cancelled");
    weft_end;
    total(self->start, NULL);
}
WEFT_ASYNC_END

/* async def check(i):
 *     await asyncio.sleep(0.5)
 *     return i % 2 == 1
 */
WEFT_ASYNC(check, int i; bool result;)
{
    weft_sleep(WEFT_SECONDS(0.5));
    weft_return_value(self->i % 2 == 1);
}
WEFT_ASYNC_END

/* async def process(name):
 *     await asyncio.sleep(1.0)
 *     return f"Processed {name}"
 */
WEFT_ASYNC(process, struct text name, result;)
{
    weft_sleep(WEFT_SECONDS(1));
    weft_return_value(text("Processed %s", self->name.s));
}
WEFT_ASYNC_END

/* async def conditional():
 *     start = now()
 *     async with asyncio.TaskGroup() as tg:
 *         checks = [(f"Item{i}", tg.create_task(check(i))) for i in range(1, 5)]
 *         chosen = []
 *         for name, c in checks:
 *             if await c:
 *                 print(f"{name} is valid, creating its task")
 *                 chosen.append(tg.create_task(process(name)))
 *             else:
 *                 print(f"{name} is not valid, skipped")
 *         for t in chosen:
 *             print(await t)
 *     total(start)
 */
WEFT_ASYNC(conditional, weft_time start; weft_group tg; int i, t, count;
           WEFT_TASK(check) checks[4]; WEFT_TASK(process) chosen[4];)
{
    self->start = now();
    weft_with_group(&self->tg) {
        for (int i = 0; i < 4; i++)
            weft_group_create_task(&self->tg, check, &self->checks[i], i + 1);
        for (self->i = 0; self->i < 4; self->i++) {
            weft_await(&self->checks[self->i]);
            const struct text name = text("Item%d", self->i + 1);
            if (self->checks[self->i].frame.result) {
                printf("%s is valid, creating its task\n", name.s);
                weft_group_create_task(&self->tg, process, &self->chosen[self->count++], name);
            } else {
                printf("%s is not valid, skipped\n", name.s);
            }
        }
        for (self->t = 0; self->t < self->count; self->t++) {
            weft_await(&self->chosen[self->t]);
            puts(self->chosen[self->t].frame.result.s);
        }
    }
    weft_end;
    total(self->start, NULL);
}
WEFT_ASYNC_END

/* async def piece(name, delay):
 *     async with slots:
 *         print(f"{name} acquired the semaphore")
 *         await asyncio.sleep(delay)
 *         print(f"{name} released the semaphore")
 *         return f"Data of {name}"
 */
WEFT_ASYNC(piece, struct text name; double delay; weft_semaphore *slots; struct text result;)
{
    weft_with_semaphore(self->slots) {
        printf("%s acquired the semaphore\n", self->name.s);
        weft_sleep(WEFT_SECONDS(self->delay));
        printf("%s released the semaphore\n", self->name.s);
        weft_return_value(text("Data of %s", self->name.s));
    }
    weft_end;
}
WEFT_ASYNC_END

/* async def limit():
 *     slots = asyncio.Semaphore(2)
 *     start = now()
 *     async with asyncio.TaskGroup() as tg:
 *         tasks = [tg.create_task(piece(f"Task{i + 1}", 1.0 + i * 0.2)) for i in range(6)]
 *         print("6 tasks created, 2 at a time")
 *     for t in tasks:
 *         print(t.result())
 *     total(start)
 */
WEFT_ASYNC(limit, weft_semaphore slots; weft_time start; weft_group tg; WEFT_TASK(piece) tasks[6];)
{
    self->slots = (weft_semaphore)WEFT_SEMAPHORE(2);
    self->start = now();
    weft_with_group(&self->tg) {
        for (int i = 0; i < 6; i++)
            weft_group_create_task(&self->tg, piece, &self->tasks[i], text("Task%d", i + 1),
                                   1 + i * 0.2, .slots = &self->slots);
        puts("6 tasks created, 2 at a time");
    }
    weft_end;
    for (int i = 0; i < 6; i++)
        puts(self->tasks[i].frame.result.s);
    total(self->start, NULL);
}
WEFT_ASYNC_END

LESSONS(task_group, {"fetch", &fetch_all_code}, LESSON(error), LESSON(timeout), LESSON(conditional),
        LESSON(limit));
