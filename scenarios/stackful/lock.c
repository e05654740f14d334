/* SPDX-License-Identifier: MIT */
/* Locks: one task at a time; a reentrant lock; and a task that waits for its own lock. */
#include "lessons.h"

/* async def modify():
 *     nonlocal resource
 *     async with lock:
 *         print(f"Resource before modification: {resource}")
 *         resource += 1
 *         await asyncio.sleep(1)
 *         print(f"Resource after modification: {resource}")
 */
STACKFUL(modify, weft_lock *lock; int *resource;)
{
    stackful_with_lock(self->lock) {
        printf("Resource before modification: %d\n", *self->resource);
        ++*self->resource;
        stackful_sleep(WEFT_SECONDS(1));
        printf("Resource after modification: %d\n", *self->resource);
    }
    stackful_end;
}

/* async def resource():
 *     lock = asyncio.Lock()
 *     resource = 0
 *     start = now()
 *     await asyncio.gather(*(modify() for _ in range(5)))
 *     total(start)
 */
STACKFUL(resource)
{
    weft_lock lock = {0};
    int resource = 0;
    WEFT_GATHER_OF(modify, 5) all = {0};
    const weft_time start = now();
    stackful_gather_each(&all, i, modify, .lock = &lock, .resource = &resource);
    total(start, NULL);
}

/* async def increment(name, delay):
 *     nonlocal counter
 *     async with lock:
 *         print(f"{name} acquired the lock")
 *         current = counter
 *         await asyncio.sleep(delay)
 *         counter = current + 1
 *         print(f"{name} releases the lock, counter: {counter}")
 */
STACKFUL(increment, const char *name; double delay; weft_lock *lock; int *counter;)
{
    stackful_with_lock(self->lock) {
        printf("%s acquired the lock\n", self->name);
        const int current = *self->counter;
        stackful_sleep(WEFT_SECONDS(self->delay));
        *self->counter = current + 1;
        printf("%s releases the lock, counter: %d\n", self->name, *self->counter);
    }
    stackful_end;
}

/* async def counter():
 *     lock = asyncio.Lock()
 *     counter = 0
 *     async with asyncio.TaskGroup() as tg:
 *         for name, delay in (("Task A", 0.5), ("Task B", 0.3), ("Task C", 0.7), ("Task D", 0.2)):
 *             tg.create_task(increment(name, delay))
 *     print(f"Final counter: {counter}")
 */
STACKFUL(counter)
{
    weft_lock lock = {0};
    int counter = 0;
    weft_group tg = {0};
    WEFT_TASK(increment) tasks[4] = {0};
    static const char *const names[] = {"Task A", "Task B", "Task C", "Task D"};
    static const double delays[] = {0.5, 0.3, 0.7, 0.2};
    stackful_with_group(&tg)
        for (int i = 0; i < 4; i++)
            stackful_group_create_task(&tg, increment, &tasks[i], names[i], delays[i],
                                       .lock = &lock, .counter = &counter);
    stackful_end;
    printf("Final counter: %d\n", counter);
}

/* async def enter(lock, name, depth):
 *     async with lock:
 *         print(f"{name} level {depth}: acquired")
 *         if depth > 0:
 *             await asyncio.sleep(0.1)
 *             await enter(lock, name, depth - 1)
 *         print(f"{name} level {depth}: released")
 */
STACKFUL(enter, weft_rlock *lock; const char *name; int depth;)
{
    stackful_with_rlock(self->lock) {
        printf("%s level %d: acquired\n", self->name, self->depth);
        if (self->depth > 0) {
            stackful_sleep(WEFT_SECONDS(0.1));
            stackful_call(enter, self->lock, self->name, self->depth - 1);
        }
        printf("%s level %d: released\n", self->name, self->depth);
    }
    stackful_end;
}

/* async def reentrant():
 *     lock = RLock()
 *     async with asyncio.TaskGroup() as tg:
 *         tg.create_task(enter(lock, "Task A", 3))
 *         tg.create_task(enter(lock, "Task B", 2))
 *     print("Both done")
 */
STACKFUL(reentrant)
{
    weft_rlock lock = {0};
    weft_group tg = {0};
    WEFT_TASK(enter) a = {0}, b = {0};
    stackful_with_group(&tg) {
        stackful_group_create_task(&tg, enter, &a, &lock, "Task A", 3);
        stackful_group_create_task(&tg, enter, &b, &lock, "Task B", 2);
    }
    stackful_end;
    puts("Both done");
}

/* async def nested(lock, name, depth):
 *     async with lock:
 *         print(f"{name} level {depth}: acquired")
 *         if depth > 0:
 *             await asyncio.sleep(0.1)
 *             await nested(lock, name, depth - 1)
 *         print(f"{name} level {depth}: released")
 */
STACKFUL_NAMED(nested, name, weft_lock *lock; const char *name; int depth;)
{
    stackful_with_lock(self->lock) {
        printf("%s level %d: acquired\n", self->name, self->depth);
        if (self->depth > 0) {
            stackful_sleep(WEFT_SECONDS(0.1));
            stackful_call(nested, self->lock, self->name, self->depth - 1);
        }
        printf("%s level %d: released\n", self->name, self->depth);
    }
    stackful_end;
}

/* async def deadlock():
 *     lock = asyncio.Lock()
 *     async with asyncio.TaskGroup() as tg:
 *         tg.create_task(nested(lock, "Task A", 3))
 *         tg.create_task(nested(lock, "Task B", 2))
 */
STACKFUL(deadlock)
{
    weft_lock lock = {0};
    weft_group tg = {0};
    WEFT_TASK(nested) a = {0}, b = {0};
    stackful_with_group(&tg) {
        stackful_group_create_task(&tg, nested, &a, &lock, "Task A", 3);
        stackful_group_create_task(&tg, nested, &b, &lock, "Task B", 2);
    }
    stackful_end;
}

LESSONS(lock, LESSON(resource), LESSON(counter), LESSON(reentrant), LESSON(deadlock));
