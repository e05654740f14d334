/* SPDX-License-Identifier: MIT */
/* Futures: results that another task sets. */
#include "threads.h"

typedef THREAD_FUTURE(struct text) text_future;

/* async def resolve(future, text, delay=2):
 *     await asyncio.sleep(delay)
 *     future.set_result(text)
 *     print(f"Future resolved: {text}")
 */
THREAD(resolve, text_future *future; struct text text; int delay;)
{
    thread_check(thread_sleep(WEFT_SECONDS(self->delay ? self->delay : 2)));
    thread_check(thread_set_result(self->future, &self->text));
    printf("Future resolved: %s\n", self->text.s);
    return NULL;
}

/* async def result():
 *     future = asyncio.get_running_loop().create_future()
 *     task = asyncio.create_task(resolve(future, "the future is ready"))
 *     print(f"Received the future's result: {await future}")
 *     await task
 */
THREAD(result, text_future future; THREAD_TASK(resolve) task;)
{
    thread_create_future(&self->future);
    thread_create_task(resolve, &self->task, &self->future, text("the future is ready"));
    thread_check(thread_await(&self->future));
    printf("Received the future's result: %s\n", self->future.result.s);
    return thread_await(&self->task);
}

/* async def reject(future, text):
 *     await asyncio.sleep(1.5)
 *     future.set_exception(Fail(text))
 *     print(f"Future failed: {text}")
 */
THREAD(reject, text_future *future; struct text text; struct failure failure;)
{
    thread_check(thread_sleep(WEFT_SECONDS(1.5)));
    thread_check(thread_set_error(self->future, fail(&self->failure, self->text)));
    printf("Future failed: %s\n", self->text.s);
    return NULL;
}

/* async def error():
 *     future = asyncio.get_running_loop().create_future()
 *     task = asyncio.create_task(reject(future, "no connection to the database"))
 *     try:
 *         print(await future)
 *     except Fail as e:
 *         print(f"Caught: {e}")
 *     await task
 */
THREAD(error, text_future future; THREAD_TASK(reject) task;)
{
    thread_create_future(&self->future);
    thread_create_task(reject, &self->task, &self->future, text("no connection to the database"));
    const weft_error *const e = thread_await(&self->future);
    if (!e)
        puts(self->future.result.s);
    else if (weft_error_is(e, &fail_error))
        printf("Caught: %s\n", weft_error_text(e));
    else
        return e;
    return thread_await(&self->task);
}

/* async def timeout():
 *     start = now()
 *     future = asyncio.get_running_loop().create_future()
 *     late = asyncio.create_task(resolve(future, "too late"))
 *     try:
 *         async with asyncio.timeout(1):
 *             print(await future)
 *     except TimeoutError:
 *         print("Timeout: the future was not resolved in time")
 *         late.cancel()
 *     total(start)
 */
THREAD(timeout, text_future future; THREAD_TASK(resolve) late; struct thread_timeout limit;)
{
    const weft_time start = now();
    thread_create_future(&self->future);
    thread_create_task(resolve, &self->late, &self->future, text("too late"));
    thread_timeout_begin(&self->limit, WEFT_SECONDS(1));
    const weft_error *e = thread_await(&self->future);
    if (!e)
        puts(self->future.result.s);
    e = thread_timeout_end(&self->limit, e);
    if (e == &weft_timeout_error) {
        puts("Timeout: the future was not resolved in time");
        thread_cancel(&self->late);
    } else {
        thread_check(e);
    }
    total(start, NULL);
    return NULL;
}

/* async def callback():
 *     future = asyncio.get_running_loop().create_future()
 *     future.add_done_callback(lambda f: print(f"Callback: {f.result()}"))
 *     task = asyncio.create_task(resolve(future, "a future with a callback"))
 *     await task
 *     await asyncio.sleep(0)
 */
THREAD_LAMBDA(print_callback, text_future, f, printf("Callback: %s\n", f->result.s));

THREAD(callback, text_future future; THREAD_TASK(resolve) task;)
{
    thread_create_future(&self->future);
    thread_add_done_callback(&self->future, print_callback);
    thread_create_task(resolve, &self->task, &self->future, text("a future with a callback"));
    thread_check(thread_await(&self->task));
    return thread_sleep(0);
}

/* async def gather():
 *     loop = asyncio.get_running_loop()
 *     futures = [loop.create_future() for _ in range(3)]
 *     tasks = [asyncio.create_task(resolve(f, f"Result {i + 1}", 3 - i))
 *              for i, f in enumerate(futures)]
 *     for r in await asyncio.gather(*futures):
 *         print(f"Received: {r}")
 *     await asyncio.gather(*tasks)
 */
THREAD(gather, text_future futures[3]; THREAD_TASK(resolve) tasks[3];)
{
    for (int i = 0; i < 3; i++) {
        thread_create_future(&self->futures[i]);
        thread_create_task(resolve, &self->tasks[i], &self->futures[i], text("Result %d", i + 1),
                           3 - i);
    }
    thread_check(thread_gather(self->futures));
    for (int i = 0; i < 3; i++)
        printf("Received: %s\n", self->futures[i].result.s);
    return thread_gather(self->tasks);
}

LESSONS(future, LESSON(result), LESSON(error), LESSON(timeout), LESSON(callback), LESSON(gather));
