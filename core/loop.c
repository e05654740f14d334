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
static void settle(weft_loop *loop, weft_task *task, weft_signal signal)
{
    if (signal.what == WEFT_PARKED) {
        if (WEFT_RARELY_(task->root.flags & WEFT_MUST_CANCEL_))
            weft_cancel_parked_(task);
    } else if (signal.what == WEFT_RETURNED) {
        finish(loop, task);
    } else {
        weft_ready_push_(&loop->ready, &task->live.wait.node);
    }
}

/* Whom the running task starts eagerly runs; and that goes on when this one's turn is over. */
static weft_task *start_eagerly(weft_loop *loop, weft_task *task)
{
    task->live.wait.node.next = loop->starting;
    loop->starting = &task->live.wait.node;
    return WEFT_CONTAINER_(loop->context.callee, weft_task, root);
}

static weft_task *take_starting(weft_loop *loop)
{
    weft_node *const node = loop->starting;
    loop->starting = node->next;
    return weft_task_of_node_(node);
}

/* What a step asks for that did not just give way. */
static void follow(weft_loop *loop, weft_task *task, weft_signal signal)
{
    weft_context *const context = &loop->context;
    for (;;) {
        weft_node *const node = &task->live.wait.node;
        signal = weft_follow_(signal, &node->frame, &task->root, context);
        if (signal.what == WEFT_STARTS_) {
            task = start_eagerly(loop, task);
        } else {
            settle(loop, task, signal);
            if (!loop->starting)
                return;
            task = take_starting(loop);
        }
        context->running = &task->live.wait.node;
        signal = context->running->frame->code->step(context->running->frame, context);
    }
}

/* The usual ends are straight. */
static WEFT_INLINED_ void end_turn(weft_loop *loop, weft_task *task, weft_signal signal)
{
    if (signal.what == WEFT_PARKED && !(task->root.flags & WEFT_MUST_CANCEL_))
        return;
    if (signal.what == WEFT_RETURNED && task->live.wait.node.frame == &task->root)
        finish(loop, task);
    else
        follow(loop, task, signal);
}

WEFT_RARE_ static void deliver(weft_loop *loop, weft_node *node)
{
    weft_deliver_(weft_task_of_node_(node), &loop->context);
}

static WEFT_INLINED_ void run_task(weft_loop *loop, weft_node *node)
{
    if (WEFT_RARELY_(weft_task_of_node_(node)->root.flags & WEFT_NEWS_))
        deliver(loop, node);
    const weft_signal signal = node->frame->code->step(node->frame, &loop->context);
    if (WEFT_MOSTLY_(signal.what == WEFT_YIELDED))
        weft_ready_push_(&loop->ready, node);
    else
        end_turn(loop, weft_task_of_node_(node), signal);
}

static void run_turn(weft_loop *loop, weft_node *turn)
{
    loop->context.running = NULL;
    turn->frame->code->turn(loop, turn);
}

/* ---- Between two ticks ---- */

static void fire_timers(weft_loop *loop)
{
    const weft_time now = loop->port->now(loop->port);
    weft_wait *due;
    while ((due = weft_timers_pop_(&loop->timers, now)))
        if (weft_is_turn_(&due->node))
            weft_handle_ready_(loop, WEFT_CONTAINER_(due, weft_handle, wait));
        else
            weft_outside_has_come_(loop, due);
}

/* False: nothing can ever run again. */
static bool wait_for_outside(weft_loop *loop)
{
    if (!loop->timers.used && !loop->watches && !loop->listening)
        return false;
    loop->looked = 0;
    loop->port->sleep(loop->port, loop->timers.used ? loop->timers.next : WEFT_FOREVER);
    return true;
}

/* While tasks are ready: has the port tell of descriptors, every so often. */
static void look(weft_loop *loop)
{
    const weft_time now = loop->port->now(loop->port);
    if (!loop->looked)
        loop->looked = now;
    if (now - loop->looked < WEFT_LOOK_EVERY_)
        return;
    loop->looked = now;
    loop->port->sleep(loop->port, 0);
}

static bool is_idle(const weft_loop *loop)
{
    return weft_ready_is_idle_(&loop->ready) && !loop->stopping && !weft_is_called_(loop);
}

