/* SPDX-License-Identifier: MIT */
/* Futures: results that another task sets. */
#include "lessons.h"

typedef WEFT_FUTURE(struct text) text_future;

/* async def resolve(future, text, delay=2):
 *     await asyncio.sleep(delay)
 *     future.set_result(text)
 *     print(f"Future resolved: {text}")
 */
STACKFUL(resolve, text_future *future; struct text text; int delay;)
{
    stackful_sleep(WEFT_SECONDS(self->delay ? self->delay : 2));
    stackful_check(weft_set_result(self->future, self->text));
    printf("Future resolved: %s\n", self->text.s);
}

/* async def result():
 *     future = asyncio.get_running_loop().create_future()
 *     task = asyncio.create_task(resolve(future, "the future is ready"))
 *     print(f"Received the future's result: {await future}")
 *     await task
 */
STACKFUL(result)
{
    text_future future;
    WEFT_TASK(resolve) task = {0};
    stackful_create_future(&future);
    stackful_create_task(resolve, &task, &future, text("the future is ready"));
    stackful_await(&future);
    printf("Received the future's result: %s\n", future.result.s);
    stackful_await(&task);
}

/* async def reject(future, text):
 *     await asyncio.sleep(1.5)
 *     future.set_exception(Fail(text))
 *     print(f"Future failed: {text}")
 */
STACKFUL(reject, text_future *future; struct text text; struct failure failure;)
{
    stackful_sleep(WEFT_SECONDS(1.5));
    stackful_check(weft_set_error(self->future, fail(&self->failure, self->text)));
    printf("Future failed: %s\n", self->text.s);
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
STACKFUL(error)
{
    text_future future;
    WEFT_TASK(reject) task = {0};
    stackful_create_future(&future);
    stackful_create_task(reject, &task, &future, text("no connection to the database"));
    stackful_try {
        stackful_await(&future);
        puts(future.result.s);
    }
    stackful_catch(&fail_error, e)
        printf("Caught: %s\n", weft_error_text(e));
    stackful_end;
    stackful_await(&task);
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
 *
 * The task `late` ends after the coroutine, so its memory is in the coroutine's frame.
 */
STACKFUL(timeout, text_future future; WEFT_TASK(resolve) late;)
{
    weft_timeout limit = {0};
    const weft_time start = now();
    stackful_create_future(&self->future);
    stackful_create_task(resolve, &self->late, &self->future, text("too late"));
    stackful_try {
        stackful_with_timeout(&limit, WEFT_SECONDS(1)) {
            stackful_await(&self->future);
            puts(self->future.result.s);
        }
        stackful_end;
    }
    stackful_catch(&weft_timeout_error) {
        puts("Timeout: the future was not resolved in time");
        weft_cancel(&self->late);
    }
    stackful_end;
    total(start, NULL);
}

/* async def callback():
 *     future = asyncio.get_running_loop().create_future()
 *     future.add_done_callback(lambda f: print(f"Callback: {f.result()}"))
 *     task = asyncio.create_task(resolve(future, "a future with a callback"))
 *     await task
 *     await asyncio.sleep(0)
 */
WEFT_LAMBDA(print_callback, text_future, f, printf("Callback: %s\n", f->result.s));

STACKFUL(callback)
{
    text_future future;
    weft_handle handle = {0};
    WEFT_TASK(resolve) task = {0};
    stackful_create_future(&future);
    stackful_check(weft_add_done_callback(&future, &handle, print_callback));
    stackful_create_task(resolve, &task, &future, text("a future with a callback"));
    stackful_await(&task);
    stackful_sleep(0);
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
STACKFUL(gather)
{
    text_future futures[3];
    WEFT_TASK(resolve) tasks[3] = {0};
    WEFT_GATHER(3) all = {0};
    for (int i = 0; i < 3; i++) {
        stackful_create_future(&futures[i]);
        stackful_create_task(resolve, &tasks[i], &futures[i], text("Result %d", i + 1), 3 - i);
    }
    stackful_gather(&all, &futures[0], &futures[1], &futures[2]);
    for (int i = 0; i < 3; i++)
        printf("Received: %s\n", futures[i].result.s);
    stackful_gather(&all, &tasks[0], &tasks[1], &tasks[2]);
}

LESSONS(future, LESSON(result), LESSON(error), LESSON(timeout), LESSON(callback), LESSON(gather));
