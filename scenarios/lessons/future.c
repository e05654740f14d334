/* SPDX-License-Identifier: MIT */
/* Futures: results that another task sets. */
#include "scenario.h"

typedef WEFT_FUTURE(struct text) text_future;

/* async def resolve(future, text, delay=2):
 *     await asyncio.sleep(delay)
 *     future.set_result(text)
 *     print(f"Future resolved: {text}")
 */
WEFT_ASYNC(resolve, text_future *future; struct text text; int delay;)
{
    weft_sleep(WEFT_SECONDS(self->delay ? self->delay : 2));
    weft_check(weft_set_result(self->future, self->text));
    printf("Future resolved: %s\n", self->text.s);
}
WEFT_ASYNC_END

/* async def result():
 *     future = asyncio.get_running_loop().create_future()
 *     task = asyncio.create_task(resolve(future, "the future is ready"))
 *     print(f"Received the future's result: {await future}")
 *     await task
 */
WEFT_ASYNC(result, text_future future; WEFT_TASK(resolve) task;)
{
    weft_create_future(&self->future);
    weft_create_task(resolve, &self->task, &self->future, text("the future is ready"));
    weft_await(&self->future);
    printf("Received the future's result: %s\n", self->future.result.s);
    weft_await(&self->task);
}
WEFT_ASYNC_END

/* async def reject(future, text):
 *     await asyncio.sleep(1.5)
 *     future.set_exception(Fail(text))
 *     print(f"Future failed: {text}")
 */
WEFT_ASYNC(reject, text_future *future; struct text text; struct failure failure;)
{
    weft_sleep(WEFT_SECONDS(1.5));
    weft_check(weft_set_error(self->future, fail(&self->failure, self->text)));
    printf("Future failed: %s\n", self->text.s);
}
WEFT_ASYNC_END

/* async def error():
 *     future = asyncio.get_running_loop().create_future()
 *     task = asyncio.create_task(reject(future, "no connection to the database"))
 *     try:
 *         print(await future)
 *     except Fail as e:
 *         print(f"Caught: {e}")
 *     await task
 */
WEFT_ASYNC(error, text_future future; WEFT_TASK(reject) task; const weft_error *e;)
{
    weft_create_future(&self->future);
    weft_create_task(reject, &self->task, &self->future, text("no connection to the database"));
    weft_try {
        weft_await(&self->future);
        puts(self->future.result.s);
    }
    weft_catch(&fail_error, self->e)
        printf("Caught: %s\n", weft_error_text(self->e));
    weft_end;
    weft_await(&self->task);
}
WEFT_ASYNC_END

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
WEFT_ASYNC(timeout, weft_time start; text_future future; WEFT_TASK(resolve) late;
           weft_timeout limit;)
{
    self->start = now();
    weft_create_future(&self->future);
    weft_create_task(resolve, &self->late, &self->future, text("too late"));
    weft_try {
        weft_with_timeout(&self->limit, WEFT_SECONDS(1)) {
            weft_await(&self->future);
            puts(self->future.result.s);
        }
        weft_end;
    }
    weft_catch(&weft_timeout_error) {
        puts("Timeout: the future was not resolved in time");
        weft_cancel(&self->late);
    }
    weft_end;
    total(self->start, NULL);
}
WEFT_ASYNC_END

/* async def callback():
 *     future = asyncio.get_running_loop().create_future()
 *     future.add_done_callback(lambda f: print(f"Callback: {f.result()}"))
 *     task = asyncio.create_task(resolve(future, "a future with a callback"))
 *     await task
 *     await asyncio.sleep(0)
 */
WEFT_LAMBDA(print_callback, text_future, f, printf("Callback: %s\n", f->result.s));

WEFT_ASYNC(callback, text_future future; weft_handle handle; WEFT_TASK(resolve) task;)
{
    weft_create_future(&self->future);
    weft_check(weft_add_done_callback(&self->future, &self->handle, print_callback));
    weft_create_task(resolve, &self->task, &self->future, text("a future with a callback"));
    weft_await(&self->task);
    weft_sleep(0);
}
WEFT_ASYNC_END

/* async def gather():
 *     loop = asyncio.get_running_loop()
 *     futures = [loop.create_future() for _ in range(3)]
 *     tasks = [asyncio.create_task(resolve(f, f"Result {i + 1}", 3 - i))
 *              for i, f in enumerate(futures)]
 *     for r in await asyncio.gather(*futures):
 *         print(f"Received: {r}")
 *     await asyncio.gather(*tasks)
 */
WEFT_ASYNC(gather, text_future futures[3]; WEFT_TASK(resolve) tasks[3]; WEFT_GATHER(3) all;)
{
    for (int i = 0; i < 3; i++) {
        weft_create_future(&self->futures[i]);
        weft_create_task(resolve, &self->tasks[i], &self->futures[i], text("Result %d", i + 1),
                         3 - i);
    }
    weft_gather(&self->all, &self->futures[0], &self->futures[1], &self->futures[2]);
    for (int i = 0; i < 3; i++)
        printf("Received: %s\n", self->futures[i].result.s);
    weft_gather(&self->all, &self->tasks[0], &self->tasks[1], &self->tasks[2]);
}
WEFT_ASYNC_END

LESSONS(future, LESSON(result), LESSON(error), LESSON(timeout), LESSON(callback), LESSON(gather));
