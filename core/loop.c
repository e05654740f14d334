#include "core/loop.h"

#include "core/inspect/report.h"

static const weft_error runs = {&weft_invalid_state_error, "the loop runs already"};

/* ---- One entry of the ready queue ---- */

static void finish(weft_loop *loop, weft_task *task)
{
    const weft_error *const error = loop->context.error;
    loop->context.error = NULL;
    weft_finish_task_(task, error);
}

/* What a task's turn ended with. */
static void settle(weft_loop *loop, weft_task *task, weft_step_ result)
{
    if (result.what == WEFT_PARKED_) {
        if (WEFT_UNLIKELY_(task->root.flags & WEFT_MUST_CANCEL_))
            weft_cancel_parked_(task);
    } else if (result.what == WEFT_RETURNED) {
        finish(loop, task);
    } else {
        weft_ready_push_(&loop->ready, &task->live.wait.node);
    }
}

/* Whom the running task starts eagerly runs; and that goes on when this one's turn is over. */
static weft_task *start_eagerly(weft_loop *loop, weft_task *task)
{
    task->live.wait.node.next = loop->eager_parents;
    loop->eager_parents = &task->live.wait.node;
    return WEFT_CONTAINER_(loop->context.callee, weft_task, root);
}

static weft_task *take_starting(weft_loop *loop)
{
    weft_node_ *const node = loop->eager_parents;
    loop->eager_parents = node->next;
    return weft_task_of_node_(node);
}

/* What a step asks for that did not just give way. */
static void follow(weft_loop *loop, weft_task *task, weft_step_ result)
{
    weft_context *const context = &loop->context;
    for (;;) {
        weft_node_ *const node = &task->live.wait.node;
        result = weft_follow_(result, &node->frame, &task->root, context);
        if (result.what == WEFT_STARTS_) {
            task = start_eagerly(loop, task);
        } else {
            settle(loop, task, result);
            if (!loop->eager_parents)
                return;
            task = take_starting(loop);
        }
        context->running = &task->live.wait.node;
        result = context->running->frame->code->step(context->running->frame, context);
    }
}

/* The usual ends are straight. */
static WEFT_ALWAYS_INLINE_ void end_turn(weft_loop *loop, weft_task *task, weft_step_ result)
{
    if (result.what == WEFT_PARKED_ && !(task->root.flags & WEFT_MUST_CANCEL_))
        return;
    if (result.what == WEFT_RETURNED && task->live.wait.node.frame == &task->root)
        finish(loop, task);
    else
        follow(loop, task, result);
}

WEFT_COLD_ static void deliver(weft_loop *loop, weft_node_ *node)
{
    weft_deliver_(weft_task_of_node_(node), &loop->context);
}

static WEFT_ALWAYS_INLINE_ void run_task(weft_loop *loop, weft_node_ *node)
{
    if (WEFT_UNLIKELY_(weft_task_of_node_(node)->root.flags & WEFT_DELIVERY_MASK_))
        deliver(loop, node);
    const weft_step_ result = node->frame->code->step(node->frame, &loop->context);
    if (WEFT_LIKELY_(result.what == WEFT_YIELDED))
        weft_ready_push_(&loop->ready, node);
    else
        end_turn(loop, weft_task_of_node_(node), result);
}

static void run_callback(weft_loop *loop, weft_node_ *turn)
{
    loop->context.running = NULL;
    turn->frame->code->run(loop, turn);
}

/* ---- Between two ticks ---- */

static void fire_timers(weft_loop *loop)
{
    const weft_time now = loop->backend->now(loop->backend);
    weft_wait_ *due;
    while ((due = weft_timers_pop_(&loop->timers, now)))
        if (weft_is_callback_(&due->node))
            weft_handle_ready_(loop, WEFT_CONTAINER_(due, weft_handle, wait));
        else
            weft_push_wake_up_(loop, due);
}

/* False: nothing can ever run again. */
static bool wait_for_outside(weft_loop *loop)
{
    if (!loop->timers.used && !loop->watches && !loop->keepalive_handles)
        return false;
    loop->io_polled_at = 0;
    loop->backend->sleep(loop->backend, loop->timers.used ? loop->timers.next : WEFT_FOREVER);
    return true;
}

/* While tasks are ready: has the port tell of descriptors, every so often. */
static void look(weft_loop *loop)
{
    const weft_time now = loop->backend->now(loop->backend);
    if (!loop->io_polled_at)
        loop->io_polled_at = now;
    if (now - loop->io_polled_at < WEFT_IO_POLL_INTERVAL_)
        return;
    loop->io_polled_at = now;
    loop->backend->sleep(loop->backend, 0);
}

static bool is_idle(const weft_loop *loop)
{
    return weft_ready_is_idle_(&loop->ready) && !loop->stopping &&
           !weft_has_threadsafe_calls_(loop);
}

