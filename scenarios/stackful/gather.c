/* SPDX-License-Identifier: MIT */
/* gather: wait for several awaitables at once, and get all their results. */
#include "fetch.h"

/* async def fetch_all():
 *     start = now()
 *     for r in await asyncio.gather(fetch(1, 2), fetch(2, 3), fetch(3, 1)):
 *         print(f"Received result: {r}")
 *     total(start, "not 2 + 3 + 1")
 */
STACKFUL(fetch_all)
{
    static const int delays[] = {2, 3, 1};
    WEFT_GATHER_OF(fetch, 3) all = {0};
    const weft_time start = now();
    stackful_gather_each(&all, i, fetch, i + 1, delays[i]);
    for (int i = 0; i < 3; i++)
        print_result(&all.tasks[i].frame.result);
    total(start, "not 2 + 3 + 1");
}

/* async def work(name, delay, fails):
 *     await asyncio.sleep(delay)
 *     if fails:
 *         raise Fail(f"{name} failed")
 *     print(f"{name} done")
 *     return name
 */
STACKFUL(work, const char *name; int delay; bool fails; const char *result; struct failure failure;)
{
    stackful_sleep(WEFT_SECONDS(self->delay));
    if (self->fails)
        stackful_raise(fail(&self->failure, text("%s failed", self->name)));
    printf("%s done\n", self->name);
    stackful_return_value(self->name);
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
STACKFUL(error)
{
    WEFT_TASK(work) tasks[3] = {0};
    WEFT_GATHER(3) all = {0};
    const weft_time start = now();
    stackful_create_task(work, &tasks[0], "A", 1);
    stackful_create_task(work, &tasks[1], "B", 2, true);
    stackful_create_task(work, &tasks[2], "C", 3);
    stackful_try
        stackful_gather(&all, &tasks[0], &tasks[1], &tasks[2]);
    stackful_catch(&fail_error, e)
        printf("Caught: %s\n", weft_error_text(e));
    stackful_end;
    puts("The others go on");
    stackful_await(&tasks[2]);
    total(start, NULL);
}

/* async def attempt(name, delay, fails):
 *     await asyncio.sleep(delay)
 *     if fails:
 *         raise Fail(f"{name} failed")
 *     return name
 */
STACKFUL(attempt, char name; int delay; bool fails; struct failure failure; struct text result;)
{
    stackful_sleep(WEFT_SECONDS(self->delay));
    if (self->fails)
        stackful_raise(fail(&self->failure, text("%c failed", self->name)));
    stackful_return_value(text("%c", self->name));
}

/* async def collect():
 *     rs = await asyncio.gather(attempt("A", 1, False), attempt("B", 2, True),
 *                               attempt("C", 3, False), return_exceptions=True)
 *     for r in rs:
 *         print(f"Error: {r}" if isinstance(r, Fail) else f"Result: {r}")
 */
STACKFUL(collect)
{
    WEFT_GATHER_OF(attempt, 3) rs = {0};
    stackful_gather_collect_each(&rs, i, attempt, "ABC"[i], i + 1, i == 1);
    for (int i = 0; i < 3; i++) {
        const weft_error *const e = weft_error_of(&rs.tasks[i]);
        printf("%s: %s\n", e ? "Error" : "Result", e ? e->text : rs.tasks[i].frame.result.s);
    }
}

LESSONS(gather, {"fetch", &fetch_all_code}, LESSON(error), LESSON(collect));
