/* SPDX-License-Identifier: MIT */
/* Barriers: a fixed number of tasks wait for each other. */
#include "threads.h"

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
THREAD(worker, struct text name; double work; pthread_barrier_t *barrier;)
{
    printf("%s starts\n", self->name.s);
    thread_check(thread_sleep(WEFT_SECONDS(self->work)));
    printf("%s reached the barrier, waiting for the others\n", self->name.s);
    pthread_barrier_wait(self->barrier); /* POSIX's barrier cannot be broken */
    printf("%s passed the barrier\n", self->name.s);
    return NULL;
}

/* async def workers():
 *     barrier = asyncio.Barrier(3)
 *     async with asyncio.TaskGroup() as tg:
 *         for name, work in (("Worker A", 0.5), ("Worker B", 1.0), ("Worker C", 1.5)):
 *             tg.create_task(worker(name, work))
 *     print("All passed")
 */
THREAD(workers, pthread_barrier_t barrier; struct thread_group tg; THREAD_TASK(worker) tasks[3];)
{
    pthread_barrier_init(&self->barrier, NULL, 3);
    thread_group_begin(&self->tg);
    for (int i = 0; i < 3; i++)
        thread_group_create_task(&self->tg, worker, &self->tasks[i], text("Worker %c", "ABC"[i]),
                                 0.5 * (i + 1), .barrier = &self->barrier);
    const weft_error *const e = thread_group_end(&self->tg, NULL);
    pthread_barrier_destroy(&self->barrier);
    thread_check(e);
    puts("All passed");
    return NULL;
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
THREAD(comer, struct text name; double work; struct thread_barrier *barrier;)
{
    thread_check(thread_sleep(WEFT_SECONDS(self->work)));
    printf("%s reached the barrier\n", self->name.s);
    const weft_error *const e = thread_barrier_wait(self->barrier);
    if (!e)
        printf("%s passed the barrier\n", self->name.s);
    else if (e == &weft_broken_barrier_error)
        printf("%s: the barrier is broken\n", self->name.s);
    else
        return e;
    return NULL;
}

/* async def breaker():
 *     await asyncio.sleep(1.2)
 *     print("The barrier is aborted")
 *     await barrier.abort()
 */
THREAD(breaker, struct thread_barrier *barrier;)
{
    thread_check(thread_sleep(WEFT_SECONDS(1.2)));
    puts("The barrier is aborted");
    thread_barrier_abort(self->barrier);
    return NULL;
}

/* async def broken():
 *     barrier = asyncio.Barrier(3)
 *     async with asyncio.TaskGroup() as tg:
 *         for name, work in (("Worker A", 0.5), ("Worker B", 1.0), ("Worker C", 1.5)):
 *             tg.create_task(comer(name, work))
 *         tg.create_task(breaker())
 */
THREAD(broken, struct thread_barrier barrier; struct thread_group tg; THREAD_TASK(comer) tasks[3];
       THREAD_TASK(breaker) breaker;)
{
    thread_barrier_init(&self->barrier, 3);
    thread_group_begin(&self->tg);
    for (int i = 0; i < 3; i++)
        thread_group_create_task(&self->tg, comer, &self->tasks[i], text("Worker %c", "ABC"[i]),
                                 0.5 * (i + 1), .barrier = &self->barrier);
    thread_group_create_task(&self->tg, breaker, &self->breaker, .barrier = &self->barrier);
    const weft_error *const e = thread_group_end(&self->tg, NULL);
    thread_barrier_destroy(&self->barrier);
    return e;
}

LESSONS(barrier, LESSON(workers), LESSON(broken));