/* What is outside of the ready queue goes into it: calls, descriptors, timers. */
static void take_due(weft_loop *loop)
{
    if (weft_has_threadsafe_calls_(loop))
        loop->threadsafe->take_calls(loop);
    if (loop->timers.used)
        fire_timers(loop);
    else
        loop->attention &= (unsigned char)~WEFT_HAS_TIMERS_;
}

/* False: nothing can ever run again. */
static bool begin_tick(weft_loop *loop)
{
    if (is_idle(loop)) {
        if (!wait_for_outside(loop))
            return false;
    } else if (loop->watches) {
        look(loop);
    }
    take_due(loop);
    if (!weft_ready_is_idle_(&loop->ready))
        weft_ready_begin_tick_(&loop->ready);
    return true;
}

/* Straight on, where there is nothing to look at but the ready queue: its head is the next tick's
 * first already. */
static bool begin_next_tick(weft_loop *loop)
{
    if (WEFT_UNLIKELY_(weft_ready_is_idle_(&loop->ready) || loop->attention ||
                       weft_has_threadsafe_calls_(loop)))
        return false;
    weft_ready_push_(&loop->ready, &loop->ready.tick);
    return true;
}

static void end_tick(weft_loop *loop)
{
    loop->ready.head = &loop->ready.tick;
    loop->context.running = NULL;
}

/* ---- Runs ---- */

static WEFT_ALWAYS_INLINE_ void run_node(weft_loop *loop, weft_node_ *node)
{
    loop->context.running = node;
    if (WEFT_UNLIKELY_(weft_is_callback_(node)))
        run_callback(loop, node);
    else
        run_task(loop, node);
}

/* A tick, and those that follow straight on. */
static void run_straight(weft_loop *loop)
{
    for (;;) {
        weft_node_ *const node = weft_ready_pop_(&loop->ready);
        if (node != &loop->ready.tick)
            run_node(loop, node);
        else if (!begin_next_tick(loop))
            return;
    }
}

void weft_run_node_(weft_loop *loop, weft_node_ *node)
{
    run_node(loop, node);
}

static bool run_ticks(weft_loop *loop)
{
    bool alive;
    while ((alive = begin_tick(loop))) {
        if (WEFT_UNLIKELY_(loop->run_timed))
            loop->run_timed(loop);
        else
            run_straight(loop);
        end_tick(loop);
        if (loop->stopping && --loop->stopping == 0) {
            loop->attention &= (unsigned char)~WEFT_STOPPING_;
            break;
        }
    }
    return alive;
}

static const weft_error *run(weft_loop *loop)
{
    if (loop->runs)
        return &runs;
    loop->runs = true;
    const bool alive = run_ticks(loop);
    loop->runs = false;
    return alive ? NULL : &weft_deadlock_error;
}

void weft_stop_after_(weft_loop *loop, unsigned char ticks)
{
    loop->stopping = ticks;
    loop->attention |= WEFT_STOPPING_;
}

const weft_error *weft_run_forever(weft_loop *loop)
{
    const weft_error *const error = run(loop);
    if (error == &weft_deadlock_error && loop->only_daemons && loop->only_daemons(loop))
        return NULL;
    return error;
}

void weft_stop(weft_loop *loop)
{
    weft_stop_after_(loop, 1);
}

/* ---- A host's ---- */

const weft_error *weft_run_once(weft_loop *loop)
{
    if (loop->runs)
        return &runs;
    if (loop->watches || loop->open_handles) { /* the bell is to fall silent */
        loop->io_polled_at = 0;                /* it looks now, and not again before its tick */
        loop->backend->sleep(loop->backend, 0);
    }
    if (!loop->stopping)
        weft_stop(loop);
    return weft_run_forever(loop);
}

weft_time weft_next_run(const weft_loop *loop)
{
    if (!is_idle(loop))
        return 0;
    return loop->timers.used ? loop->timers.next : WEFT_FOREVER;
}

/* ---- Runs to an end ---- */

static void stop_when_done(weft_loop *loop, weft_handle *handle)
{
    (void)handle;
    weft_stop(loop);
}

const weft_error *weft_run_until_complete_(weft_loop *loop, weft_awaitable_ *awaitable)
{
    weft_handle done = {.function = NULL};
    if (awaitable->scope && awaitable->scope->loop != loop)
        return &weft_invalid_state_error;
    const weft_error *error = weft_add_done_callback_(awaitable, &done, stop_when_done);
    if (error)
        return error;
    error = run(loop);
    weft_handle_cancel(loop, &done);
    if (weft_has_ended_(awaitable))
        return weft_retrieve_error_(awaitable);
    return error ? error : &weft_invalid_state_error;
}

/* Those that have withstood a shutdown end like any other from then on. */
static void end_shutdown(weft_loop *loop)
{
    loop->shutdown_pending = 0;
    for (weft_task *task = weft_first_task(loop); task; task = weft_next_task(task))
        task->root.flags &= (uint16_t)~WEFT_SHUTDOWN_PENDING_;
}

