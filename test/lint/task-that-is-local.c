/* SPDX-License-Identifier: MIT */
/* What the library, or another coroutine, refers to while this one waits. */
#include "nap.h"

WEFT_ASYNC(fill, char *buffer; size_t size;)
{
    weft_sleep(WEFT_MS(1));
    snprintf(self->buffer, self->size, "filled");
}
WEFT_ASYNC_END

WEFT_ASYNC(task, int x;)
{
    WEFT_TASK(nap) task = {0};
    weft_create_task(nap, &task, 10);
    weft_sleep(WEFT_MS(20));
    puts("slept");
}
WEFT_ASYNC_END

WEFT_ASYNC(frame, int x;)
{
    struct nap nap = {0};
    weft_call(nap, &nap, 10);
}
WEFT_ASYNC_END

WEFT_ASYNC(argument, struct fill fill;)
{
    char buffer[32];
    weft_call(fill, &self->fill, buffer, sizeof(buffer));
    puts("filled");
}
WEFT_ASYNC_END

WEFT_ASYNC(argument_by_pointer, struct fill fill;)
{
    char buffer[32];
    char *const there = buffer + 1;
    weft_call(fill, &self->fill, .buffer = there, .size = 31);
}
WEFT_ASYNC_END

WEFT_ASYNC(member, const int *kept; struct nap nap;)
{
    int value = 3;
    self->kept = &value;
    weft_call(nap, &self->nap, 10);
    printf("%d\n", *self->kept);
}
WEFT_ASYNC_END

WEFT_ASYNC(literal, const int *kept; struct nap nap;)
{
    self->kept = (int[]){1, 2};
    weft_call(nap, &self->nap, 10);
    printf("%d\n", *self->kept);
}
WEFT_ASYNC_END

WEFT_ASYNC(lock, int x;)
{
    weft_lock lock = {0};
    weft_with_lock(&lock) {
        puts("locked");
    }
    weft_end;
}
WEFT_ASYNC_END

static void note(weft_loop *loop, weft_handle *handle)
{
    (void)loop, (void)handle;
}

WEFT_ASYNC(handle, int x;)
{
    weft_handle handle = {0};
    weft_call_soon(weft_running_loop(), &handle, note);
    weft_sleep(WEFT_MS(1));
}
WEFT_ASYNC_END
