/* SPDX-License-Identifier: MIT */
/* weft: asyncio for C, without stacks. Includes every header but two (see below).
 *
 * The table says what C has for each part of Python's asyncio. A header in the last column is for
 * its row and the rows below, up to the next header. A row in parentheses has no function in
 * asyncio. doc/glossary.md explains the words of all headers.
 *
 * Python                              C, in a coroutine                                header
 *
 * async def f(a): ...                 WEFT_ASYNC(f, int a;) { ... } WEFT_ASYNC_END     coroutine.h
 * await f(1)                          weft_call(f, &self->f, .a = 1)                   arguments.h
 * c = f(1); await c                   weft_begin(f, &self->c, .a = 1)
 *                                     weft_call_begun(&self->c)
 * return x; return; raise e           weft_return_value(x), weft_return, weft_raise(e)
 * t.set_name("a")                     WEFT_ASYNC_NAMED(f, name, const char *name;)
 * try: except E as e: finally:        weft_try {} weft_catch(&E, e) {}                 blocks.h
 *                                     weft_finally(&self->left) {} weft_end
 * str(e), isinstance(e, E)            weft_error_text, weft_error_is                   error.h
 * t = asyncio.create_task(f(1))       WEFT_TASK(f) t;                                  task.h
 *                                     weft_create_task(f, &self->t, .a = 1)
 * ... eager_start=True                weft_create_eager_task(f, &self->t, .a = 1)
 * loop.create_task(f(1))              weft_loop_create_task(&loop, f, &t, .a = 1), in callbacks too
 * await asyncio.sleep(1.5)            weft_sleep(WEFT_SECONDS(1.5))
 * asyncio.all_tasks(loop)             weft_first_task, weft_next_task
 * t.get_stack()                       weft_task_innermost, weft_task_caller
 * get_running_loop(), current_task()  weft_running_loop(), weft_current_task()
 * current_task(loop)                  weft_loop_current_task(&loop)
 * t.cancelling(), t.uncancel()        weft_cancelling(&t.task), weft_uncancel(&t.task)
 * await t; t.done(); t.cancel()       weft_await(&self->t), weft_done, weft_cancel     awaitable.h
 * t.exception(); t.cancelled()        weft_error_of, weft_cancelled
 * t.result()                          self->t.frame.result, x.result
 * t.add_done_callback(g)              weft_add_done_callback(&self->t, &self->h, g)
 * t.remove_done_callback(g)           weft_handle_cancel(&loop, &self->h)              handle.h
 * lambda f: print(f.result())         WEFT_LAMBDA(g, type, f, printf(...));
 * call_soon(g), call_later, call_at   weft_call_soon, weft_call_later, weft_call_at
 * handle.cancel()                     weft_handle_cancel(&loop, &handle)
 * loop.create_future()                WEFT_FUTURE(int) x; weft_create_future(&x)       future.h
 * x.set_result(1), set_exception(e)   weft_set_result(&x, 1), weft_set_error(&x, &e)
 * x.set_result(None)                  weft_future x; weft_set_done(&x)
 * asyncio.run(f(1))                   weft_run(&loop, f, &t, .a = 1)                   loop.h
 * runner.run(f(1)); close()           weft_runner_run(&loop, f, &t, .a = 1), weft_runner_close
 * new_event_loop(); loop.close()      weft_loop_init(&loop, &backend), weft_loop_close
 * loop.run_until_complete(t)          weft_run_until_complete(&loop, &t)
 * (the end of asyncio.run)            weft_shutdown(&loop)
 * loop.run_forever(), stop(), time()  weft_run_forever, weft_stop, weft_loop_time
 * loop.set_exception_handler(g)       weft_set_exception_handler(&loop, g)
 * loop.stop(); loop.run_forever()     weft_run_once(&loop); weft_next_run(&loop)
 * loop.add_reader(fd, future.set...)  weft_wait_readable(fd), weft_wait_writable(fd)   descriptor.h
 * loop.add_reader(fd, g), add_writer  weft_call_when_readable(&loop, &handle, fd, g)
 * loop.call_soon_threadsafe(g)        weft_threadsafe_open(&loop, &handle, g)          threadsafe.h
 *                                     weft_call_soon_threadsafe(&handle)
 * loop.add_signal_handler(SIGINT, g)  weft_call_soon_threadsafe in a signal handler
 * run_in_executor(f)                  weft_call_soon_threadsafe in a thread; g sets a future
 * SelectorEventLoop                   weft_select_init(&select)                        select.h
 * (selectors.PollSelector)            weft_poll_init(&poll, 0)                         poll.h
 * (selectors.EpollSelector)           weft_epoll_init(&epoll)                          epoll.h
 *                                     weft_virtual_init(&clock)                        virtual.h
 * t.get_name()                        weft_task_name(&t.task)                          report.h
 * frame.f_lineno                      weft_frame_location(frame)
 * python -m asyncio pstree            weft_dump(&loop, write, to), weft_dump_deadlock  dump.h
 * faulthandler.register(SIGQUIT)      WEFT_DUMP_ON_QUIT(quit);                         on_quit.h
 *                                     weft_dump_on_quit(&loop, &quit)
 * (thread.daemon = True)              weft_set_daemon(&t.task, true), weft_is_daemon   daemon.h
 * loop.set_debug(True), get_debug()   weft_set_debug(&loop, true), weft_get_debug      debug.h
 * loop.slow_callback_duration = 0.1   weft_set_slow_call(&loop, WEFT_MS(100))
 * (a call in place of the message)    weft_set_watchdog(&loop, WEFT_MS(100), g)        watchdog.h
 *                                     weft_set_observer(&loop, &observer)              observer.h
 *                                     weft_recorder_init(&r, records, n, WEFT_KEEP_NEWEST)
 *                                     weft_recorder_write(&r, write, to)               recorder.h
 * (the default exception handler)     weft_print_unretrieved_error                print_error.h
 * async with TaskGroup() as g:        weft_with_group(&self->g) { ... } weft_end       group.h
 * g.create_task(f(1))                 weft_group_create_task(&self->g, f, &t, .a = 1)
 *                                     weft_group_start_task(...), in callbacks too
 * ... eager_start=True                weft_group_create_eager_task(&self->g, f, &t, .a = 1)
 *                                     weft_group_create_pooled(&self->g, f, &pool)     pool.h
 * g.cancel()                          weft_group_cancel(&self->g)                      group.h
 * for e in group.exceptions:          weft_first_error, weft_next_error
 * len(group.exceptions)               weft_count_errors(error)
 * async with timeout(1.5):            weft_with_timeout(&self->limit, WEFT_MS(1500))   timeout.h
 *                                     { ... } weft_end
 * async with timeout_at(when):        weft_with_timeout_at(&self->limit, when)
 * limit.reschedule(when)              weft_timeout_reschedule(&limit, when)
 * limit.when(), expired()             weft_timeout_when, weft_timeout_expired
 * await asyncio.wait_for(t, 1)        weft_wait_for(&self->limit, &t, WEFT_SECONDS(1))
 * await asyncio.gather(a, b)          WEFT_GATHER(2) g; weft_gather(&self->g, &a, &b)  gather.h
 * gather(*a), return_exceptions=True  weft_gather_add, weft_gather_all, weft_gather_collect
 * gather(*(f(i) for i in ...))        WEFT_GATHER_OF(f, n) g; weft_gather_each(&g, i, f, ...)
 * await asyncio.wait({a, b})          WEFT_WAIT_SET(2) s; weft_wait_add(&s, &a)        wait_set.h
 *                                     weft_wait_all(&s, WEFT_FOREVER)
 * FIRST_COMPLETED, FIRST_EXCEPTION    weft_wait_first, weft_wait_first_error
 * done, s = await asyncio.wait(s)     weft_wait_all(...), weft_wait_pending(&s)
 * asyncio.as_completed({a, b})        weft_with_completed(&s, WEFT_FOREVER) { ... }
 *                                     weft_next_completed(&s, &self->which)
 * await asyncio.shield(t)             weft_await_shielded(&self->shield, &t)           shield.h
 * async with lock: ...                weft_with_lock(&lock) { ... } weft_end           lock.h
 * await lock.acquire(); release()     weft_lock_acquire(&lock), weft_lock_release
 * lock.locked()                       weft_lock_locked(&lock)
 * with rlock: ...                     weft_with_rlock(&rlock) { ... } weft_end         rlock.h
 * Semaphore(2), BoundedSemaphore(2)   WEFT_SEMAPHORE(2), WEFT_BOUNDED_SEMAPHORE(2)     semaphore.h
 * async with semaphore: ...           weft_with_semaphore(&semaphore) { ... } weft_end
 * semaphore.acquire(), release()      weft_semaphore_acquire, weft_semaphore_release
 * await event.wait(); event.set()     weft_event_wait(&event), weft_event_set          event.h
 * event.clear(), is_set()             weft_event_clear, weft_event_is_set
 * async with condition: ...           weft_with_condition(&condition) { ... } weft_end condition.h
 * condition.acquire(), release()      weft_condition_acquire, weft_condition_release
 * await condition.wait()              weft_condition_wait(&condition)
 * await condition.wait_for(...)       weft_condition_wait_for(&condition, ...)
 * condition.notify(), notify_all()    weft_condition_notify, weft_condition_notify_all
 * barrier = asyncio.Barrier(3)        weft_barrier barrier = WEFT_BARRIER(3)           barrier.h
 * await barrier.wait()                weft_barrier_wait(&barrier, &self->wait)
 * await barrier.reset(), abort()      weft_barrier_reset(&barrier), weft_barrier_abort
 * barrier.n_waiting, broken           weft_barrier_waiting, weft_barrier_broken
 * q = asyncio.Queue(8)                WEFT_QUEUE(int, 8) q; weft_queue_init(&q)        queue.h
 * LifoQueue(8), PriorityQueue(8)      weft_lifo_queue_init, weft_priority_queue_init
 * Queue()                             WEFT_UNBOUNDED_QUEUE(struct item, node) q;
 *                                     weft_queue_put_item(&q, item), weft_queue_get_item
 * await q.put(1)                      weft_queue_put(&q, 1)
 * x = await q.get()                   weft_queue_get(&q, &self->x)
 * q.put_nowait(1), get_nowait()       weft_queue_put_nowait, weft_queue_get_nowait
 * q.qsize(), empty(), full()          weft_queue_size, weft_queue_empty, weft_queue_full
 * await q.join(); task_done()         weft_queue_join(&q), weft_queue_task_done
 * q.shutdown()                        weft_queue_shutdown(&q), weft_queue_shutdown_now
 * (bytes from an interrupt)           weft_byte_ring_open(&loop, &r, bytes, size)      byte_ring.h
 *                                     weft_byte_ring_put(&r, c), in the interrupt
 *                                     weft_byte_ring_get(&r, &self->c)
 * sys.version                         WEFT_VERSION, weft_version()                     version.h
 *
 * weft.h leaves out some headers of core/backend/: poll.h, epoll.h, and those for machines without
 * an operating system, tickless.h, periodic.h and machine.h. A program that uses one of these
 * backends includes its header by name. Names that end in an underscore are private.
 */
#ifndef WEFT_H
#define WEFT_H

#include "core/coroutine.h" /* first: the shortest trace in a compiler's messages */

#if __STDC_HOSTED__ && !defined(WEFT_FREESTANDING)
#include "core/backend/select.h"
#include "core/inspect/debug.h"
#include "core/inspect/on_quit.h"
#endif
#include "core/arguments.h"
#include "core/backend.h"
#include "core/backend/virtual.h"
#include "core/blocks.h"
#include "core/descriptor.h"
#include "core/future.h"
#include "core/handle.h"
#include "core/inspect/daemon.h"
#include "core/inspect/dump.h"
#include "core/inspect/observer.h"
#include "core/inspect/recorder.h"
#include "core/inspect/report.h"
#include "core/inspect/watchdog.h"
#include "core/loop.h"
#include "core/step.h"
#include "core/task.h"
#include "core/threadsafe.h"
#include "core/time.h"
#include "core/version.h"
#include "primitives/barrier.h"
#include "primitives/byte_ring.h"
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
