/* SPDX-License-Identifier: MIT */
/* Locks: one task at a time; a reentrant lock; and a task that waits for its own lock. */
#include "threads.h"

/* async def modify():
 *     nonlocal resource
 *     async with lock:
 *         print(f"Resource before modification: {resource}")
 *         resource += 1
 *         await asyncio.sleep(1)
 *         print(f"Resource after modification: {resource}")
 */
THREAD(modify, pthread_mutex_t *lock; int *resource;)
{
    pthread_mutex_lock(self->lock);
    printf("Resource before modification: %d\n", *self->resource);
    ++*self->resource;
    const weft_error *const e = thread_sleep(WEFT_SECONDS(1));
    if (!e)
        printf("Resource after modification: %d\n", *self->resource);
    pthread_mutex_unlock(self->lock);
    return e;
}

/* async def resource():
 *     lock = asyncio.Lock()
 *     resource = 0
 *     start = now()
 *     await asyncio.gather(*(modify() for _ in range(5)))
 *     total(start)
 */
THREAD(resource, pthread_mutex_t lock; int resource; THREAD_TASK(modify) all[5];)
{
    pthread_mutex_init(&self->lock, NULL);
    const weft_time start = now();
    for (int i = 0; i < 5; i++)
        thread_create_task(modify, &self->all[i], .lock = &self->lock, .resource = &self->resource);
    thread_check(thread_gather(self->all));
    total(start, NULL);
    pthread_mutex_destroy(&self->lock);
    return NULL;
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
THREAD(increment, const char *name; double delay; pthread_mutex_t *lock; int *counter;)
{
    pthread_mutex_lock(self->lock);
    printf("%s acquired the lock\n", self->name);
    const int current = *self->counter;
    const weft_error *const e = thread_sleep(WEFT_SECONDS(self->delay));
    if (!e) {
        *self->counter = current + 1;
        printf("%s releases the lock, counter: %d\n", self->name, *self->counter);
    }
    pthread_mutex_unlock(self->lock);
    return e;
}

/* async def counter():
 *     lock = asyncio.Lock()
 *     counter = 0
 *     async with asyncio.TaskGroup() as tg:
 *         for name, delay in (("Task A", 0.5), ("Task B", 0.3), ("Task C", 0.7), ("Task D", 0.2)):
 *             tg.create_task(increment(name, delay))
 *     print(f"Final counter: {counter}")
 */
THREAD(counter, pthread_mutex_t lock; int counter; struct thread_group tg;
       THREAD_TASK(increment) tasks[4];)
{
    static const char *const names[] = {"Task A", "Task B", "Task C", "Task D"};
    static const double delays[] = {0.5, 0.3, 0.7, 0.2};
    pthread_mutex_init(&self->lock, NULL);
    thread_group_begin(&self->tg);
    for (int i = 0; i < 4; i++)
        thread_group_create_task(&self->tg, increment, &self->tasks[i], names[i], delays[i],
                                 .lock = &self->lock, .counter = &self->counter);
    const weft_error *const e = thread_group_end(&self->tg, NULL);
    pthread_mutex_destroy(&self->lock);
    thread_check(e);
    printf("Final counter: %d\n", self->counter);
    return NULL;
}

/* async def enter(lock, name, depth):
 *     async with lock:
 *         print(f"{name} level {depth}: acquired")
 *         if depth > 0:
 *             await asyncio.sleep(0.1)
 *             await enter(lock, name, depth - 1)
 *         print(f"{name} level {depth}: released")
 */
THREAD(enter, pthread_mutex_t *lock; const char *name; int depth;)
{
    const weft_error *e = NULL;
    pthread_mutex_lock(self->lock);
    printf("%s level %d: acquired\n", self->name, self->depth);
    if (self->depth > 0) {
        e = thread_sleep(WEFT_SECONDS(0.1));
        if (!e)
            e = thread_call(enter, self->lock, self->name, self->depth - 1);
    }
    if (!e)
        printf("%s level %d: released\n", self->name, self->depth);
    pthread_mutex_unlock(self->lock);
    return e;
}

/* async def reentrant():
 *     lock = RLock()
 *     async with asyncio.TaskGroup() as tg:
 *         tg.create_task(enter(lock, "Task A", 3))
 *         tg.create_task(enter(lock, "Task B", 2))
 *     print("Both done")
 */
THREAD(reentrant, pthread_mutex_t lock; struct thread_group tg; THREAD_TASK(enter) a, b;)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&self->lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    thread_group_begin(&self->tg);
    thread_group_create_task(&self->tg, enter, &self->a, &self->lock, "Task A", 3);
    thread_group_create_task(&self->tg, enter, &self->b, &self->lock, "Task B", 2);
    const weft_error *const e = thread_group_end(&self->tg, NULL);
    pthread_mutex_destroy(&self->lock);
    thread_check(e);
    puts("Both done");
    return NULL;
}

/* async def nested(lock, name, depth):
 *     async with lock:
 *         print(f"{name} level {depth}: acquired")
 *         if depth > 0:
 *             await asyncio.sleep(0.1)
 *             await nested(lock, name, depth - 1)
 *         print(f"{name} level {depth}: released")
 */
THREAD(nested, pthread_mutex_t *lock; const char *name; int depth;)
{
    const weft_error *e = NULL;
    pthread_mutex_lock(self->lock);
    printf("%s level %d: acquired\n", self->name, self->depth);
    if (self->depth > 0) {
        e = thread_sleep(WEFT_SECONDS(0.1));
        if (!e)
            e = thread_call(nested, self->lock, self->name, self->depth - 1);
    }
    if (!e)
        printf("%s level %d: released\n", self->name, self->depth);
    pthread_mutex_unlock(self->lock);
    return e;
}

/* async def deadlock():
 *     lock = asyncio.Lock()
 *     async with asyncio.TaskGroup() as tg:
 *         tg.create_task(nested(lock, "Task A", 3))
 *         tg.create_task(nested(lock, "Task B", 2))
 */
THREAD(deadlock, pthread_mutex_t lock; struct thread_group tg; THREAD_TASK(nested) a, b;)
{
    thread_limit_lesson(WEFT_SECONDS(2));
    pthread_mutex_init(&self->lock, NULL);
    thread_group_begin(&self->tg);
    thread_group_create_task(&self->tg, nested, &self->a, &self->lock, "Task A", 3);
    thread_group_create_task(&self->tg, nested, &self->b, &self->lock, "Task B", 2);
    const weft_error *const e = thread_group_end(&self->tg, NULL);
    pthread_mutex_destroy(&self->lock);
    return e;
}

LESSONS(lock, LESSON(resource), LESSON(counter), LESSON(reentrant), LESSON(deadlock));
