/* SPDX-License-Identifier: MIT */
#include "core/task.h"

/* The one way of a task through the loop, in the order of the drawing in task.h. */

/* ---- Start ---- */

static inline void enter_scope(weft_scope_ *scope, weft_task *task)
{
    task->awaitable.waiters = NULL;
    task->awaitable.scope = scope;
    task->live.wait.node.frame = &task->root;
    scope->live++;
    const weft_task *const first = scope->children;
    if (first && (first->root.previous == task || first->root.previous->next))
        weft_panic(__FILE__, __LINE__, "the memory of a task was overwritten before it ended");
    weft_tasks_append_(&scope->children, task);
}

void weft_start_task_(weft_scope_ *scope, weft_task *task)
{
    enter_scope(scope, task);
    weft_ready_push_(&scope->loop->ready, &task->live.wait.node);
}

void weft_start_eager_task_(weft_scope_ *scope, weft_task *task)
{
    enter_scope(scope, task);
}

/* ---- Park ---- */

weft_time weft_deadline_(weft_loop *loop, weft_time delay)
{
    const weft_time now = weft_loop_time(loop), resolution = loop->backend->resolution;
    if (weft_is_negative_(delay))
        return now;
    if (delay)
        delay = delay < WEFT_FOREVER - resolution ? delay + resolution : WEFT_FOREVER;
    return delay < WEFT_FOREVER - now ? now + delay : WEFT_FOREVER;
}

void weft_arm_(weft_loop *loop, weft_wait_ *wait, weft_time deadline)
{
    loop->attention |= WEFT_HAS_TIMERS_;
    weft_timers_arm_(&loop->timers, wait, deadline);
}

weft_step_ weft_park_asleep_(weft_task *task, weft_time delay)
{
    weft_loop *const loop = task->awaitable.scope->loop;
    if (weft_is_negative_(delay))
        return (weft_step_){WEFT_YIELDED};
    weft_set_parked_(task, WEFT_ASLEEP_);
    weft_arm_(loop, &task->live.wait, weft_deadline_(loop, delay));
    return (weft_step_){WEFT_PARKED_};
}

/* ---- Wake ---- */

static void wake_up(weft_loop *loop, weft_node_ *node)
{
    (void)loop;
    node->frame = weft_wait_of_(node)->innermost;
    weft_wake_(weft_task_of_node_(node));
}

static const weft_code wake_up_code = {.run = wake_up, .name = "wake up"};
static const weft_frame wake_up_frame = {&wake_up_code, {NULL}, WEFT_CALLBACK_STATE_, 0};

void weft_push_wake_up_(weft_loop *loop, weft_wait_ *wait)
{
    wait->innermost = wait->node.frame;
    wait->node.frame = (weft_frame *)&wake_up_frame; /* constant, and never written through */
    weft_ready_push_callback_(&loop->ready, wait);
}

bool weft_is_wake_up_(const weft_wait_ *wait)
{
    return wait->node.frame == &wake_up_frame;
}

/* ---- End ---- */

