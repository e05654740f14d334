/* SPDX-License-Identifier: MIT */
/* gather: wait for several awaitables at once, and get all their results. */
#include "fetch.h"

/* async def fetch_all():
 *     start = now()
 *     for r in await asyncio.gather(fetch(1, 2), fetch(2, 3), fetch(3, 1)):
 *         print(f"Received result: {r}")
 *     total(start, "not 2 + 3 + 1")
 */
WEFT_ASYNC(fetch_all, weft_time start; WEFT_GATHER_OF(fetch, 3) all;)
{
    static const int delays[] = {2, 3, 1};
    self->start = now();
    weft_gather_each(&self->all, i, fetch, i + 1, delays[i]);
    for (int i = 0; i < 3; i++)
        print_result(&self->all.tasks[i].frame.result);
    total(self->start, "not 2 + 3 + 1");
}
WEFT_ASYNC_END

/* async def work(name, delay, fails):
 *     await asyncio.sleep(delay)
 *     if fails:
 *         raise Fail(f"{name} failed")
 *     print(f"{name} done")
 *     return name
 */
WEFT_ASYNC(work, const char *name; int delay; bool fails; const char *result;
           struct failure failure;)
{
    weft_sleep(WEFT_SECONDS(self->delay));
    if (self->fails)
        weft_raise(fail(&self->failure, text("%s failed", self->name)));
    printf("%s done\n", self->name);
    weft_return_value(self->name);
}
WEFT_ASYNC_END

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
WEFT_ASYNC(error, weft_time start; WEFT_TASK(work) tasks[3]; WEFT_GATHER(3) all;
           const weft_error *e;)
{
    self->start = now();
    weft_create_task(work, &self->tasks[0], "A", 1);
    weft_create_task(work, &self->tasks[1], "B", 2, true);
    weft_create_task(work, &self->tasks[2], "C", 3);
    weft_try
        weft_gather(&self->all, &self->tasks[0], &self->tasks[1], &self->tasks[2]);
    weft_catch(&fail_error, self->e)
        printf("Caught: %s\n", weft_error_text(self->e));
    weft_end;
    puts("The others go on");
    weft_await(&self->tasks[2]);
    total(self->start, NULL);
}
WEFT_ASYNC_END

/* async def attempt(name, delay, fails):
 *     await asyncio.sleep(delay)
 *     if fails:
 *         raise Fail(f"{name} failed")
 *     return name
 */
WEFT_ASYNC(attempt, char name; int delay; bool fails; struct failure failure; struct text result;)
{
    weft_sleep(WEFT_SECONDS(self->delay));
    if (self->fails)
        weft_raise(fail(&self->failure, text("%c failed", self->name)));
    weft_return_value(text("%c", self->name));
}
WEFT_ASYNC_END

/* async def collect():
 *     rs = await asyncio.gather(attempt("A", 1, False), attempt("B", 2, True),
 *                               attempt("C", 3, False), return_exceptions=True)
 *     for r in rs:
 *         print(f"Error: {r}" if isinstance(r, Fail) else f"Result: {r}")
 */
WEFT_ASYNC(collect, WEFT_GATHER_OF(attempt, 3) rs;)
{
    weft_gather_collect_each(&self->rs, i, attempt, "ABC"[i], i + 1, i == 1);
    for (int i = 0; i < 3; i++) {
        const weft_error *const e = weft_error_of(&self->rs.tasks[i]);
        printf("%s: %s\n", e ? "Error" : "Result", e ? e->text : self->rs.tasks[i].frame.result.s);
    }
}
WEFT_ASYNC_END

LESSONS(gather, {"fetch", &fetch_all_code}, LESSON(error), LESSON(collect));
