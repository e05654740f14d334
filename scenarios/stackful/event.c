/* SPDX-License-Identifier: MIT */
/* Events: a flag that tasks can wait for. */
#include "lessons.h"

/* async def wait():
 *     print("Waiting for the event to be set")
 *     await event.wait()
 *     print("The event has been set, going on")
 */
STACKFUL(wait, weft_event *event;)
{
    puts("Waiting for the event to be set");
    stackful_event_wait(self->event);
    puts("The event has been set, going on");
}

/* async def set():
 *     await asyncio.sleep(2)
 *     event.set()
 *     print("The event is set")
 */
STACKFUL(set, weft_event *event;)
{
    stackful_sleep(WEFT_SECONDS(2));
    weft_event_set(self->event);
    puts("The event is set");
}

/* async def waiter():
 *     event = asyncio.Event()
 *     await asyncio.gather(wait(), set())
 */
STACKFUL(waiter)
{
    weft_event event = {0};
    WEFT_TASK(wait) wait = {0};
    WEFT_TASK(set) set = {0};
    WEFT_GATHER(2) both = {0};
    stackful_create_task(wait, &wait, .event = &event);
    stackful_create_task(set, &set, .event = &event);
    stackful_gather(&both, &wait, &set);
}

/* async def prepare():
 *     print("Producer starts preparing")
 *     await asyncio.sleep(2.0)
 *     print("Producer signals that it is ready")
 *     ready.set()
 */
STACKFUL(prepare, weft_event *ready;)
{
    puts("Producer starts preparing");
    stackful_sleep(WEFT_SECONDS(2));
    puts("Producer signals that it is ready");
    weft_event_set(self->ready);
}

/* async def consume(name):
 *     print(f"{name} waits for the producer")
 *     await ready.wait()
 *     print(f"{name} got the signal, processing")
 *     await asyncio.sleep(0.5)
 *     results.append(f"Data processed by {name}")
 */
STACKFUL(consume, struct text name; weft_event *ready; struct list *results;)
{
    printf("%s waits for the producer\n", self->name.s);
    stackful_event_wait(self->ready);
    printf("%s got the signal, processing\n", self->name.s);
    stackful_sleep(WEFT_SECONDS(0.5));
    append(self->results, text("Data processed by %s", self->name.s));
}

/* async def producer():
 *     ready = asyncio.Event()
 *     results = []
 *     async with asyncio.TaskGroup() as tg:
 *         tg.create_task(prepare())
 *         for c in "ABC":
 *             tg.create_task(consume(f"Consumer {c}"))
 *     for r in results:
 *         print(r)
 */
STACKFUL(producer)
{
    weft_event ready = {0};
    struct list results = {0};
    weft_group tg = {0};
    WEFT_TASK(prepare) producer = {0};
    WEFT_TASK(consume) consumers[3] = {0};
    stackful_with_group(&tg) {
        stackful_group_create_task(&tg, prepare, &producer, .ready = &ready);
        for (int i = 0; i < 3; i++)
            stackful_group_create_task(&tg, consume, &consumers[i], text("Consumer %c", "ABC"[i]),
                                       .ready = &ready, .results = &results);
    }
    stackful_end;
    for (int i = 0; i < results.length; i++)
        puts(results.items[i].s);
}

LESSONS(event, LESSON(waiter), LESSON(producer));
