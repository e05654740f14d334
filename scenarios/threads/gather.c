/* SPDX-License-Identifier: MIT */
/* gather: wait for several awaitables at once, and get all their results. */
#include "fetch.h"

/* async def fetch_all():
 *     start = now()
 *     for r in await asyncio.gather(fetch(1, 2), fetch(2, 3), fetch(3, 1)):
 *         print(f"Received result: {r}")
 *     total(start, "not 2 + 3 + 1")
 */
THREAD(fetch_all, THREAD_TASK(fetch) tasks[3];)
{
    static const int delays[] = {2, 3, 1};
    const weft_time start = now();
    for (int i = 0; i < 3; i++)
        thread_create_task(fetch, &self->tasks[i], i + 1, delays[i]);
    thread_check(thread_gather(self->tasks));
    for (int i = 0; i < 3; i++)
        print_result(&self->tasks[i].frame.result);
    total(start, "not 2 + 3 + 1");
    return NULL;
}

/* async def work(name, delay, fails):
 *     await asyncio.sleep(delay)
 *     if fails:
 *         raise Fail(f"{name} failed")
 *     print(f"{name} done")
 *     return name
 */
THREAD(work, const char *name; int delay; bool fails; const char *result;
       struct failure failure;)
{
    thread_check(thread_sleep(WEFT_SECONDS(self->delay)));
    if (self->fails)
        return fail(&self->failure, text("%s failed", self->name));
    printf("%s done\n", self->name);
    thread_return_value(self->name);
}

/* async def error():
 *     start = now()
 *     tasks = [asyncio.create_task(work("A", 1, False)), asyncio.create_task(work("B", 2, True)),
 *              asyncio.create_task(work("C", 3, False))]
 *     try:
 *         await asyncio.gather(*tasks)
 *     except Fail as e:
 *         print(f"Caught: {e}")
 *     print("The others go on")
 *     await tasks[2]
 *     total(start)
 */
THREAD(error, THREAD_TASK(work) tasks[3];)
{
    const weft_time start = now();
    thread_create_task(work, &self->tasks[0], "A", 1);
    thread_create_task(work, &self->tasks[1], "B", 2, true);
    thread_create_task(work, &self->tasks[2], "C", 3);
    const weft_error *const e = thread_gather(self->tasks);
    if (weft_error_is(e, &fail_error))
        printf("Caught: %s\n", weft_error_text(e));
    else
        thread_check(e);
    puts("The others go on");
    thread_check(thread_await(&self->tasks[2]));
    total(start, NULL);
    return NULL;
}

/* async def attempt(name, delay, fails):
 *     await asyncio.sleep(delay)
 *     if fails:
 *         raise Fail(f"{name} failed")
 *     return name
 */
THREAD(attempt, char name; int delay; bool fails; struct failure failure; struct text result;)
{
    thread_check(thread_sleep(WEFT_SECONDS(self->delay)));
    if (self->fails)
        return fail(&self->failure, text("%c failed", self->name));
    thread_return_value(text("%c", self->name));
}

/* async def collect():
 *     rs = await asyncio.gather(attempt("A", 1, False), attempt("B", 2, True),
 *                               attempt("C", 3, False), return_exceptions=True)
 *     for r in rs:
 *         print(f"Error: {r}" if isinstance(r, Fail) else f"Result: {r}")
 */
THREAD(collect, THREAD_TASK(attempt) rs[3];)
{
    for (int i = 0; i < 3; i++)
        thread_create_task(attempt, &self->rs[i], "ABC"[i], i + 1, i == 1);
    thread_check(thread_gather_collect(self->rs));
    for (int i = 0; i < 3; i++) {
        const weft_error *const e = thread_error_of(&self->rs[i]);
        printf("%s: %s\n", e ? "Error" : "Result", e ? e->text : self->rs[i].frame.result.s);
    }
    return NULL;
}

LESSONS(gather, {"fetch", &fetch_all_code}, LESSON(error), LESSON(collect));
