/* SPDX-License-Identifier: MIT */
/* Conditions: wait, while holding a lock, for a change that another task makes. */
#include "threads.h"

/* async def producer(name):
 *     for i in range(3):
 *         async with condition:
 *             while len(buffer) >= 1:
 *                 print(f"{name} waits for room")
 *                 await condition.wait()
 *             buffer.append(f"Item{i}")
 *             print(f"{name} added Item{i}, buffer: {len(buffer)}")
 *             condition.notify()
 *         await asyncio.sleep(0.1)
 */
THREAD(producer, const char *name; pthread_mutex_t *lock; pthread_cond_t *condition;
       struct list *buffer;)
{
    for (int i = 0; i < 3; i++) {
        pthread_mutex_lock(self->lock);
        while (self->buffer->length >= 1) {
            printf("%s waits for room\n", self->name);
            pthread_cond_wait(self->condition, self->lock);
        }
        append(self->buffer, text("Item%d", i));
        printf("%s added Item%d, buffer: %d\n", self->name, i, self->buffer->length);
        pthread_cond_signal(self->condition);
        pthread_mutex_unlock(self->lock);
        thread_check(thread_sleep(WEFT_SECONDS(0.1)));
    }
    return NULL;
}

/* async def consumer(name):
 *     for _ in range(3):
 *         async with condition:
 *             while not buffer:
 *                 print(f"{name} waits for an item")
 *                 await condition.wait()
 *             item = buffer.pop(0)
 *             print(f"{name} consumed {item}, buffer: {len(buffer)}")
 *             condition.notify()
 *         await asyncio.sleep(0.4)
 */
THREAD(consumer, const char *name; pthread_mutex_t *lock; pthread_cond_t *condition;
       struct list *buffer;)
{
    for (int i = 0; i < 3; i++) {
        pthread_mutex_lock(self->lock);
        while (self->buffer->length == 0) {
            printf("%s waits for an item\n", self->name);
            pthread_cond_wait(self->condition, self->lock);
        }
        const struct text item = pop(self->buffer);
        printf("%s consumed %s, buffer: %d\n", self->name, item.s, self->buffer->length);
        pthread_cond_signal(self->condition);
        pthread_mutex_unlock(self->lock);
        thread_check(thread_sleep(WEFT_SECONDS(0.4)));
    }
    return NULL;
}

/* async def buffer():
 *     condition = asyncio.Condition()
 *     buffer = []
 *     async with asyncio.TaskGroup() as tg:
 *         tg.create_task(consumer("Consumer A"))
 *         tg.create_task(producer("Producer A"))
 *     print(f"Left in the buffer: {len(buffer)}")
 */
THREAD(buffer, pthread_mutex_t lock; pthread_cond_t condition; struct list buffer;
       struct thread_group tg; THREAD_TASK(consumer) consumer; THREAD_TASK(producer) producer;)
{
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->condition, NULL);
    thread_group_begin(&self->tg);
    thread_group_create_task(&self->tg, consumer, &self->consumer, "Consumer A",
                             .lock = &self->lock, .condition = &self->condition,
                             .buffer = &self->buffer);
    thread_group_create_task(&self->tg, producer, &self->producer, "Producer A",
                             .lock = &self->lock, .condition = &self->condition,
                             .buffer = &self->buffer);
    const weft_error *const e = thread_group_end(&self->tg, NULL);
    pthread_cond_destroy(&self->condition);
    pthread_mutex_destroy(&self->lock);
    thread_check(e);
    printf("Left in the buffer: %d\n", self->buffer.length);
    return NULL;
}

LESSONS(condition, LESSON(buffer));