/* What is outside of the ready queue goes into it: calls, descriptors, timers. */
static void take_due(weft_loop *loop)
{
    if (weft_is_called_(loop))
        loop->outside->take_calls(loop);
    if (loop->timers.used)
        fire_timers(loop);
    else
        loop->attention &= (unsigned char)~WEFT_TIMERS_;
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
    if (WEFT_RARELY_(weft_ready_is_idle_(&loop->ready) || loop->attention || weft_is_called_(loop)))
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

static WEFT_INLINED_ void run_node(weft_loop *loop, weft_node *node)
{
    loop->context.running = node;
    if (WEFT_RARELY_(weft_is_turn_(node)))
        run_turn(loop, node);
    else
        run_task(loop, node);
}

/* A tick, and those that follow straight on. */
static void run_straight(weft_loop *loop)
{
    for (;;) {
        weft_node *const node = weft_ready_pop_(&loop->ready);
        if (node != &loop->ready.tick)
            run_node(loop, node);
        else if (!begin_next_tick(loop))
            return;
    }
}

void weft_run_node_(weft_loop *loop, weft_node *node)
{
    run_node(loop, node);
}

static bool run_ticks(weft_loop *loop)
{
    bool alive;
    while ((alive = begin_tick(loop))) {
        if (WEFT_RARELY_(loop->run_watched))
            loop->run_watched(loop);
        else
            run_straight(loop);
        end_tick(loop);
        if (loop->stopping && --loop->stopping == 0) {
            loop->attention &= (unsigned char)~WEFT_STOPS_;
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
    loop->attention |= WEFT_STOPS_;
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
    if (loop->watches || loop->open) { /* the bell is to fall silent */
        loop->looked = 0;              /* it looks now, and not again before its tick */
        loop->port->sleep(loop->port, 0);
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

const weft_error *weft_run_until_complete_(weft_loop *loop, weft_awaitable *awaitable)
{
    weft_handle done = {.function = NULL};
    if (awaitable->owner && awaitable->owner->loop != loop)
        return &weft_invalid_state_error;
    const weft_error *error = weft_add_done_callback_(awaitable, &done, stop_when_done);
    if (error)
        return error;
    error = run(loop);
    weft_handle_cancel(loop, &done);
    if (weft_has_ended_(awaitable))
        return weft_ask_(awaitable);
    return error ? error : &weft_invalid_state_error;
}

/* Those that have withstood a shutdown end like any other from then on. */
static void spare(weft_loop *loop)
{
    loop->doomed = 0;
    for (weft_task *task = weft_first_task(loop); task; task = weft_next_task(task))
        task->root.flags &= (uint16_t)~WEFT_DOOMED_;
}

const weft_error *weft_shutdown(weft_loop *loop)
{
    if (loop->runs)
        return &runs;
    for (weft_task *task = weft_first_task(loop); task; task = weft_next_task(task)) {
        task->root.flags |= WEFT_DOOMED_;
        loop->doomed++;
        weft_cancel_task_(task);
    }
    const weft_error *error = loop->doomed ? run(loop) : NULL;
    if (!error && loop->doomed)
        error = &weft_invalid_state_error;
    spare(loop);
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
    return error == &weft_deadlock_error ? error : (weft_shutdown(loop), error);
}

size_t weft_task_size(const weft_code *code)
{
    return offsetof(weft_task, root) + code->size;
}

const weft_error *weft_run_code(weft_loop *loop, const weft_code *code, void *memory)
{
    weft_task *const task = memory;
    weft_prepare_task_(&loop->tasks, task, code, __FILE__, __LINE__);
    task->root = (weft_frame){.code = code};
    return weft_run_(loop, task);
}

/* ---- The loop itself ---- */

static void make_new(weft_loop *loop, weft_port *port)
{
    *loop = (weft_loop){.port = port};
    weft_ready_init_(&loop->ready);
    loop->tasks = (weft_owner){.loop = loop, .next = &loop->tasks, .previous = &loop->tasks};
    loop->futures.loop = loop;
}

void weft_loop_init(weft_loop *loop, weft_port *port)
{
    make_new(loop, port);
    port->loop = loop;
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
    task->awaitable.owner = &task->awaitable.owner->loop->tasks;
    task->live.wait.node.frame = &task->root;
}

static void forget_tasks(weft_owner *owner)
{
    for (weft_task *task = owner->children, *next; task; task = next) {
        next = task->next;
        forget_task(task);
    }
}

const weft_error *weft_loop_close(weft_loop *loop)
{
    static const weft_error open = {&weft_invalid_state_error,
                                    "handles for calls from outside are open"};
    while (loop->failed && !loop->runs && !loop->open)
        weft_report_failure_(loop->failed);
    if (loop->runs)
        return &runs;
    if (loop->open) /* by the exception handler, perhaps */
        return &open;
    weft_forget_handles_(loop);
    weft_owner *owner = &loop->tasks;
    do
        forget_tasks(owner);
    while ((owner = owner->next) != &loop->tasks);
    make_new(loop, loop->port);
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
    loop->on_failure = handler;
}

weft_time weft_loop_time(weft_loop *loop)
{
    return loop->port->now(loop->port);
}

weft_time weft_deadline_(weft_loop *loop, weft_time delay)
{
    const weft_time now = weft_loop_time(loop), resolution = loop->port->resolution;
    if (delay)
        delay = delay < UINT64_MAX - resolution ? delay + resolution : UINT64_MAX;
    return delay < UINT64_MAX - now ? now + delay : UINT64_MAX;
}
