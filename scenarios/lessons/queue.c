/* SPDX-License-Identifier: MIT */
/* Queues: some tasks put items, other tasks get them. */
#include "scenario.h"

typedef WEFT_QUEUE(struct text, 2) text_queue;

/* async def produce(name, items):
 *     for i in range(items):
 *         await queue.put(f"Item{i}")
 *         print(f"{name} put Item{i} (size: {queue.qsize()})")
 *         await asyncio.sleep(0.1)
 *     await queue.put(None)
 *     print(f"{name} finished")
 */
WEFT_ASYNC(produce, const char *name; int items, i; text_queue *queue;)
{
    for (self->i = 0; self->i < self->items; self->i++) {
        weft_queue_put(self->queue, text("Item%d", self->i));
        printf("%s put Item%d (size: %zu)\n", self->name, self->i, weft_queue_size(self->queue));
        weft_sleep(WEFT_SECONDS(0.1));
    }
    weft_queue_put(self->queue, none);
    printf("%s finished\n", self->name);
}
WEFT_ASYNC_END

/* async def consume(name):
 *     while (item := await queue.get()) is not None:
 *         print(f"{name} got {item}")
 *         await asyncio.sleep(0.3)
 *         results.append(f"{name} processed {item}")
 *         queue.task_done()
 *     queue.task_done()
 *     print(f"{name} finished")
 */
WEFT_ASYNC(consume, const char *name; text_queue *queue; struct list *results; struct text item;)
{
    for (;;) {
        weft_queue_get(self->queue, &self->item);
        if (is_none(self->item))
            break;
        printf("%s got %s\n", self->name, self->item.s);
        weft_sleep(WEFT_SECONDS(0.3));
        append(self->results, text("%s processed %s", self->name, self->item.s));
        weft_check(weft_queue_task_done(self->queue));
    }
    weft_check(weft_queue_task_done(self->queue));
    printf("%s finished\n", self->name);
}
WEFT_ASYNC_END

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
WEFT_ASYNC(producer, text_queue queue; struct list results; weft_group tg;
           WEFT_TASK(produce) producer; WEFT_TASK(consume) consumer;)
{
    weft_queue_init(&self->queue);
    weft_with_group(&self->tg) {
        weft_group_create_task(&self->tg, produce, &self->producer, "Producer A", 4,
                               .queue = &self->queue);
        weft_group_create_task(&self->tg, consume, &self->consumer, "Consumer A",
                               .queue = &self->queue, .results = &self->results);
    }
    weft_end;
    weft_queue_join(&self->queue);
    for (int i = 0; i < self->results.length; i++)
        puts(self->results.items[i].s);
}
WEFT_ASYNC_END

LESSONS(queue, LESSON(producer));
