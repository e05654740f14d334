/* SPDX-License-Identifier: MIT */
/* Locks: one task at a time; a reentrant lock; and a task that waits for its own lock. */
#include "scenario.h"

/* async def modify():
 *     nonlocal resource
 *     async with lock:
 *         print(f"Resource before modification: {resource}")
 *         resource += 1
 *         await asyncio.sleep(1)
 *         print(f"Resource after modification: {resource}")
 */
WEFT_ASYNC(modify, weft_lock *lock; int *resource;)
{
    weft_with_lock(self->lock) {
        printf("Resource before modification: %d\n", *self->resource);
        ++*self->resource;
        weft_sleep(WEFT_SECONDS(1));
        printf("Resource after modification: %d\n", *self->resource);
    }
    weft_end;
}
WEFT_ASYNC_END

/* async def resource():
 *     lock = asyncio.Lock()
 *     resource = 0
 *     start = now()
 *     await asyncio.gather(*(modify() for _ in range(5)))
 *     total(start)
 */
WEFT_ASYNC(resource, weft_lock lock; int resource; weft_time start; WEFT_GATHER_OF(modify, 5) all;)
{
    self->start = now();
    weft_gather_each(&self->all, i, modify, .lock = &self->lock, .resource = &self->resource);
    total(self->start, NULL);
}
WEFT_ASYNC_END

/* async def increment(name, delay):
 *     nonlocal counter
 *     async with lock:
 *         print(f"{name} acquired the lock")
 *         current = counter
 *         await asyncio.sleep(delay)
 *         counter = current + 1
 *         print(f"{name} releases the lock, counter: {counter}")
 */
WEFT_ASYNC(increment, const char *name; double delay; weft_lock *lock; int *counter, current;)
{
    weft_with_lock(self->lock) {
        printf("%s acquired the lock\n", self->name);
        self->current = *self->counter;
        weft_sleep(WEFT_SECONDS(self->delay));
        *self->counter = self->current + 1;
        printf("%s releases the lock, counter: %d\n", self->name, *self->counter);
    }
    weft_end;
}
WEFT_ASYNC_END

/* async def counter():
 *     lock = asyncio.Lock()
 *     counter = 0
 *     async with asyncio.TaskGroup() as tg:
 *         for name, delay in (("Task A", 0.5), ("Task B", 0.3), ("Task C", 0.7), ("Task D", 0.2)):
 *             tg.create_task(increment(name, delay))
 *     print(f"Final counter: {counter}")
 */
WEFT_ASYNC(counter, weft_lock lock; int counter; weft_group tg; WEFT_TASK(increment) tasks[4];)
{
    static const char *const names[] = {"Task A", "Task B", "Task C", "Task D"};
    static const double delays[] = {0.5, 0.3, 0.7, 0.2};
    weft_with_group(&self->tg)
        for (int i = 0; i < 4; i++)
            weft_group_create_task(&self->tg, increment, &self->tasks[i], names[i], delays[i],
                                   .lock = &self->lock, .counter = &self->counter);
    weft_end;
    printf("Final counter: %d\n", self->counter);
}
WEFT_ASYNC_END

/* async def enter(lock, name, depth):
 *     async with lock:
 *         print(f"{name} level {depth}: acquired")
 *         if depth > 0:
 *             await asyncio.sleep(0.1)
 *             await enter(lock, name, depth - 1)
 *         print(f"{name} level {depth}: released")
 */
WEFT_ASYNC(enter, weft_rlock *lock; const char *name; int depth; struct enter *sub;)
{
    weft_with_rlock(self->lock) {
        printf("%s level %d: acquired\n", self->name, self->depth);
        if (self->depth > 0) {
            weft_sleep(WEFT_SECONDS(0.1));
            weft_call(enter, self->sub, self->lock, self->name, self->depth - 1, self->sub + 1);
        }
        printf("%s level %d: released\n", self->name, self->depth);
    }
    weft_end;
}
WEFT_ASYNC_END

/* async def reentrant():
 *     lock = RLock()
 *     async with asyncio.TaskGroup() as tg:
 *         tg.create_task(enter(lock, "Task A", 3))
 *         tg.create_task(enter(lock, "Task B", 2))
 *     print("Both done")
 */
WEFT_ASYNC(reentrant, weft_rlock lock; weft_group tg; WEFT_TASK(enter) a, b;
           struct enter sub[2][3];)
{
    weft_with_group(&self->tg) {
        weft_group_create_task(&self->tg, enter, &self->a, &self->lock, "Task A", 3, self->sub[0]);
        weft_group_create_task(&self->tg, enter, &self->b, &self->lock, "Task B", 2, self->sub[1]);
    }
    weft_end;
    puts("Both done");
}
WEFT_ASYNC_END

/* async def nested(lock, name, depth):
 *     async with lock:
 *         print(f"{name} level {depth}: acquired")
 *         if depth > 0:
 *             await asyncio.sleep(0.1)
 *             await nested(lock, name, depth - 1)
 *         print(f"{name} level {depth}: released")
 */
WEFT_ASYNC_NAMED(nested, name, weft_lock *lock; const char *name; int depth; struct nested *sub;)
{
    weft_with_lock(self->lock) {
        printf("%s level %d: acquired\n", self->name, self->depth);
        if (self->depth > 0) {
            weft_sleep(WEFT_SECONDS(0.1));
            weft_call(nested, self->sub, self->lock, self->name, self->depth - 1, self->sub + 1);
        }
        printf("%s level %d: released\n", self->name, self->depth);
    }
    weft_end;
}
WEFT_ASYNC_END

/* async def deadlock():
 *     lock = asyncio.Lock()
 *     async with asyncio.TaskGroup() as tg:
 *         tg.create_task(nested(lock, "Task A", 3))
 *         tg.create_task(nested(lock, "Task B", 2))
 */
WEFT_ASYNC(deadlock, weft_lock lock; weft_group tg; WEFT_TASK(nested) a, b;
           struct nested sub[2][3];)
{
    weft_with_group(&self->tg) {
        weft_group_create_task(&self->tg, nested, &self->a, &self->lock, "Task A", 3, self->sub[0]);
        weft_group_create_task(&self->tg, nested, &self->b, &self->lock, "Task B", 2, self->sub[1]);
    }
    weft_end;
}
WEFT_ASYNC_END

LESSONS(lock, LESSON(resource), LESSON(counter), LESSON(reentrant), LESSON(deadlock));
