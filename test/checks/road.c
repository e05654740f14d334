/* SPDX-License-Identifier: MIT */
/* The way of a task: its parent creates it and awaits it; the task sleeps, and raises an error.
 * road.py notes each function that is called between the two steps of the parent. */
#include <stdio.h>

#include "core/backend/virtual.h"
#include "core/future.h"

#define NOT_NOTED __attribute__((no_instrument_function))

enum { MOST = 1000 };

static void *noted[MOST];
static int count;
static void *parents_step;
static int steps_of_parent;

NOT_NOTED void __cyg_profile_func_enter(void *function, void *caller);
NOT_NOTED void __cyg_profile_func_enter(void *function, void *caller)
{
    (void)caller;
    steps_of_parent += function == parents_step;
    if (steps_of_parent == 1 && count < MOST)
        noted[count++] = function;
}

NOT_NOTED void __cyg_profile_func_exit(void *function, void *caller);
NOT_NOTED void __cyg_profile_func_exit(void *function, void *caller)
{
    (void)function, (void)caller;
}

static const weft_error fail = {.text = "fail"};

WEFT_ASYNC(child)
{
    weft_sleep(WEFT_MS(1));
    weft_raise(&fail);
}
WEFT_ASYNC_END

WEFT_ASYNC(parent, WEFT_TASK(child) child;)
{
    weft_create_task(child, &self->child);
    weft_await(&self->child);
}
WEFT_ASYNC_END

int main(void)
{
    static weft_virtual backend;
    static weft_loop loop;
    static WEFT_TASK(parent) task;
    weft_virtual_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    weft_loop_create_task(&loop, parent, &task);
    parents_step = (void *)(uintptr_t)parent_code.step;
    weft_run_forever(&loop);
    for (int i = 0; i < count; i++)
        printf("%p\n", noted[i]);
}
