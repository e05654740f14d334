/* SPDX-License-Identifier: MIT */
/* Conditions: wait, while holding a lock, for a change that another task makes. */
#include "lessons.h"

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
STACKFUL(producer, const char *name; weft_condition *condition; struct list *buffer;)
{
    for (int i = 0; i < 3; i++) {
        stackful_with_condition(self->condition) {
            while (self->buffer->length >= 1) {
                printf("%s waits for room\n", self->name);
                stackful_condition_wait(self->condition);
            }
            append(self->buffer, text("Item%d", i));
            printf("%s added Item%d, buffer: %d\n", self->name, i, self->buffer->length);
            stackful_check(weft_condition_notify(self->condition, 1));
        }
        stackful_end;
        stackful_sleep(WEFT_SECONDS(0.1));
    }
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
STACKFUL(consumer, const char *name; weft_condition *condition; struct list *buffer;)
{
    for (int i = 0; i < 3; i++) {
        stackful_with_condition(self->condition) {
            while (self->buffer->length == 0) {
                printf("%s waits for an item\n", self->name);
                stackful_condition_wait(self->condition);
            }
            const struct text item = pop(self->buffer);
            printf("%s consumed %s, buffer: %d\n", self->name, item.s, self->buffer->length);
            stackful_check(weft_condition_notify(self->condition, 1));
        }
        stackful_end;
        stackful_sleep(WEFT_SECONDS(0.4));
    }
}

/* async def buffer():
 *     condition = asyncio.Condition()
 *     buffer = []
 *     async with asyncio.TaskGroup() as tg:
 *         tg.create_task(consumer("Consumer A"))
 *         tg.create_task(producer("Producer A"))
 *     print(f"Left in the buffer: {len(buffer)}")
 */
STACKFUL(buffer)
{
    weft_condition condition = {0};
    struct list buffer = {0};
    weft_group tg = {0};
    WEFT_TASK(consumer) consumer = {0};
    WEFT_TASK(producer) producer = {0};
    stackful_with_group(&tg) {
        stackful_group_create_task(&tg, consumer, &consumer, "Consumer A", .condition = &condition,
                                   .buffer = &buffer);
        stackful_group_create_task(&tg, producer, &producer, "Producer A", .condition = &condition,
                                   .buffer = &buffer);
    }
    stackful_end;
    printf("Left in the buffer: %d\n", buffer.length);
}

LESSONS(condition, LESSON(buffer));
