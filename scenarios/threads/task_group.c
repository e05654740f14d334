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
THREAD(fetch_all, struct thread_group tg; THREAD_TASK(fetch) tasks[3];)
{
    static const int delays[] = {2, 1, 3};
    const weft_time start = now();
    thread_group_begin(&self->tg);
    for (int i = 0; i < 3; i++)
        thread_group_create_task(&self->tg, fetch, &self->tasks[i], i + 1, delays[i]);
    thread_check(thread_group_end(&self->tg, NULL));
    for (int i = 0; i < 3; i++)
        print_result(&self->tasks[i].frame.result);
    total(start, "not 2 + 1 + 3");
    return NULL;
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
THREAD(work, const char *name; double delay; bool fails; struct failure failure;)
{
    const weft_error *const e = thread_sleep(WEFT_SECONDS(self->delay));
    if (e) {
        printf("%s cancelled\n", self->name);
        return e;
    }
    if (self->fails) {
        printf("%s fails\n", self->name);
        return fail(&self->failure, text("%s failed", self->name));
    }
    printf("%s done\n", self->name);
    return NULL;
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
THREAD(error, struct thread_group tg; THREAD_TASK(work) tasks[4];)
{
    const weft_time start = now();
    thread_group_begin(&self->tg);
    thread_group_create_task(&self->tg, work, &self->tasks[0], "A", 1);
    thread_group_create_task(&self->tg, work, &self->tasks[1], "B", 1.5);
    thread_group_create_task(&self->tg, work, &self->tasks[2], "C", 2);
    thread_group_create_task(&self->tg, work, &self->tasks[3], "D", 0.5, true);
    puts("Tasks created, waiting");
    const weft_error *const group = thread_group_end(&self->tg, NULL);
    if (weft_error_is(group, &weft_group_error)) {
        printf("The group failed: %zu error\n", self->tg.error_count);
        for (struct thread_task *e = self->tg.failed; e; e = e->next_failed)
            printf("- %s\n", weft_error_text(e->future.error));
    } else {
        thread_check(group);
    }
    total(start, NULL);
    return NULL;
}

/* async def walk(name, delay):
 *     await asyncio.sleep(delay)
 *     print(f"{name} done in {delay:.1f} s")
 */
THREAD(walk, const char *name; double delay;)
{
    thread_check(thread_sleep(WEFT_SECONDS(self->delay)));
    printf("%s done in %.1f s\n", self->name, self->delay);
    return NULL;
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
THREAD(timeout, struct thread_timeout limit; struct thread_group tg; THREAD_TASK(walk) tasks[4];)
{
    const weft_time start = now();
    thread_timeout_begin(&self->limit, WEFT_SECONDS(2.5));
    thread_group_begin(&self->tg);
    thread_group_create_task(&self->tg, walk, &self->tasks[0], "Fast", 0.5);
    thread_group_create_task(&self->tg, walk, &self->tasks[1], "Medium", 1.5);
    thread_group_create_task(&self->tg, walk, &self->tasks[2], "Slow", 3);
    thread_group_create_task(&self->tg, walk, &self->tasks[3], "Slower", 4);
    puts("Tasks created with a timeout of 2.5 s");
    const weft_error *e = thread_sleep(WEFT_SECONDS(0.1));
    e = thread_group_end(&self->tg, e);
    e = thread_timeout_end(&self->limit, e);
    if (e == &weft_timeout_error)
        puts("Timeout: the tasks that were left are cancelled");
    else
        thread_check(e);
    total(start, NULL);
    return NULL;
}

/* async def check(i):
 *     await asyncio.sleep(0.5)
 *     return i % 2 == 1
 */
THREAD(check, int i; bool result;)
{
    thread_check(thread_sleep(WEFT_SECONDS(0.5)));
    thread_return_value(self->i % 2 == 1);
}

/* async def process(name):
 *     await asyncio.sleep(1.0)
 *     return f"Processed {name}"
 */
THREAD(process, struct text name, result;)
{
    thread_check(thread_sleep(WEFT_SECONDS(1)));
    thread_return_value(text("Processed %s", self->name.s));
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
THREAD(conditional, struct thread_group tg; THREAD_TASK(check) checks[4];
       THREAD_TASK(process) chosen[4];)
{
    const weft_time start = now();
    const weft_error *e = NULL;
    int count = 0;
    thread_group_begin(&self->tg);
    for (int i = 0; i < 4; i++)
        thread_group_create_task(&self->tg, check, &self->checks[i], i + 1);
    for (int i = 0; !e && i < 4; i++) {
        e = thread_await(&self->checks[i]);
        const struct text name = text("Item%d", i + 1);
        if (!e && self->checks[i].frame.result) {
            printf("%s is valid, creating its task\n", name.s);
            thread_group_create_task(&self->tg, process, &self->chosen[count], name);
            count++;
        } else if (!e) {
            printf("%s is not valid, skipped\n", name.s);
        }
    }
    for (int t = 0; !e && t < count; t++) {
        e = thread_await(&self->chosen[t]);
        if (!e)
            puts(self->chosen[t].frame.result.s);
    }
    thread_check(thread_group_end(&self->tg, e));
    total(start, NULL);
    return NULL;
}

/* async def piece(name, delay):
 *     async with slots:
 *         print(f"{name} acquired the semaphore")
 *         await asyncio.sleep(delay)
 *         print(f"{name} released the semaphore")
 *         return f"Data of {name}"
 */
THREAD(piece, struct text name; double delay; sem_t *slots; struct text result;)
{
    sem_wait(self->slots);
    printf("%s acquired the semaphore\n", self->name.s);
    const weft_error *const e = thread_sleep(WEFT_SECONDS(self->delay));
    if (!e) {
        printf("%s released the semaphore\n", self->name.s);
        self->result = text("Data of %s", self->name.s);
    }
    sem_post(self->slots);
    return e;
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
THREAD(limit, sem_t slots; struct thread_group tg; THREAD_TASK(piece) tasks[6];)
{
    sem_init(&self->slots, 0, 2);
    const weft_time start = now();
    thread_group_begin(&self->tg);
    for (int i = 0; i < 6; i++)
        thread_group_create_task(&self->tg, piece, &self->tasks[i], text("Task%d", i + 1),
                                 1 + i * 0.2, .slots = &self->slots);
    puts("6 tasks created, 2 at a time");
    const weft_error *const e = thread_group_end(&self->tg, NULL);
    sem_destroy(&self->slots);
    thread_check(e);
    for (int i = 0; i < 6; i++)
        puts(self->tasks[i].frame.result.s);
    total(start, NULL);
    return NULL;
}

LESSONS(task_group, {"fetch", &fetch_all_code}, LESSON(error), LESSON(timeout), LESSON(conditional),
        LESSON(limit));