const weft_error *weft_shutdown(weft_loop *loop)
{
    if (loop->runs)
        return &runs;
    loop->shuts_down = true;
    for (weft_task *task = weft_first_task(loop); task; task = weft_next_task(task)) {
        task->root.flags |= WEFT_SHUTDOWN_PENDING_;
        loop->shutdown_pending++;
        weft_cancel_task_(task);
    }
    loop->shuts_down = false;
    for (weft_task *task = weft_first_task(loop); task; task = weft_next_task(task))
        weft_forget_spent_(task);
    const weft_error *error = loop->shutdown_pending ? run(loop) : NULL;
    if (!error && loop->shutdown_pending)
        error = &weft_invalid_state_error;
    end_shutdown(loop);
    return error;
}

const weft_error *weft_run_and_keep_(weft_loop *loop, weft_task *task)
{
    if (loop->runs)
        return &runs;
    weft_start_task_(&loop->tasks, task);
    return weft_run_until_complete_(loop, &task->awaitable);
}

const weft_error *weft_run_(weft_loop *loop, weft_task *task)
{
    if (loop->runs)
        return &runs;
    const weft_error *const error = weft_run_and_keep_(loop, task);
    if (error != &weft_deadlock_error || weft_has_ended_(&task->awaitable))
        (void)weft_shutdown(loop);
    return error;
}

size_t weft_task_size(const weft_code *code)
{
    return offsetof(weft_task, root) + code->size;
}

const weft_error *weft_run_code(weft_loop *loop, const weft_code *code, void *memory)
{
    weft_task *const task = memory;
    if (offsetof(weft_task, root) % code->alignment != 0)
        weft_panic(code->file, 0, "a member of the frame is aligned too strictly for a task");
    weft_prepare_task_(&loop->tasks, task, code, __FILE__, __LINE__);
    task->root = (weft_frame){.code = code};
    return weft_run_(loop, task);
}

/* ---- The loop itself ---- */

static void make_new(weft_loop *loop, weft_backend *backend)
{
    *loop = (weft_loop){.backend = backend};
    weft_ready_init_(&loop->ready);
    loop->tasks = (weft_scope_){.loop = loop, .next = &loop->tasks, .previous = &loop->tasks};
    loop->futures.loop = loop;
}

void weft_loop_init(weft_loop *loop, weft_backend *backend)
{
    make_new(loop, backend);
    backend->loop = loop;
}

/* What a task that has not ended leaves: frames that are free, and callbacks that are off. */
static void forget_task(weft_task *task)
{
    const weft_frame *frame = weft_task_innermost(task);
    while (frame) {
        const weft_frame *const caller = weft_task_caller(task, frame);
        ((weft_frame *)(uintptr_t)frame)->state = WEFT_ENDED_STATE_;
        frame = caller;
    }
    if (!weft_has_ended_(&task->awaitable)) {
        weft_forget_callbacks_(&task->awaitable);
        task->awaitable.waiters = WEFT_ENDED_;
        task->awaitable.error = &weft_cancelled_error;
    }
    task->awaitable.scope = &task->awaitable.scope->loop->tasks;
    task->live.wait.node.frame = &task->root;
}

static void forget_tasks(weft_scope_ *scope)
{
    for (weft_task *task = scope->children, *next; task; task = next) {
        next = task->next;
        forget_task(task);
    }
}

const weft_error *weft_loop_close(weft_loop *loop)
{
    static const weft_error open = {&weft_invalid_state_error,
                                    "handles for calls from outside are open"};
    while (loop->failed && !loop->runs && !loop->open_handles)
        weft_report_failure_(loop->failed);
    if (loop->runs)
        return &runs;
    if (loop->open_handles) /* by the exception handler, perhaps */
        return &open;
    weft_forget_handles_(loop);
    weft_scope_ *scope = &loop->tasks;
    do
        forget_tasks(scope);
    while ((scope = scope->next) != &loop->tasks);
    make_new(loop, loop->backend);
    return NULL;
}

const weft_error *weft_runner_close(weft_loop *loop)
{
    const weft_error *const withstood = weft_shutdown(loop);
    const weft_error *const error = weft_loop_close(loop);
    return withstood ? withstood : error;
}

void weft_set_exception_handler(weft_loop *loop, weft_exception_handler *handler)
{
    loop->exception_handler = handler;
}

weft_time weft_loop_time(weft_loop *loop)
{
    return loop->backend->now(loop->backend);
}

weft_time weft_deadline_(weft_loop *loop, weft_time delay)
{
    const weft_time now = weft_loop_time(loop), resolution = loop->backend->resolution;
    if (weft_is_negative_(delay))
        return now;
    if (delay)
        delay = delay < WEFT_FOREVER - resolution ? delay + resolution : WEFT_FOREVER;
    return delay < WEFT_FOREVER - now ? now + delay : WEFT_FOREVER;
}
