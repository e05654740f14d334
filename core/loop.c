/* SPDX-License-Identifier: MIT */
#include "core/task.h"

/* The one way of a task through the loop, in the order of the drawing in task.h. */

/* In the smallest programs, begin_tick looks at everything between two ticks. In others, ticks
 * follow each other directly while `attention` is 0. This file sets two bits of `attention`. */
#if !defined(__OPTIMIZE_SIZE__) || WEFT_TEXTS
#define USES_ATTENTION
enum { HAS_TIMERS = WEFT_HAS_TIMERS_, STOPPING = WEFT_STOPPING_ };
#else
enum { HAS_TIMERS = 0, STOPPING = 0 };
#endif

/* Compiled into each caller, also if this file is compiled for size. A program that has no watchdog
 * and no observer contains one of the callers. */
#ifdef __GNUC__
#define IN_EACH_CALLER __attribute__((always_inline)) inline
#else
#define IN_EACH_CALLER inline
#endif

/* ---- Start ---- */

void weft_start_task_(weft_scope_ *scope, weft_task *task, bool eager)
{
    task->awaitable.waiters = NULL;
    task->awaitable.scope = scope;
    task->live.wait.node.frame = &task->root;
    scope->live++;
    const weft_task *const first = scope->children;
    if (first && (first->root.previous == task || first->root.previous->next))
        weft_panic_overwritten_(task);
    weft_tasks_append_(&scope->children, task);
    if (eager)
        scope->loop->context.callee = &task->root;
    else
        weft_ready_push_(&scope->loop->ready, &task->live.wait.node);
}

WEFT_COLD_ void weft_panic_overwritten_(const weft_task *task)
{
    (void)task;
    weft_panic(WEFT_FILE_, __LINE__,
               WEFT_TEXT_("the memory of a task was overwritten before it ended"));
}

/* ---- Park ---- */

static weft_time add_delay(const weft_loop *loop, weft_time now, weft_time delay)
{
    const weft_time resolution = loop->backend->resolution;
    if ((weft_past_)delay <= 0)
        return now;
#if WEFT_TIME_BITS == 64
    delay = delay < WEFT_FOREVER - resolution ? delay + resolution : WEFT_FOREVER;
    return delay < WEFT_FOREVER - now ? now + delay : WEFT_FOREVER;
#else
    if (delay > WEFT_FOREVER - resolution)
        weft_panic(WEFT_FILE_, __LINE__,
                   WEFT_TEXT_("a delay is longer than half the range of the clock"));
    return now + delay + resolution;
#endif
}

weft_time weft_deadline_(weft_loop *loop, weft_time delay)
{
    if (delay == WEFT_FOREVER)
        return delay;
    return weft_wrap_(add_delay(loop, weft_loop_time(loop), delay));
}

void weft_arm_(weft_loop *loop, weft_wait_ *wait, weft_time deadline)
{
    loop->attention |= HAS_TIMERS;
    weft_timers_arm_(&loop->timers, wait, deadline,
                     WEFT_TIME_BITS == 64 ? 0 : weft_loop_time(loop));
}

void weft_arm_after_(weft_loop *loop, weft_wait_ *wait, weft_time delay)
{
    const weft_time now = loop->backend->now(loop->backend);
    loop->attention |= HAS_TIMERS;
    if (delay == WEFT_FOREVER)
        weft_timers_arm_forever_(&loop->timers, wait);
    else
        weft_timers_arm_(&loop->timers, wait, add_delay(loop, now, delay), now);
}

weft_step_ weft_park_asleep_(weft_task *task, weft_time delay)
{
    weft_set_parked_(task, WEFT_ASLEEP_);
    weft_arm_after_(task->awaitable.scope->loop, &task->live.wait, delay);
    return (weft_step_){WEFT_PARKED_};
}

/* ---- Wake ---- */

