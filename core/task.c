/* SPDX-License-Identifier: MIT */
#include "core/task.h"

/* A parked task costs its weft_task and nothing else, whatever it waits for. */
_Static_assert(sizeof(void *) != 8 || sizeof(weft_task) <= 80, "a parked task: 80 bytes on LP64");
_Static_assert(sizeof(void *) != 4 || sizeof(weft_task) <= 44, "a parked task: 44 bytes on ILP32");

_Static_assert(!(WEFT_NOT_PARKED_ & 1) && !(WEFT_GRANTED_ & 1) && WEFT_CHECKED_ & 1,
               "weft: one bit tells them apart (weft_is_checked_)");

static weft_loop *loop_of(const weft_task *task)
{
    return task->awaitable.scope->loop;
}

/* ---- Scopes ---- */

void weft_enter_scope_(weft_scope_ *scope, weft_task *parent, const weft_frame *on_child_end)
{
    weft_loop *const loop = loop_of(parent);
    weft_scope_ *const first = &loop->tasks;
    *scope = (weft_scope_){.loop = loop,
                           .on_child_end = on_child_end,
                           .next = first,
                           .previous = first->previous,
                           .outer = parent->awaitable.scope,
                           .parent = parent};
    first->previous->next = scope;
    first->previous = scope;
    parent->awaitable.scope = scope;
}

/* Blocks nest, so a task leaves its groups in the reverse order of entering them. */
void weft_exit_scope_(weft_scope_ *scope)
{
    scope->previous->next = scope->next;
    scope->next->previous = scope->previous;
    scope->parent->awaitable.scope = scope->outer;
    scope->parent = NULL;
}

weft_scope_ *weft_own_scope_(const weft_task *task)
{
    weft_scope_ *scope = task->awaitable.scope;
    while (scope->parent == task)
        scope = scope->outer;
    return scope;
}

/* ---- All tasks ---- */

/* Returns `task`, or the first one behind it that has not ended; NULL behind the last scope's last
 * task. */
static weft_task *first_live(weft_task *task, weft_scope_ *scope)
{
    while (!task || weft_has_ended_(&task->awaitable)) {
        if (task) {
            task = task->next;
            continue;
        }
        scope = scope->next;
        if (scope == &scope->loop->tasks)
            return NULL;
        task = scope->children;
    }
    return task;
}

weft_task *weft_first_task(weft_loop *loop)
{
    return first_live(loop->tasks.children, &loop->tasks);
}

weft_task *weft_next_task(weft_task *task)
{
    return first_live(task->next, weft_own_scope_(task));
}

/* ---- A task's coroutines ---- */

const weft_frame *weft_task_innermost(const weft_task *task)
{
    if (weft_has_ended_(&task->awaitable))
        return NULL;
    const weft_wait_ *const wait = &task->live.wait;
    return weft_is_callback_(&wait->node) ? wait->innermost : wait->node.frame;
}

const weft_frame *weft_task_caller(const weft_task *task, const weft_frame *frame)
{
    return frame == &task->root ? NULL : frame->caller;
}

/* ---- Memory that is reused ----
 * Two things must be known before memory is reused: tasks that failed in it and whose error nobody
 * retrieved, and hooks. The loop's context has a function that looks for them; NULL: there are
 * none. */

static bool is_in(const void *object, const void *memory, size_t size)
{
    return (uintptr_t)object - (uintptr_t)memory < size;
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

void weft_before_reuse_(weft_loop *loop, weft_task *task, const weft_code *code, const char *file,
                        unsigned line)
{
    weft_context *const context = &loop->context;
#ifdef WEFT_HAS_DEBUG_MODE_
    weft_check_use_of_(loop, WEFT_IS_CHANGED_, file, line);
#endif
    if (weft_is_in_use_(task))
        weft_panic(file, line,
                   "a task is started in the memory of one that has not ended (or whose group was "
                   "not notified yet), or that was not zero at first");
    context->on_reuse(context, task, weft_task_size(code));
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

void weft_keep_failure_(weft_task *task)
{
    weft_loop *const loop = loop_of(task);
    if (!weft_error_is(task->awaitable.error, &weft_any_error))
        return; /* it returned, or was cancelled */
    task->awaitable.waiters = WEFT_UNRETRIEVED_;
    weft_tasks_append_(&loop->failed, task);
    weft_set_on_reuse_(loop);
}

void weft_mark_retrieved_(weft_task *task)
{
    weft_loop *const loop = loop_of(task);
    task->awaitable.waiters = WEFT_ENDED_;
    weft_tasks_remove_(&loop->failed, task);
    weft_set_on_reuse_(loop);
}

void weft_report_failure_(weft_task *task)
{
    weft_loop *const loop = loop_of(task);
    weft_mark_retrieved_(task);
    if (loop->exception_handler)
        loop->exception_handler(loop, task, task->awaitable.error);
#ifdef WEFT_HAS_DEBUG_MODE_
    else if (loop->inspection && loop->inspection->on_failure)
        loop->inspection->on_failure(loop, task);
#endif
}

/* ---- The debug mode ---- */

#ifdef WEFT_HAS_DEBUG_MODE_
void weft_check_wake_(weft_task *task)
{
    const weft_frame *const frame = task->live.wait.node.frame;
    weft_check_use_of_(loop_of(task), WEFT_IS_CHANGED_, frame->code->file,
                       weft_line_of_(frame->state));
    weft_set_parked_(task, WEFT_LISTED_);
}
#endif
