/* SPDX-License-Identifier: MIT */
/* Semaphores: a limited number of tasks at a time. */
#include "threads.h"

/* async def access(id):
 *     async with semaphore:
 *         print(f"Accessing resource {id}")
 *         await asyncio.sleep(1)
 *         print(f"Releasing resource {id}")
 */
THREAD(access, int id; sem_t *semaphore;)
{
    sem_wait(self->semaphore);
    printf("Accessing resource %d\n", self->id);
    const weft_error *const e = thread_sleep(WEFT_SECONDS(1));
    if (!e)
        printf("Releasing resource %d\n", self->id);
    sem_post(self->semaphore);
    return e;
}

/* async def resource():
 *     semaphore = asyncio.Semaphore(2)
 *     start = now()
 *     await asyncio.gather(*(access(i) for i in range(5)))
 *     total(start)
 */
THREAD(resource, sem_t semaphore; THREAD_TASK(access) all[5];)
{
    sem_init(&self->semaphore, 0, 2);
    const weft_time start = now();
    for (int i = 0; i < 5; i++)
        thread_create_task(access, &self->all[i], i, .semaphore = &self->semaphore);
    thread_check(thread_gather(self->all));
    total(start, NULL);
    sem_destroy(&self->semaphore);
    return NULL;
}

/* async def worker(name, work):
 *     nonlocal free
 *     async with semaphore:
 *         free -= 1
 *         print(f"{name} acquired the semaphore (free: {free})")
 *         await asyncio.sleep(work)
 *         free += 1
 *         print(f"{name} released the semaphore")
 *         return f"Work of {name} done"
 */
THREAD(worker, struct text name; double work; sem_t *semaphore; pthread_mutex_t *lock; int *free;
       struct text result;)
{
    sem_wait(self->semaphore);
    pthread_mutex_lock(self->lock); /* up to three threads are here at a time */
    --*self->free;
    printf("%s acquired the semaphore (free: %d)\n", self->name.s, *self->free);
    pthread_mutex_unlock(self->lock);
    const weft_error *const e = thread_sleep(WEFT_SECONDS(self->work));
    pthread_mutex_lock(self->lock);
    ++*self->free;
    if (!e) {
        printf("%s released the semaphore\n", self->name.s);
        self->result = text("Work of %s done", self->name.s);
    }
    pthread_mutex_unlock(self->lock);
    sem_post(self->semaphore);
    return e;
}

/* async def workers():
 *     semaphore = asyncio.Semaphore(3)
 *     free = 3
 *     async with asyncio.TaskGroup() as tg:
 *         tasks = [tg.create_task(worker(f"Worker{i + 1}", 1.0 + i * 0.2)) for i in range(6)]
 *     for t in tasks:
 *         print(t.result())
 */
THREAD(workers, sem_t semaphore; pthread_mutex_t lock; int free; struct thread_group tg;
       THREAD_TASK(worker) tasks[6];)
{
    sem_init(&self->semaphore, 0, 3);
    pthread_mutex_init(&self->lock, NULL);
    self->free = 3;
    thread_group_begin(&self->tg);
    for (int i = 0; i < 6; i++)
        thread_group_create_task(&self->tg, worker, &self->tasks[i], text("Worker%d", i + 1),
                                 1 + i * 0.2, .semaphore = &self->semaphore, .lock = &self->lock,
                                 .free = &self->free);
    const weft_error *const e = thread_group_end(&self->tg, NULL);
    pthread_mutex_destroy(&self->lock);
    sem_destroy(&self->semaphore);
    thread_check(e);
    for (int i = 0; i < 6; i++)
        puts(self->tasks[i].frame.result.s);
    return NULL;
}

LESSONS(semaphore, LESSON(resource), LESSON(workers));