void weft_push_due_(weft_loop *loop, weft_wait_ *wait)
{
    weft_node_ *const node = &wait->node;
    if (weft_is_callback_(node)) {
        node->callback = WEFT_CALL_READY_;
    } else {
        wait->innermost = node->frame;
        node->callback = WEFT_WAKE_UP_;
    }
    wait->previous = loop->ready.tail; /* for weft_ready_remove_ */
    weft_ready_push_(&loop->ready, node);
}

#ifdef __OPTIMIZE_SIZE__
void weft_wake_(weft_task *task, const weft_error *error)
{
    weft_wake_inline_(task, error);
}
#endif

static void run_callback(weft_loop *loop, weft_node_ *node)
{
    weft_task *const task = weft_task_of_node_(node);
    loop->context.running = NULL;
    if (node->callback == WEFT_CALL_READY_) {
        weft_handle *const handle = WEFT_CONTAINER_(node, weft_handle, wait.node);
        node->callback = WEFT_IDLE_;
        handle->function(loop, handle);
    } else if (node->callback == WEFT_WAKE_UP_) {
        node->frame = task->live.wait.innermost;
        weft_wake_(task, NULL);
    } else {
        task->awaitable.scope->on_child_end(loop, task);
    }
}

/* ---- End ---- */

static WEFT_ALWAYS_INLINE_ void leave_scope(weft_scope_ *scope, weft_task *task)
{
    const weft_task *const previous = task->root.previous;
    if (task != scope->children && previous->next != task)
        weft_panic_overwritten_(task);
    weft_tasks_remove_(&scope->children, task);
    task->awaitable.scope = &scope->loop->tasks; /* a group may be gone before its child's memory */
}

void weft_leave_scope_(weft_task *task)
{
    leave_scope(task->awaitable.scope, task);
    task->live.wait.node.frame = &task->root;
}

/* What the end of every task does. Returns true if it woke a task.
 *
 * A group's callback runs before what waits for the child. While other children live, the end of a
 * child that has returned shows in nothing, so its callback is left out: theirs come later. */
static WEFT_ALWAYS_INLINE_ bool end_task(weft_loop *loop, weft_task *task, const weft_error *error)
{
    weft_scope_ *const scope = task->awaitable.scope;
    scope->live--;
    if ((!scope->live || error || task->root.flags & WEFT_POOLED_) && scope->on_child_end) {
        task->live.wait.node.callback = WEFT_CHILD_ENDED_;
        weft_ready_push_(&loop->ready, &task->live.wait.node);
    } else {
        leave_scope(scope, task);
    }
    return weft_complete_(&task->awaitable, error);
}

enum { UNUSUAL_FLAGS = WEFT_MUST_CANCEL_ | WEFT_SHUTDOWN_PENDING_ };

/* Ends any task. The error of a task that nobody awaits is noted. */
WEFT_APART_ static void end_any_task(weft_loop *loop, weft_task *task)
{
    const bool in_group = task->awaitable.scope->on_child_end;
    if (task->root.flags & UNUSUAL_FLAGS)
        loop->cancelling(task, WEFT_TASK_ENDS_);
    const weft_error *const error = loop->context.error;
    loop->context.error = NULL;
    if (!end_task(loop, task, error) && error && loop->note_failure && !in_group)
        loop->note_failure(task);
}

/* ---- Run ---- */

/* Delivers an error or a cancellation to a task that is about to run. A task that was cancelled
 * before its first step runs nothing. */
WEFT_COLD_ static void deliver(weft_loop *loop, weft_node_ *node)
{
    weft_task *const task = weft_task_of_node_(node);
    const unsigned flags = task->root.flags;
    if (flags & WEFT_HAS_ERROR_)
        loop->context.error = task->live.wait.error;
    if (flags & (WEFT_MUST_CANCEL_ | WEFT_CANCELLED_))
        loop->cancelling(task, WEFT_TASK_RUNS_);
    if (!task->root.state)
        task->root.state = WEFT_ENDED_STATE_;
    task->root.flags &= (uint16_t)~WEFT_DELIVERY_MASK_;
}