static WEFT_ALWAYS_INLINE_ void leave_scope(weft_scope_ *scope, weft_task *task)
{
    weft_task *const previous = task->root.previous;
    if (task != scope->children && previous->next != task)
        weft_panic(__FILE__, __LINE__, "the memory of a task was overwritten before it ended");
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
static WEFT_ALWAYS_INLINE_ bool end_task_with(weft_loop *loop, weft_task *task,
                                              const weft_error *error)
{
    weft_scope_ *const scope = task->awaitable.scope;
    scope->live--;
    if ((!scope->live || error || task->root.flags & WEFT_POOLED_) && scope->on_child_end) {
        task->live.wait.node.frame = (weft_frame *)scope->on_child_end;
        weft_ready_push_(&loop->ready, &task->live.wait.node);
    } else {
        leave_scope(scope, task);
    }
    return weft_complete_(&task->awaitable, error);
}

/* Ends a task with an error, or one that was cancelled after its last wait, or that a shutdown
 * waits for. */
WEFT_COLD_ static void end_task_unusually(weft_loop *loop, weft_task *task)
{
    const bool in_group = task->awaitable.scope->on_child_end;
    const weft_error *error = loop->context.error;
    loop->context.error = NULL;
    if (!error && task->root.flags & WEFT_MUST_CANCEL_)
        error = &weft_cancelled_error;
    if (!end_task_with(loop, task, error) && !in_group)
        weft_keep_failure_(task);
    if (task->root.flags & WEFT_SHUTDOWN_PENDING_ && --loop->shutdown_pending == 0 &&
        !loop->stopping)
        weft_stop_after_(loop, WEFT_TICKS_OF_A_GATHER_);
}

static WEFT_ALWAYS_INLINE_ void end_task(weft_loop *loop, weft_task *task)
{
    const unsigned unusual = WEFT_MUST_CANCEL_ | WEFT_SHUTDOWN_PENDING_;
    if (WEFT_UNLIKELY_(loop->context.error || task->root.flags & unusual))
        end_task_unusually(loop, task);
    else
        (void)end_task_with(loop, task, NULL);
}

/* ---- Run ---- */

/* Delivers an error or a cancellation to a task that is about to run. A task that was cancelled
 * before its first step runs nothing. */
WEFT_COLD_ static void deliver(weft_context *context, weft_node_ *node)
{
    weft_task *const task = weft_task_of_node_(node);
    const unsigned flags = task->root.flags;
    if (flags & WEFT_HAS_ERROR_)
        context->error = task->live.wait.error;
    if (flags & (WEFT_MUST_CANCEL_ | WEFT_CANCELLED_) &&
        !weft_error_is(context->error, &weft_cancelled_error))
        context->error = &weft_cancelled_error;
    if (!task->root.state)
        task->root.state = WEFT_ENDED_STATE_;
    task->root.flags &= (uint16_t)~WEFT_DELIVERY_MASK_;
}

/* Decides what a step ended with. Returns the node whose step comes next in this run: the task's
 * own, if it called a coroutine or one returned to its caller; an eager child's; or NULL. */
static WEFT_ALWAYS_INLINE_ weft_node_ *after_step(weft_loop *loop, weft_node_ *node,
                                                  weft_step_ result)
{
    if (WEFT_LIKELY_(result.what == WEFT_YIELDED)) {
        weft_ready_push_(&loop->ready, node);
        return NULL;
    }
    weft_task *const task = weft_task_of_node_(node);
    if (result.what == WEFT_PARKED_) {
        if (WEFT_UNLIKELY_(task->root.flags & WEFT_MUST_CANCEL_))
            loop->cancel_parked(task);
        return NULL;
    }
    if (result.what == WEFT_RETURNED) {
        if (WEFT_UNLIKELY_(node->frame != &task->root)) {
            node->frame = node->frame->caller;
            return node;
        }
        end_task(loop, task);
        return NULL;
    }
    if (result.what == WEFT_CALLED_) {
        node->frame = loop->context.callee;
        return node;
    }
    node->next = loop->eager_parents; /* it starts a task eagerly */
    loop->eager_parents = node;
    return &WEFT_CONTAINER_(loop->context.callee, weft_task, root)->live.wait.node;
}

static WEFT_ALWAYS_INLINE_ weft_node_ *step(weft_loop *loop, weft_node_ *node)
{
    loop->context.running = node;
    return after_step(loop, node, node->frame->code->step(node->frame, &loop->context));
}

/* A task that started another one eagerly goes on when that one parks, yields or ends. */
static weft_node_ *take_eager_parent(weft_loop *loop)
{
    weft_node_ *const parent = loop->eager_parents;
    if (parent)
        loop->eager_parents = parent->next;
    return parent;
}

static void run_on(weft_loop *loop, weft_node_ *node)
{
    while (node) {
        weft_node_ *const next = step(loop, node);
        node = next ? next : take_eager_parent(loop);
    }
}

static WEFT_ALWAYS_INLINE_ void run_task(weft_loop *loop, weft_node_ *node)
{
    if (WEFT_UNLIKELY_(weft_task_of_node_(node)->root.flags & WEFT_DELIVERY_MASK_))
        deliver(&loop->context, node);
    weft_node_ *const next = step(loop, node);
    if (WEFT_UNLIKELY_(next != NULL))
        run_on(loop, next);
}

static WEFT_ALWAYS_INLINE_ void run_entry(weft_loop *loop, weft_node_ *node)
{
    if (WEFT_UNLIKELY_(weft_is_callback_(node))) {
        loop->context.running = NULL;
        node->frame->code->run(loop, node);
    } else {
        run_task(loop, node);
    }
}

void weft_run_entry_(weft_loop *loop, weft_node_ *node)
{
    run_entry(loop, node);
}

#ifdef WEFT_HAS_DEBUG_MODE_
WEFT_COLD_ weft_node_ *weft_run_next_step_(weft_loop *loop, weft_node_ *node)
{
    weft_node_ *const next = step(loop, node);
    return next ? next : take_eager_parent(loop);
}

WEFT_COLD_ weft_node_ *weft_run_first_step_(weft_loop *loop, weft_node_ *node)
{
    if (weft_is_callback_(node)) {
        loop->context.running = NULL;
        node->frame->code->run(loop, node);
        return NULL;
    }
    if (weft_task_of_node_(node)->root.flags & WEFT_DELIVERY_MASK_)
        deliver(&loop->context, node);
    return weft_run_next_step_(loop, node);
}

void weft_check_use_of_(weft_loop *loop, enum weft_use_ use, const char *file, unsigned line)
{
    if (loop->inspection && loop->inspection->check_use)
        loop->inspection->check_use(loop, use, file, line);
}
#endif

/* ---- Ticks ---- */

bool weft_loop_is_idle_(const weft_loop *loop)
{
    return weft_ready_is_idle_(&loop->ready) && !loop->stopping &&
           !WEFT_LOAD_(loop->threadsafe_calls);
}

static void fire_timers(weft_loop *loop)
{
    const weft_time now = weft_loop_time(loop);
    weft_wait_ *due;
    while ((due = weft_timers_pop_(&loop->timers, now)))
        if (weft_is_callback_(&due->node))
            weft_handle_ready_(loop, WEFT_CONTAINER_(due, weft_handle, wait));
        else
            weft_push_wake_up_(loop, due);
}

/* Sleeps until there may be something to do. Returns false if nothing can ever run again. */
static bool wait_for_wake_up(weft_loop *loop)
{
    if (!loop->timers.used && !loop->watches && !loop->keepalive_handles)
        return false;
    loop->io_polled_at = 0;
    loop->backend->sleep(loop->backend, loop->timers.used ? loop->timers.next : WEFT_FOREVER);
    return true;
}

/* While tasks are ready, descriptors are polled at intervals. */
static void poll_io(weft_loop *loop)
{
    const weft_time now = weft_loop_time(loop);
    if (!loop->io_polled_at)
        loop->io_polled_at = now;
    if (now - loop->io_polled_at < WEFT_IO_POLL_INTERVAL_)
        return;
    loop->io_polled_at = now;
    loop->backend->sleep(loop->backend, 0);
}

/* Begins a tick with what is ready, and what timers, descriptors and thread-safe calls add to it.
 * Returns false if nothing can ever run again. */
static bool begin_tick(weft_loop *loop)
{
    if (weft_loop_is_idle_(loop)) {
        if (!wait_for_wake_up(loop))
            return false;
    } else if (loop->watches) {
        poll_io(loop);
    }
    if (WEFT_LOAD_(loop->threadsafe_calls))
        loop->threadsafe->take_calls(loop);
    if (loop->timers.used)
        fire_timers(loop);
    else
        loop->attention &= (unsigned char)~WEFT_HAS_TIMERS_;
    if (!weft_ready_is_idle_(&loop->ready))
        weft_ready_begin_tick_(&loop->ready);
    return true;
}

/* Runs a tick, and the ticks that follow while there is nothing to look at but the ready queue. */
static void run_tick(weft_loop *loop)
{
    for (;;) {
        weft_node_ *const node = weft_ready_pop_(&loop->ready);
        if (node != &loop->ready.tick) {
            run_entry(loop, node);
            continue;
        }
        if (WEFT_UNLIKELY_(weft_ready_is_idle_(&loop->ready) || loop->attention ||
                           WEFT_LOAD_(loop->threadsafe_calls)))
            return;
        weft_ready_push_(&loop->ready, &loop->ready.tick); /* its head is the next tick's first */
    }
}

/* Returns false if nothing can ever run again. */
static bool run_ticks(weft_loop *loop)
{
    while (begin_tick(loop)) {
        if (WEFT_UNLIKELY_(loop->inspection != NULL))
            loop->inspection->run_tick(loop);
        else
            run_tick(loop);
        loop->ready.head = &loop->ready.tick;
        loop->context.running = NULL;
        if (loop->stopping && --loop->stopping == 0) {
            loop->attention &= (unsigned char)~WEFT_STOPPING_;
            return true;
        }
    }
    return false;
}

const weft_error weft_loop_runs_error_ = {&weft_invalid_state_error, "the loop runs already"};

const weft_error *weft_run_ticks_(weft_loop *loop)
{
    weft_check_use_(loop, WEFT_BEGINS_TO_RUN_);
    if (loop->runs)
        return &weft_loop_runs_error_;
    loop->runs = true;
    const bool alive = run_ticks(loop);
    loop->runs = false;
    weft_check_use_(loop, WEFT_ENDS_TO_RUN_);
    return alive ? NULL : &weft_deadlock_error;
}

void weft_stop_after_(weft_loop *loop, unsigned char ticks)
{
    loop->stopping = ticks;
    loop->attention |= WEFT_STOPPING_;
}

weft_time weft_loop_time(weft_loop *loop)
{
    return loop->backend->now(loop->backend);
}
