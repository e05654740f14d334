/* SPDX-License-Identifier: MIT */
/* Conditions: wait, while holding a lock, for a change that another task makes. */
#include "scenario.h"

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
WEFT_ASYNC(producer, const char *name; weft_condition *condition; struct list *buffer; int i;)
{
    for (self->i = 0; self->i < 3; self->i++) {
        weft_with_condition(self->condition) {
            while (self->buffer->length >= 1) {
                printf("%s waits for room\n", self->name);
                weft_condition_wait(self->condition);
            }
            append(self->buffer, text("Item%d", self->i));
            printf("%s added Item%d, buffer: %d\n", self->name, self->i, self->buffer->length);
            weft_check(weft_condition_notify(self->condition, 1));
        }
        weft_end;
        weft_sleep(WEFT_SECONDS(0.1));
    }
}
WEFT_ASYNC_END

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
WEFT_ASYNC(consumer, const char *name; weft_condition *condition; struct list *buffer; int i;)
{
    for (self->i = 0; self->i < 3; self->i++) {
        weft_with_condition(self->condition) {
            while (self->buffer->length == 0) {
                printf("%s waits for an item\n", self->name);
                weft_condition_wait(self->condition);
            }
            const struct text item = pop(self->buffer);
            printf("%s consumed %s, buffer: %d\n", self->name, item.s, self->buffer->length);
            weft_check(weft_condition_notify(self->condition, 1));
        }
        weft_end;
        weft_sleep(WEFT_SECONDS(0.4));
    }
}
WEFT_ASYNC_END

/* async def buffer():
 *     condition = asyncio.Condition()
 *     buffer = []
 *     async with asyncio.TaskGroup() as tg:
 *         tg.create_task(consumer("Consumer A"))
 *         tg.create_task(producer("Producer A"))
 *     print(f"Left in the buffer: {len(buffer)}")
 */
WEFT_ASYNC(buffer, weft_condition condition; struct list buffer; weft_group tg;
           WEFT_TASK(consumer) consumer; WEFT_TASK(producer) producer;)
{
    weft_with_group(&self->tg) {
        weft_group_create_task(&self->tg, consumer, &self->consumer, "Consumer A",
                               .condition = &self->condition, .buffer = &self->buffer);
        weft_group_create_task(&self->tg, producer, &self->producer, "Producer A",
                               .condition = &self->condition, .buffer = &self->buffer);
    }
    weft_end;
    printf("Left in the buffer: %d\n", self->buffer.length);
}
WEFT_ASYNC_END

LESSONS(condition, LESSON(buffer));
