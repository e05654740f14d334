/* SPDX-License-Identifier: MIT */
/* Events: a flag that tasks can wait for. */
#include "threads.h"

/* async def wait():
 *     print("Waiting for the event to be set")
 *     await event.wait()
 *     print("The event has been set, going on")
 */
THREAD(wait, struct thread_event *event;)
{
    puts("Waiting for the event to be set");
    thread_check(thread_event_wait(self->event));
    puts("The event has been set, going on");
    return NULL;
}

/* async def set():
 *     await asyncio.sleep(2)
 *     event.set()
 *     print("The event is set")
 */
THREAD(set, struct thread_event *event;)
{
    thread_check(thread_sleep(WEFT_SECONDS(2)));
    thread_event_set(self->event);
    puts("The event is set");
    return NULL;
}

/* async def waiter():
 *     event = asyncio.Event()
 *     await asyncio.gather(wait(), set())
 */
THREAD(waiter, struct thread_event event; THREAD_TASK(wait) wait; THREAD_TASK(set) set;)
{
    thread_event_init(&self->event);
    thread_create_task(wait, &self->wait, .event = &self->event);
    thread_create_task(set, &self->set, .event = &self->event);
    thread_check(thread_await(&self->wait));
    thread_check(thread_await(&self->set));
    thread_event_destroy(&self->event);
    return NULL;
}

/* async def prepare():
 *     print("Producer starts preparing")
 *     await asyncio.sleep(2.0)
 *     print("Producer signals that it is ready")
 *     ready.set()
 */
THREAD(prepare, struct thread_event *ready;)
{
    puts("Producer starts preparing");
    thread_check(thread_sleep(WEFT_SECONDS(2)));
    puts("Producer signals that it is ready");
    thread_event_set(self->ready);
    return NULL;
}

/* async def consume(name):
 *     print(f"{name} waits for the producer")
 *     await ready.wait()
 *     print(f"{name} got the signal, processing")
 *     await asyncio.sleep(0.5)
 *     results.append(f"Data processed by {name}")
 */
THREAD(consume, struct text name; struct thread_event *ready; pthread_mutex_t *lock;
       struct list *results;)
{
    printf("%s waits for the producer\n", self->name.s);
    thread_check(thread_event_wait(self->ready));
    printf("%s got the signal, processing\n", self->name.s);
    thread_check(thread_sleep(WEFT_SECONDS(0.5)));
    pthread_mutex_lock(self->lock);
    append(self->results, text("Data processed by %s", self->name.s));
    pthread_mutex_unlock(self->lock);
    return NULL;
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
THREAD(producer, struct thread_event ready; pthread_mutex_t lock; struct list results;
       struct thread_group tg; THREAD_TASK(prepare) producer; THREAD_TASK(consume) consumers[3];)
{
    thread_event_init(&self->ready);
    pthread_mutex_init(&self->lock, NULL);
    thread_group_begin(&self->tg);
    thread_group_create_task(&self->tg, prepare, &self->producer, .ready = &self->ready);
    for (int i = 0; i < 3; i++)
        thread_group_create_task(&self->tg, consume, &self->consumers[i],
                                 text("Consumer %c", "ABC"[i]), .ready = &self->ready,
                                 .lock = &self->lock, .results = &self->results);
    const weft_error *const e = thread_group_end(&self->tg, NULL);
    pthread_mutex_destroy(&self->lock);
    thread_event_destroy(&self->ready);
    thread_check(e);
    for (int i = 0; i < self->results.length; i++)
        puts(self->results.items[i].s);
    return NULL;
}

LESSONS(event, LESSON(waiter), LESSON(producer));
