/* SPDX-License-Identifier: MIT */
/* Barriers: a fixed number of tasks wait for each other. */
#include "lessons.h"

/* async def worker(name, work):
 *     print(f"{name} starts")
 *     await asyncio.sleep(work)
 *     print(f"{name} reached the barrier, waiting for the others")
 *     try:
 *         await barrier.wait()
 *         print(f"{name} passed the barrier")
 *     except asyncio.BrokenBarrierError:
 *         print(f"{name}: the barrier is broken")
 */
STACKFUL(worker, struct text name; double work; weft_barrier *barrier;)
{
    printf("%s starts\n", self->name.s);
    stackful_sleep(WEFT_SECONDS(self->work));
    printf("%s reached the barrier, waiting for the others\n", self->name.s);
    stackful_try {
        stackful_barrier_wait(self->barrier);
        printf("%s passed the barrier\n", self->name.s);
    }
    stackful_catch(&weft_broken_barrier_error)
        printf("%s: the barrier is broken\n", self->name.s);
    stackful_end;
}

/* async def workers():
 *     barrier = asyncio.Barrier(3)
 *     async with asyncio.TaskGroup() as tg:
 *         for name, work in (("Worker A", 0.5), ("Worker B", 1.0), ("Worker C", 1.5)):
 *             tg.create_task(worker(name, work))
 *     print("All passed")
 */
STACKFUL(workers)
{
    weft_barrier barrier = WEFT_BARRIER(3);
    weft_group tg = {0};
    WEFT_TASK(worker) tasks[3] = {0};
    stackful_with_group(&tg)
        for (int i = 0; i < 3; i++)
            stackful_group_create_task(&tg, worker, &tasks[i], text("Worker %c", "ABC"[i]),
                                       0.5 * (i + 1), .barrier = &barrier);
    stackful_end;
    puts("All passed");
}

/* async def comer(name, work):
 *     await asyncio.sleep(work)
 *     print(f"{name} reached the barrier")
 *     try:
 *         await barrier.wait()
 *         print(f"{name} passed the barrier")
 *     except asyncio.BrokenBarrierError:
 *         print(f"{name}: the barrier is broken")
 */
STACKFUL(comer, struct text name; double work; weft_barrier *barrier;)
{
    stackful_sleep(WEFT_SECONDS(self->work));
    printf("%s reached the barrier\n", self->name.s);
    stackful_try {
        stackful_barrier_wait(self->barrier);
        printf("%s passed the barrier\n", self->name.s);
    }
    stackful_catch(&weft_broken_barrier_error)
        printf("%s: the barrier is broken\n", self->name.s);
    stackful_end;
}

STACKFUL_AWAIT(abort_barrier, weft_barrier *barrier;, weft_barrier_abort(self->barrier))

/* async def breaker():
 *     await asyncio.sleep(1.2)
 *     print("The barrier is aborted")
 *     await barrier.abort()
 */
STACKFUL(breaker, weft_barrier *barrier;)
{
    stackful_sleep(WEFT_SECONDS(1.2));
    puts("The barrier is aborted");
    stackful_call(abort_barrier, self->barrier);
}

/* async def broken():
 *     barrier = asyncio.Barrier(3)
 *     async with asyncio.TaskGroup() as tg:
 *         for name, work in (("Worker A", 0.5), ("Worker B", 1.0), ("Worker C", 1.5)):
 *             tg.create_task(comer(name, work))
 *         tg.create_task(breaker())
 */
STACKFUL(broken)
{
    weft_barrier barrier = WEFT_BARRIER(3);
    weft_group tg = {0};
    WEFT_TASK(comer) tasks[3] = {0};
    WEFT_TASK(breaker) breaker = {0};
    stackful_with_group(&tg) {
        for (int i = 0; i < 3; i++)
            stackful_group_create_task(&tg, comer, &tasks[i], text("Worker %c", "ABC"[i]),
                                       0.5 * (i + 1), .barrier = &barrier);
        stackful_group_create_task(&tg, breaker, &breaker, .barrier = &barrier);
    }
    stackful_end;
}

LESSONS(barrier, LESSON(workers), LESSON(broken));
