/* SPDX-License-Identifier: MIT */
#include "core/task.h"

static weft_loop *loop_of(const weft_task *task)
{
    return task->awaitable.scope->loop;
}

/* ---- Memory that is reused ----
 * Two things must be known before memory is reused: tasks that failed in it and whose error nobody
 * retrieved, and hooks. The loop's context has a function that looks for them; NULL: there are
 * none. */

static bool is_in(const void *object, const void *memory, size_t size)
{
    return (uintptr_t)object - (uintptr_t)memory < size;
}

void weft_note_failure_(weft_task *task)
{
    weft_loop *const loop = loop_of(task);
    if (task->awaitable.waiters == WEFT_UNRETRIEVED_) {
        task->awaitable.waiters = WEFT_ENDED_;
        weft_tasks_remove_(&loop->failed, task);
    } else if (weft_error_is(task->awaitable.error, &weft_any_error)) { /* and not cancelled */
        task->awaitable.waiters = WEFT_UNRETRIEVED_;
        weft_tasks_append_(&loop->failed, task);
    }
    weft_set_on_reuse_(loop);
}

void weft_report_failure_(weft_task *task)
{
    weft_loop *const loop = loop_of(task);
    weft_note_failure_(task);
    if (loop->exception_handler)
        loop->exception_handler(loop, task, task->awaitable.error);
#ifdef WEFT_HAS_DEBUG_MODE_
    else if (loop->inspection && loop->inspection->on_failure)
        loop->inspection->on_failure(loop, task);
#endif
}

/* The exception handler may retrieve errors and reuse memory, so each search begins anew. */
static void report_failures_in(weft_loop *loop, const void *memory, size_t size)
{
    weft_task *task = loop->failed;
    while (task) {
        const bool found = is_in(task, memory, size);
        if (found)
            weft_report_failure_(task);
        task = found ? loop->failed : task->next;
    }
}

void weft_on_reuse_(weft_context *context, const void *memory, size_t size)
{
    weft_loop *const loop = weft_running_loop_(context);
    weft_reuse_hook_ *hook;
    report_failures_in(loop, memory, size);
    while ((hook = weft_take_reuse_hook_in_(loop, memory, size)))
        hook->run(hook);
}

void weft_set_on_reuse_(weft_loop *loop)
{
    loop->context.on_reuse = loop->failed || loop->reuse_hooks ? weft_on_reuse_ : NULL;
#ifdef WEFT_HAS_DEBUG_MODE_
    if (loop->inspection && loop->inspection->on_reuse)
        loop->context.on_reuse = loop->inspection->on_reuse;
#endif
}

void weft_add_reuse_hook_(weft_loop *loop, weft_reuse_hook_ *hook,
                          void (*run)(weft_reuse_hook_ *hook))
{
    hook->run = run;
    hook->next = loop->reuse_hooks;
    loop->reuse_hooks = hook;
    weft_set_on_reuse_(loop);
}

void weft_remove_reuse_hook_(weft_loop *loop, weft_reuse_hook_ *hook)
{
    weft_reuse_hook_ **link = &loop->reuse_hooks;
    while (*link && *link != hook)
        link = &(*link)->next;
    if (*link)
        *link = hook->next;
    weft_set_on_reuse_(loop);
}

weft_reuse_hook_ *weft_take_reuse_hook_in_(weft_loop *loop, const void *memory, size_t size)
{
    weft_reuse_hook_ *hook = loop->reuse_hooks;
    while (hook && !is_in(hook, memory, size))
        hook = hook->next;
    if (hook)
        weft_remove_reuse_hook_(loop, hook);
    return hook;
}

void weft_set_exception_handler(weft_loop *loop, weft_exception_handler *handler)
{
    loop->exception_handler = handler;
    loop->note_failure = weft_note_failure_;
}
