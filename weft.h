/* weft: asyncio for C, without stacks. All of it.
 *
 *     Python                          C, in a coroutine                                header
 *
 *     async def f(a): ...             WEFT_ASYNC(f, int a;) { ... } WEFT_ASYNC_END     coroutine.h
 *     await f(1)                      weft_call(f, &self->f, .a = 1)
 *     c = f(1); await c               weft_begin(f, &self->c, .a = 1)
 *                                     weft_call_begun(&self->c)
 *     return x; return; raise e       weft_return_value(x), weft_return, weft_raise(e)
 *     try: except E as e: finally:    weft_try {} weft_catch(&E, e) {}
 *                                     weft_finally(&self->left) {} weft_end
 *     str(e), isinstance(e, E)        weft_error_text, weft_error_is                   error.h
 *     t = asyncio.create_task(f(1))   WEFT_TASK(f) t;                                  task.h
 *                                     weft_create_task(f, &self->t, .a = 1)
 *     create_task(f(1), eager_start=True)  weft_create_eager_task(f, &self->t, .a = 1)
 *     await asyncio.sleep(1.5)        weft_sleep(WEFT_SECONDS(1.5))                    time.h
 *     await t; t.done(); t.cancel()   weft_await(&self->t), weft_done, weft_cancel     awaitable.h
 *     t.exception(); t.cancelled()    weft_error_of, weft_cancelled
 *     t.add_done_callback(g)          weft_add_done_callback(&self->t, &self->h, g)
 *     lambda f: print(f.result())     WEFT_LAMBDA(g, type, f, printf(...));            handle.h
 *     loop.create_future()            WEFT_FUTURE(int) x; weft_create_future(&x)       future.h
 *     x.set_result(1)                 weft_set_result(&x, 1), weft_set_error
 *     loop.call_soon(g), call_later   weft_call_soon, weft_call_later                  handle.h
 *     asyncio.run(f(1))               weft_run(&loop, f, &t, .a = 1)                   loop.h
 *     runner.run(f(1)); close()       weft_runner_run(&loop, f, &t, .a = 1), weft_runner_close
 *     asyncio.get_running_loop()      weft_running_loop()                              task.h
 *     asyncio.all_tasks()             weft_first_task, weft_next_task                  report.h
 *     async with TaskGroup() as g:    weft_with_group(&self->g) { ... } weft_end       group.h
 *     g.create_task(f(1))             weft_group_create_task(&self->g, f, &t, .a = 1)
 *                                     weft_group_create_pooled(&self->g, f, &pool)     pool.h
 *     g.cancel()                      weft_group_cancel(&self->g)                      group.h
 *     for e in group.exceptions:      weft_first_error, weft_next_error                group.h
 *     async with timeout(1.5):        weft_with_timeout(&self->limit, WEFT_MS(1500))   timeout.h
 *                                     { ... } weft_end
 *     await asyncio.wait_for(t, 1)    weft_wait_for(&self->limit, &t, WEFT_SECONDS(1))
 *     await asyncio.gather(a, b)      WEFT_GATHER(2) g; weft_gather(&self->g, &a, &b)  gather.h
 *     gather(*a, ...)                 weft_gather_add, weft_gather_all, _collect
 *     gather(*(f(i) for i in ...))    WEFT_GATHER_OF(f, n), weft_gather_each, _collect_each
 *     await asyncio.wait({a, b})      WEFT_WAIT_SET(2) s; weft_wait_add(&s, &a)        wait_set.h
 *                                     weft_wait_all(&s, WEFT_FOREVER), weft_wait_first
 *     asyncio.as_completed({a, b})    weft_with_completed(&s, WEFT_FOREVER) { ... }
 *     await asyncio.shield(t)         weft_await_shielded(&self->shield, &t)           shield.h
 *     async with lock: ...            weft_with_lock(&lock) { ... } weft_end           lock.h
 *     with rlock: ...                 weft_with_rlock(&rlock) { ... } weft_end         rlock.h
 *     async with semaphore: ...       weft_with_semaphore(&semaphore) {} weft_end      semaphore.h
 *     await event.wait(); event.set() weft_event_wait(&event), weft_event_set          event.h
 *     async with condition: ...       weft_with_condition(&condition) {} weft_end      condition.h
 *     await condition.wait_for(...)   weft_condition_wait_for(&condition, ...)
 *     condition.notify()              weft_condition_notify(&condition, 1)
 *     await barrier.wait()            weft_barrier_wait(&barrier, &self->wait)         barrier.h
 *     queue = asyncio.Queue(8)        WEFT_QUEUE(int, 8) queue; weft_queue_init(&q)    queue.h
 *     await queue.put(1)              weft_queue_put(&queue, 1)
 *     x = await queue.get()           weft_queue_get(&queue, &self->x)
 *     await queue.join()              weft_queue_join(&queue), weft_queue_task_done
 *
 * Names that end in an underscore are the library's own.
 */
#ifndef WEFT_H
#define WEFT_H

#include "core/coroutine.h"
#include "core/future.h"
#include "core/handle.h"
#include "core/loop.h"
#include "core/port.h"
#include "core/report.h"
#include "core/task.h"
#include "core/time.h"
#include "primitives/barrier.h"
#include "primitives/condition.h"
#include "primitives/event.h"
#include "primitives/gather.h"
#include "primitives/group.h"
#include "primitives/lock.h"
#include "primitives/pool.h"
#include "primitives/queue.h"
#include "primitives/rlock.h"
#include "primitives/semaphore.h"
#include "primitives/shield.h"
#include "primitives/timeout.h"
#include "primitives/wait_set.h"

#endif
