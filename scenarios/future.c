/* Futures: results that somebody else will set. */
#include "scenario.h"

typedef WEFT_FUTURE(const char *) text_future;

/* async def resolve(future, text, delay):
 *     await asyncio.sleep(delay)
 *     future.set_result(text)
 *     print(f"Future resolved: {text}")
 */
struct resolve {
    weft_frame frame;
    text_future *future;
    const char *text;
    int delay;
};

WEFT_ASYNC_BODY(resolve)
{
    weft_sleep(WEFT_SECONDS(self->delay));
    weft_check(weft_set_result(self->future, self->text));
    printf("Future resolved: %s\n", self->text);
}
WEFT_ASYNC_END

/* async def result():
 *     future = asyncio.get_running_loop().create_future()
 *     task = asyncio.create_task(resolve(future, "the future is ready", 2))
 *     print(f"Received the future's result: {await future}")
 *     await task
 */
struct result {
    weft_frame frame;
    text_future future;
    WEFT_TASK(resolve) task;
};

WEFT_ASYNC_BODY(result)
{
    weft_create_future(&self->future);
    weft_create_task(resolve, &self->task, .future = &self->future, .text = "the future is ready",
                     .delay = 2);
    weft_await(&self->future);
    printf("Received the future's result: %s\n", self->future.result);
    weft_await(&self->task);
}
WEFT_ASYNC_END

/* async def fail(future, text):
 *     await asyncio.sleep(1.5)
 *     future.set_exception(Fail(text))
 *     print(f"Future failed: {text}")
 */
struct fail {
    weft_frame frame;
    text_future *future;
    const char *text;
    weft_error error;
};

WEFT_ASYNC_BODY(fail)
{
    weft_sleep(WEFT_MS(1500));
    self->error = (weft_error){.kind = &fail_error, .text = self->text};
    weft_check(weft_set_error(self->future, &self->error));
    printf("Future failed: %s\n", self->text);
}
WEFT_ASYNC_END

/* async def error():
 *     future = asyncio.get_running_loop().create_future()
 *     task = asyncio.create_task(fail(future, "no connection to the database"))
 *     try:
 *         print(await future)
 *     except Fail as e:
 *         print(f"Caught: {e}")
 *     await task
 */
struct error {
    weft_frame frame;
    text_future future;
    WEFT_TASK(fail) task;
};

WEFT_ASYNC_BODY(error)
{
    weft_create_future(&self->future);
    weft_create_task(fail, &self->task, .future = &self->future,
                     .text = "no connection to the database");
    const weft_error *e;
    weft_try {
        weft_await(&self->future);
        puts(self->future.result);
    }
    weft_catch(&fail_error, e) {
        printf("Caught: %s\n", e->text);
    }
    weft_end;
    weft_await(&self->task);
}
WEFT_ASYNC_END

/* async def callback():
 *     future = asyncio.get_running_loop().create_future()
 *     future.add_done_callback(lambda f: print(f"Callback: {f.result()}"))
 *     task = asyncio.create_task(resolve(future, "a future with a callback", 2))
 *     await task
 *     await asyncio.sleep(0)
 */
struct callback {
    weft_frame frame;
    text_future future;
    weft_handle handle;
    WEFT_TASK(resolve) task;
};

static void print_callback(weft_loop *loop, weft_handle *handle)
{
    (void)loop;
    const struct callback *const self = WEFT_HANDLE_OWNER(handle, struct callback, handle);
    printf("Callback: %s\n", self->future.result);
}

WEFT_ASYNC_BODY(callback)
{
    weft_create_future(&self->future);
    weft_check(weft_add_done_callback(&self->future, &self->handle, print_callback));
    weft_create_task(resolve, &self->task, .future = &self->future,
                     .text = "a future with a callback", .delay = 2);
    weft_await(&self->task);
    weft_sleep(0);
}
WEFT_ASYNC_END

LESSONS(future, {"result", &result_code}, {"error", &error_code}, {"callback", &callback_code});
