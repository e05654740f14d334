/* SPDX-License-Identifier: MIT */
/* An interrupt's handler uses a loop, which it must not. With -DWEFT_CHECK_CONTEXT the program
 * panics. The handler sets an event that a task waits for, or with -DNO_WAITER one that no task
 * waits for. With -DPUT it puts an item into a queue, and with -DLATER it asks for a call. */
#include <core/handle.h>
#include <primitives/event.h>
#include <primitives/queue.h>

#include "clock.h"

static weft_loop loop;
static weft_event event;
static bool has_been_used;

#if defined(PUT)

static WEFT_QUEUE(int, 2) numbers;

static void use(void)
{
    const weft_error *const error = weft_queue_put_nowait(&numbers, 1);
    (void)error;
}

#elif defined(LATER)

static weft_handle handle;

static void do_nothing(weft_loop *of, weft_handle *called)
{
    (void)of, (void)called;
}

static void use(void)
{
    (void)weft_call_later(&loop, &handle, WEFT_MS(1), do_nothing);
}

#else

static void use(void)
{
    weft_event_set(&event);
}

#endif

void machine_on_after(void)
{
    use();
    has_been_used = true;
}

WEFT_ASYNC(wait)
{
    weft_event_wait(&event);
}
WEFT_ASYNC_END

WEFT_ASYNC(program, WEFT_TASK(wait) wait; bool waits;)
{
#ifdef PUT
    weft_queue_init(&numbers);
#endif
    if (self->waits)
        weft_create_task(wait, &self->wait);
    machine_after(5000);
    weft_sleep(WEFT_MS(20));
}
WEFT_ASYNC_END

static WEFT_TASK(program) task;

#ifdef NO_WAITER
enum { WAITS = false };
#else
enum { WAITS = true };
#endif

int main(void)
{
    weft_loop_init(&loop, start_clock());
    return weft_run(&loop, program, &task, .waits = WAITS) ? 1 : has_been_used ? 2 : 3;
}
