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
STACKFUL(fetch_all)
{
    weft_group tg = {0};
    WEFT_TASK(fetch) tasks[3] = {0};
    const weft_time start = now();
    static const int delays[] = {2, 1, 3};
    stackful_with_group(&tg)
        for (int i = 0; i < 3; i++)
            stackful_group_create_task(&tg, fetch, &tasks[i], i + 1, delays[i]);
    stackful_end;
    for (int i = 0; i < 3; i++)
        print_result(&tasks[i].frame.result);
    total(start, "not 2 + 1 + 3");
}

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
STACKFUL(work, const char *name; double delay; bool fails; struct failure failure;)
{
    stackful_try
        stackful_sleep(WEFT_SECONDS(self->delay));
    stackful_catch(&weft_cancelled_error, e) {
        printf("%s cancelled\n", self->name);
        stackful_raise(e);
    }
    stackful_end;
    if (self->fails) {
        printf("%s fails\n", self->name);
        stackful_raise(fail(&self->failure, text("%s failed", self->name)));
    }
    printf("%s done\n", self->name);
}

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
STACKFUL(error)
{
    weft_group tg = {0};
    WEFT_TASK(work) tasks[4] = {0};
    const weft_time start = now();
    stackful_try {
        stackful_with_group(&tg) {
            stackful_group_create_task(&tg, work, &tasks[0], "A", 1);
            stackful_group_create_task(&tg, work, &tasks[1], "B", 1.5);
            stackful_group_create_task(&tg, work, &tasks[2], "C", 2);
            stackful_group_create_task(&tg, work, &tasks[3], "D", 0.5, true);
            puts("Tasks created, waiting");
        }
        stackful_end;
    }
    stackful_catch(&weft_group_error, group) {
        printf("The group failed: %zu error\n", weft_count_errors(group));
        for (weft_error_walk e = weft_first_error(group); e.error; weft_next_error(&e))
            printf("- %s\n", weft_error_text(e.error));
    }
    stackful_end;
    total(start, NULL);
}

/* async def walk(name, delay):
 *     await asyncio.sleep(delay)
 *     print(f"{name} done in {delay:.1f} s")
 */
STACKFUL(walk, const char *name; double delay;)
{
    stackful_sleep(WEFT_SECONDS(self->delay));
    printf("%s done in %.1f s\n", self->name, self->delay);
}

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
STACKFUL(timeout)
{
    weft_timeout limit = {0};
    weft_group tg = {0};
    WEFT_TASK(walk) tasks[4] = {0};
    const weft_time start = now();
    stackful_try {
        stackful_with_timeout(&limit, WEFT_SECONDS(2.5)) {
            stackful_with_group(&tg) {
                stackful_group_create_task(&tg, walk, &tasks[0], "Fast", 0.5);
                stackful_group_create_task(&tg, walk, &tasks[1], "Medium", 1.5);
                stackful_group_create_task(&tg, walk, &tasks[2], "Slow", 3);
                stackful_group_create_task(&tg, walk, &tasks[3], "Slower", 4);
                puts("Tasks created with a timeout of 2.5 s");
                stackful_sleep(WEFT_SECONDS(0.1));
            }
            stackful_end;
        }
        stackful_end;
    }
    stackful_catch(&weft_timeout_error)
        puts("Timeout: the tasks that were left are cancelled");
    stackful_end;
    total(start, NULL);
}

/* async def check(i):
 *     await asyncio.sleep(0.5)
 *     return i % 2 == 1
 */
STACKFUL(check, int i; bool result;)
{
    stackful_sleep(WEFT_SECONDS(0.5));
    stackful_return_value(self->i % 2 == 1);
}

/* async def process(name):
 *     await asyncio.sleep(1.0)
 *     return f"Processed {name}"
 */
STACKFUL(process, struct text name, result;)
{
    stackful_sleep(WEFT_SECONDS(1));
    stackful_return_value(text("Processed %s", self->name.s));
}

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
STACKFUL(conditional)
{
    weft_group tg = {0};
    WEFT_TASK(check) checks[4] = {0};
    WEFT_TASK(process) chosen[4] = {0};
    const weft_time start = now();
    stackful_with_group(&tg) {
        int count = 0;
        for (int i = 0; i < 4; i++)
            stackful_group_create_task(&tg, check, &checks[i], i + 1);
        for (int i = 0; i < 4; i++) {
            stackful_await(&checks[i]);
            const struct text name = text("Item%d", i + 1);
            if (checks[i].frame.result) {
                printf("%s is valid, creating its task\n", name.s);
                stackful_group_create_task(&tg, process, &chosen[count], name);
                count++;
            } else {
                printf("%s is not valid, skipped\n", name.s);
            }
        }
        for (int t = 0; t < count; t++) {
            stackful_await(&chosen[t]);
            puts(chosen[t].frame.result.s);
        }
    }
    stackful_end;
    total(start, NULL);
}

/* async def piece(name, delay):
 *     async with slots:
 *         print(f"{name} acquired the semaphore")
 *         await asyncio.sleep(delay)
 *         print(f"{name} released the semaphore")
 *         return f"Data of {name}"
 */
STACKFUL(piece, struct text name; double delay; weft_semaphore *slots; struct text result;)
{
    stackful_with_semaphore(self->slots) {
        printf("%s acquired the semaphore\n", self->name.s);
        stackful_sleep(WEFT_SECONDS(self->delay));
        printf("%s released the semaphore\n", self->name.s);
        stackful_return_value(text("Data of %s", self->name.s));
    }
    stackful_end;
}

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
STACKFUL(limit)
{
    weft_semaphore slots = WEFT_SEMAPHORE(2);
    weft_group tg = {0};
    WEFT_TASK(piece) tasks[6] = {0};
    const weft_time start = now();
    stackful_with_group(&tg) {
        for (int i = 0; i < 6; i++)
            stackful_group_create_task(&tg, piece, &tasks[i], text("Task%d", i + 1), 1 + i * 0.2,
                                       .slots = &slots);
        puts("6 tasks created, 2 at a time");
    }
    stackful_end;
    for (int i = 0; i < 6; i++)
        puts(tasks[i].frame.result.s);
    total(start, NULL);
}

LESSONS(task_group, {"fetch", &fetch_all_code}, LESSON(error), LESSON(timeout), LESSON(conditional),
        LESSON(limit));