/* Runs one step of a task, and decides what the step ended with. Returns the node whose step comes
 * next in this run: the task's own, if it called a coroutine or one returned to its caller; an
 * eager child's; or NULL. */
static IN_EACH_CALLER weft_node_ *run_step(weft_loop *loop, weft_node_ *node)
{
    loop->context.running = node;
    const weft_step_ result = WEFT_STEP_CODE_OF_(node->frame->code)(node->frame, &loop->context);
    if (WEFT_LIKELY_(result.what == WEFT_YIELDED)) {
        weft_ready_push_(&loop->ready, node);
        return NULL;
    }
    weft_task *const task = weft_task_of_node_(node);
    if (result.what == WEFT_PARKED_) {
        if (WEFT_UNLIKELY_(task->root.flags & WEFT_MUST_CANCEL_))
            loop->cancelling(task, WEFT_TASK_PARKS_);
    } else if (result.what == WEFT_RETURNED) {
        if (WEFT_UNLIKELY_(node->frame != &task->root)) {
            node->frame = node->frame->caller;
            return node;
        }
#ifndef __OPTIMIZE_SIZE__ /* mostly a task ends without an error, and nobody has cancelled it */
        if (WEFT_LIKELY_(!loop->context.error && !(task->root.flags & UNUSUAL_FLAGS))) {
            (void)end_task(loop, task, NULL);
            return NULL;
        }
#endif
        end_any_task(loop, task);
    } else if (result.what == WEFT_CALLED_) {
        node->frame = loop->context.callee;
        return node;
    } else { /* it starts a task eagerly */
        node->next = loop->eager_parents;
        loop->eager_parents = node;
        return &WEFT_CONTAINER_(loop->context.callee, weft_task, root)->live.wait.node;
    }
    return NULL;
}

/* Runs one step too. A task that started another one eagerly goes on when that one parks, yields or
 * ends. */
static IN_EACH_CALLER weft_node_ *run_next_step(weft_loop *loop, weft_node_ *node)
{
    weft_node_ *next = run_step(loop, node);
    if (!next && (next = loop->eager_parents))
        loop->eager_parents = next->next;
    return next;
}

static void run_on(weft_loop *loop, weft_node_ *node)
{
    while (node)
        node = run_next_step(loop, node);
}

#if WEFT_TEXTS
WEFT_COLD_ weft_node_ *weft_run_next_step_(weft_loop *loop, weft_node_ *node)
{
    weft_node_ *const next = run_next_step(loop, node);
    weft_observe_(loop, WEFT_NOTES_STEP_, node, next);
    return next;
}

WEFT_COLD_ weft_node_ *weft_run_first_step_(weft_loop *loop, weft_node_ *node)
{
    weft_observe_(loop, WEFT_NOTES_ENTRY_, node, NULL);
    if (weft_is_callback_(node)) {
        run_callback(loop, node);
        weft_observe_(loop, WEFT_NOTES_CALLBACK_END_, NULL, NULL);
        return NULL;
    }
    if (weft_task_of_node_(node)->root.flags & WEFT_DELIVERY_MASK_)
        deliver(loop, node);
    return weft_run_next_step_(loop, node);
}

WEFT_COLD_ static void run_inspected_tick(weft_loop *loop)
{
    weft_observe_(loop, WEFT_NOTES_TICK_, NULL, NULL);
    loop->inspection->run_tick(loop);
    weft_observe_(loop, WEFT_NOTES_TICK_END_, NULL, NULL);
}
#endif

#ifdef WEFT_HAS_DEBUG_MODE_
void weft_check_use_of_(weft_loop *loop, enum weft_use_ use, const char *file, unsigned line)
{
    if (loop->inspection && loop->inspection->check_use)
        loop->inspection->check_use(loop, use, file, line);
}
#endif

/* ---- Ticks ---- */

bool weft_loop_is_idle_(const weft_loop *loop)
{
    return loop->ready.tail == &loop->ready.tick && !loop->stopping &&
           !WEFT_LOAD_(loop->threadsafe_calls);
}

