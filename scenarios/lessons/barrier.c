/* SPDX-License-Identifier: MIT */
/* Barriers: a fixed number of tasks wait for each other. */
#include "scenario.h"

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
WEFT_ASYNC(worker, struct text name; double work; weft_barrier *barrier;
           struct weft_barrier_wait wait;)
{
    printf("%s starts\n", self->name.s);
    weft_sleep(WEFT_SECONDS(self->work));
    printf("%s reached the barrier, waiting for the others\n", self->name.s);
    weft_try {
        weft_barrier_wait(self->barrier, &self->wait);
        printf("%s passed the barrier\n", self->name.s);
    }
    weft_catch(&weft_broken_barrier_error)
        printf("%s: the barrier is broken\n", self->name.s);
    weft_end;
}
WEFT_ASYNC_END

/* async def workers():
 *     barrier = asyncio.Barrier(3)
 *     async with asyncio.TaskGroup() as tg:
 *         for name, work in (("Worker A", 0.5), ("Worker B", 1.0), ("Worker C", 1.5)):
 *             tg.create_task(worker(name, work))
 *     print("All passed")
 */
WEFT_ASYNC(workers, weft_barrier barrier; weft_group tg; WEFT_TASK(worker) tasks[3];)
{
    self->barrier = (weft_barrier)WEFT_BARRIER(3);
    weft_with_group(&self->tg)
        for (int i = 0; i < 3; i++)
            weft_group_create_task(&self->tg, worker, &self->tasks[i], text("Worker %c", "ABC"[i]),
                                   0.5 * (i + 1), .barrier = &self->barrier);
    weft_end;
    puts("All passed");
}
WEFT_ASYNC_END

/* async def comer(name, work):
 *     await asyncio.sleep(work)
 *     print(f"{name} reached the barrier")
 *     try:
 *         await barrier.wait()
 *         print(f"{name} passed the barrier")
 *     except asyncio.BrokenBarrierError:
 *         print(f"{name}: the barrier is broken")
 */
WEFT_ASYNC(comer, struct text name; double work; weft_barrier *barrier;
           struct weft_barrier_wait wait;)
{
    weft_sleep(WEFT_SECONDS(self->work));
    printf("%s reached the barrier\n", self->name.s);
    weft_try {
        weft_barrier_wait(self->barrier, &self->wait);
        printf("%s passed the barrier\n", self->name.s);
    }
    weft_catch(&weft_broken_barrier_error)
        printf("%s: the barrier is broken\n", self->name.s);
    weft_end;
}
WEFT_ASYNC_END

/* async def breaker():
 *     await asyncio.sleep(1.2)
 *     print("The barrier is aborted")
 *     await barrier.abort()
 */
WEFT_ASYNC(breaker, weft_barrier *barrier;)
{
    weft_sleep(WEFT_SECONDS(1.2));
    puts("The barrier is aborted");
    weft_barrier_abort(self->barrier);
}
WEFT_ASYNC_END

/* async def broken():
 *     barrier = asyncio.Barrier(3)
 *     async with asyncio.TaskGroup() as tg:
 *         for name, work in (("Worker A", 0.5), ("Worker B", 1.0), ("Worker C", 1.5)):
 *             tg.create_task(comer(name, work))
 *         tg.create_task(breaker())
 */
WEFT_ASYNC(broken, weft_barrier barrier; weft_group tg; WEFT_TASK(comer) tasks[3];
           WEFT_TASK(breaker) breaker;)
{
    self->barrier = (weft_barrier)WEFT_BARRIER(3);
    weft_with_group(&self->tg) {
        for (int i = 0; i < 3; i++)
            weft_group_create_task(&self->tg, comer, &self->tasks[i], text("Worker %c", "ABC"[i]),
                                   0.5 * (i + 1), .barrier = &self->barrier);
        weft_group_create_task(&self->tg, breaker, &self->breaker, .barrier = &self->barrier);
    }
    weft_end;
}
WEFT_ASYNC_END

LESSONS(barrier, LESSON(workers), LESSON(broken));
