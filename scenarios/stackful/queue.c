/* SPDX-License-Identifier: MIT */
/* Queues: some tasks put items, other tasks get them. */
#include "lessons.h"

typedef WEFT_QUEUE(struct text, 2) text_queue;

STACKFUL_AWAIT(put, text_queue *queue; struct text item;, weft_queue_put(self->queue, self->item))
STACKFUL_AWAIT(get, text_queue *queue; struct text * item;, weft_queue_get(self->queue, self->item))
STACKFUL_AWAIT(join, text_queue *queue;, weft_queue_join(self->queue))

/* async def produce(name, items):
 *     for i in range(items):
 *         await queue.put(f"Item{i}")
 *         print(f"{name} put Item{i} (size: {queue.qsize()})")
 *         await asyncio.sleep(0.1)
 *     await queue.put(None)
 *     print(f"{name} finished")
 */
STACKFUL(produce, const char *name; int items; text_queue *queue;)
{
    for (int i = 0; i < self->items; i++) {
        stackful_call(put, self->queue, text("Item%d", i));
        printf("%s put Item%d (size: %zu)\n", self->name, i, weft_queue_size(self->queue));
        stackful_sleep(WEFT_SECONDS(0.1));
    }
    stackful_call(put, self->queue, none);
    printf("%s finished\n", self->name);
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
STACKFUL(consume, const char *name; text_queue *queue; struct list *results;)
{
    for (;;) {
        struct text item;
        stackful_call(get, self->queue, &item);
        if (is_none(item))
            break;
        printf("%s got %s\n", self->name, item.s);
        stackful_sleep(WEFT_SECONDS(0.3));
        append(self->results, text("%s processed %s", self->name, item.s));
        stackful_check(weft_queue_task_done(self->queue));
    }
    stackful_check(weft_queue_task_done(self->queue));
    printf("%s finished\n", self->name);
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
STACKFUL(producer)
{
    text_queue queue;
    struct list results = {0};
    weft_group tg = {0};
    WEFT_TASK(produce) producer = {0};
    WEFT_TASK(consume) consumer = {0};
    weft_queue_init(&queue);
    stackful_with_group(&tg) {
        stackful_group_create_task(&tg, produce, &producer, "Producer A", 4, .queue = &queue);
        stackful_group_create_task(&tg, consume, &consumer, "Consumer A", .queue = &queue,
                                   .results = &results);
    }
    stackful_end;
    stackful_call(join, &queue);
    for (int i = 0; i < results.length; i++)
        puts(results.items[i].s);
}

LESSONS(queue, LESSON(producer));
