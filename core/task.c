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

void weft_enter_scope_(weft_scope_ *scope, weft_task *parent,
                       void (*on_child_end)(weft_loop *loop, weft_task *child))
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

/* ---- Memory that is reused ---- */

void weft_before_reuse_(weft_loop *loop, weft_task *task, const weft_code *code, const char *file,
                        unsigned line)
{
    weft_context *const context = &loop->context;
#ifdef WEFT_HAS_DEBUG_MODE_
    weft_check_use_of_(loop, WEFT_IS_CHANGED_, file, line);
#endif
    if (weft_is_in_use_(task))
        weft_panic(file, line,
                   WEFT_TEXT_("a task is started in the memory of one that has not ended (or whose "
                              "group was not notified yet), or that was not zero at first"));
    if (context->on_reuse)
        context->on_reuse(context, task, weft_task_size(code));
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
