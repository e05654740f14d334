/* SPDX-License-Identifier: MIT */
/* Queues: some tasks put items, other tasks get them. */
#include "threads.h"

typedef THREAD_QUEUE(struct text, 2) text_queue;

/* async def produce(name, items):
 *     for i in range(items):
 *         await queue.put(f"Item{i}")
 *         print(f"{name} put Item{i} (size: {queue.qsize()})")
 *         await asyncio.sleep(0.1)
 *     await queue.put(None)
 *     print(f"{name} finished")
 */
THREAD(produce, const char *name; int items; text_queue *queue;)
{
    for (int i = 0; i < self->items; i++) {
        const struct text item = text("Item%d", i);
        size_t size;
        thread_check(thread_queue_put(self->queue, &item, &size));
        printf("%s put Item%d (size: %zu)\n", self->name, i, size);
        thread_check(thread_sleep(WEFT_SECONDS(0.1)));
    }
    thread_check(thread_queue_put(self->queue, &none, NULL));
    printf("%s finished\n", self->name);
    return NULL;
}

/* async def consume(name):
 *     while (item := await queue.get()) is not None:
 *         print(f"{name} got {item}")
 *         await asyncio.sleep(0.3)
 *         results.append(f"{name} processed {item}")
 *         queue.task_done()
 *     queue.task_done()
 *     print(f"{name} finished")
 */
THREAD(consume, const char *name; text_queue *queue; struct list *results;)
{
    for (;;) {
        struct text item;
        thread_check(thread_queue_get(self->queue, &item));
        if (is_none(item))
            break;
        printf("%s got %s\n", self->name, item.s);
        thread_check(thread_sleep(WEFT_SECONDS(0.3)));
        append(self->results, text("%s processed %s", self->name, item.s));
        thread_check(thread_queue_task_done(self->queue));
    }
    thread_check(thread_queue_task_done(self->queue));
    printf("%s finished\n", self->name);
    return NULL;
}

/* async def producer():
 *     queue = asyncio.Queue(maxsize=2)
 *     results = []
 *     async with asyncio.TaskGroup() as tg:
 *         tg.create_task(produce("Producer A", 4))
 *         tg.create_task(consume("Consumer A"))
 *     await queue.join()
 *     for r in results:
 *         print(r)
 */
THREAD(producer, text_queue queue; struct list results; struct thread_group tg;
       THREAD_TASK(produce) producer; THREAD_TASK(consume) consumer;)
{
    thread_queue_init(&self->queue);
    thread_group_begin(&self->tg);
    thread_group_create_task(&self->tg, produce, &self->producer, "Producer A", 4,
                             .queue = &self->queue);
    thread_group_create_task(&self->tg, consume, &self->consumer, "Consumer A",
                             .queue = &self->queue, .results = &self->results);
    thread_check(thread_group_end(&self->tg, NULL));
    thread_check(thread_queue_join(&self->queue));
    thread_queue_destroy(&self->queue);
    for (int i = 0; i < self->results.length; i++)
        puts(self->results.items[i].s);
    return NULL;
}

LESSONS(queue, LESSON(producer));
