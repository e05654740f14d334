/* SPDX-License-Identifier: MIT */
/* Events: a flag that tasks can wait for. */
#include "scenario.h"

/* async def wait():
 *     print("Waiting for the event to be set")
 *     await event.wait()
 *     print("The event has been set, going on")
 */
WEFT_ASYNC(wait, weft_event *event;)
{
    puts("Waiting for the event to be set");
    weft_event_wait(self->event);
    puts("The event has been set, going on");
}
WEFT_ASYNC_END

/* async def set():
 *     await asyncio.sleep(2)
 *     event.set()
 *     print("The event is set")
 */
WEFT_ASYNC(set, weft_event *event;)
{
    weft_sleep(WEFT_SECONDS(2));
    weft_event_set(self->event);
    puts("The event is set");
}
WEFT_ASYNC_END

/* async def waiter():
 *     event = asyncio.Event()
 *     await asyncio.gather(wait(), set())
 */
WEFT_ASYNC(waiter, weft_event event; WEFT_TASK(wait) wait; WEFT_TASK(set) set; WEFT_GATHER(2) both;)
{
    weft_create_task(wait, &self->wait, .event = &self->event);
    weft_create_task(set, &self->set, .event = &self->event);
    weft_gather(&self->both, &self->wait, &self->set);
}
WEFT_ASYNC_END

/* async def prepare():
 *     print("Producer starts preparing")
 *     await asyncio.sleep(2.0)
 *     print("Producer signals that it is ready")
 *     ready.set()
 */
WEFT_ASYNC(prepare, weft_event *ready;)
{
    puts("Producer starts preparing");
    weft_sleep(WEFT_SECONDS(2));
    puts("Producer signals that it is ready");
    weft_event_set(self->ready);
}
WEFT_ASYNC_END

/* async def consume(name):
 *     print(f"{name} waits for the producer")
 *     await ready.wait()
 *     print(f"{name} got the signal, processing")
 *     await asyncio.sleep(0.5)
 *     results.append(f"Data processed by {name}")
 */
WEFT_ASYNC(consume, struct text name; weft_event *ready; struct list *results;)
{
    printf("%s waits for the producer\n", self->name.s);
    weft_event_wait(self->ready);
    printf("%s got the signal, processing\n", self->name.s);
    weft_sleep(WEFT_SECONDS(0.5));
    append(self->results, text("Data processed by %s", self->name.s));
}
WEFT_ASYNC_END

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
WEFT_ASYNC(producer, weft_event ready; struct list results; weft_group tg;
           WEFT_TASK(prepare) producer; WEFT_TASK(consume) consumers[3];)
{
    weft_with_group(&self->tg) {
        weft_group_create_task(&self->tg, prepare, &self->producer, .ready = &self->ready);
        for (int i = 0; i < 3; i++)
            weft_group_create_task(&self->tg, consume, &self->consumers[i],
                                   text("Consumer %c", "ABC"[i]), .ready = &self->ready,
                                   .results = &self->results);
    }
    weft_end;
    for (int i = 0; i < self->results.length; i++)
        puts(self->results.items[i].s);
}
WEFT_ASYNC_END

LESSONS(event, LESSON(waiter), LESSON(producer));