/* Begins a tick with what is ready, and what timers, descriptors and thread-safe calls add to it.
 * Returns false if nothing can ever run again. */
static bool begin_tick(weft_loop *loop)
{
    if (weft_loop_is_idle_(loop)) {
        weft_time next;
        const bool has_timers = weft_timers_next_(&loop->timers, &next);
        if (!has_timers && !loop->watches && !loop->keepalive_handles)
            return false;
        loop->io_polled_at = 0;
        weft_observe_(loop, WEFT_NOTES_SLEEP_, &next, NULL);
        loop->backend->sleep(loop->backend, next);
    } else if (loop->watches) {
        loop->watching(loop, NULL);
    }
    if (WEFT_LOAD_(loop->threadsafe_calls))
        loop->threadsafe->take_calls(loop);
    if (loop->timers.pending) {
        const weft_time now = loop->backend->now(loop->backend);
        for (weft_wait_ *due; (due = weft_timers_pop_(&loop->timers, now));)
            weft_push_due_(loop, due);
    } else {
        loop->attention &= (unsigned char)~HAS_TIMERS;
    }
    weft_ready_push_(&loop->ready, &loop->ready.tick);
    loop->ready.head = loop->ready.tick.next; /* if nothing is ready, this is the tick entry */
    return true;
}

/* Runs a tick, and the ticks that follow while there is nothing to look at but the ready queue.
 * Runs each entry: a callback, or a task until it waits or ends. */
static void run_tick(weft_loop *loop)
{
    for (;;) {
        weft_node_ *node = loop->ready.head;
        loop->ready.head = node->next;
        if (WEFT_UNLIKELY_(weft_is_callback_(node))) {
            if (node != &loop->ready.tick) {
                run_callback(loop, node);
                continue;
            }
#ifdef USES_ATTENTION
            if (WEFT_LIKELY_(node != loop->ready.tail && !loop->attention &&
                             !WEFT_LOAD_(loop->threadsafe_calls))) {
                weft_ready_push_(&loop->ready, node); /* its head is the next tick's first */
                continue;
            }
#endif
            return;
        }
        if (WEFT_UNLIKELY_(weft_task_of_node_(node)->root.flags & WEFT_DELIVERY_MASK_))
            deliver(loop, node);
#ifndef __OPTIMIZE_SIZE__ /* the first step is inline */
        node = run_step(loop, node);
        if (WEFT_LIKELY_(!node))
            continue;
#endif
        run_on(loop, node);
    }
}

/* Returns false if nothing can ever run again. */
static bool run_ticks(weft_loop *loop)
{
    while (begin_tick(loop)) {
#if WEFT_TEXTS
        if (WEFT_UNLIKELY_(loop->inspection != NULL))
            run_inspected_tick(loop);
        else
#endif
            run_tick(loop);
        loop->ready.head = &loop->ready.tick;
        loop->context.running = NULL;
        if (loop->stopping && --loop->stopping == 0) {
            loop->attention &= (unsigned char)~STOPPING;
            return true;
        }
    }
    return false;
}

#if WEFT_TEXTS
const weft_error weft_loop_runs_error_ = {&weft_invalid_state_error, "the loop runs already"};
#endif

const weft_error *weft_run_ticks_(weft_loop *loop)
{
    weft_check_use_(loop, WEFT_BEGINS_TO_RUN_);
    if (loop->runs)
        return &weft_loop_runs_error_;
    weft_observe_(loop, WEFT_NOTES_RUN_, NULL, NULL);
    loop->runs = true;
    const bool alive = run_ticks(loop);
    loop->runs = false;
    weft_check_use_(loop, WEFT_ENDS_TO_RUN_);
    return alive ? NULL : &weft_deadlock_error;
}

void weft_stop_after_(weft_loop *loop, unsigned char ticks)
{
    loop->stopping = ticks;
    loop->attention |= STOPPING;
}

weft_time weft_loop_time(weft_loop *loop)
{
    return weft_wrap_(loop->backend->now(loop->backend));
}
