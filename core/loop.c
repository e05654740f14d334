#include "core/loop.h"

#include "core/report.h"

/* ---- One tick ---- */

/* Tells a task what it has to be told. */
static void deliver(weft_task *task, weft_context *context)
{
    const unsigned flags = task->root.flags;
    if (flags & WEFT_HAS_ERROR_)
        context->error = task->live.wait.error;
    if (flags & (WEFT_MUST_CANCEL_ | WEFT_CANCELLED_) &&
        !weft_error_is(context->error, &weft_cancelled_error))
        context->error = &weft_cancelled_error;
    if (!task->root.state) /* cancelled before its first step: nothing of it runs */
        task->root.state = WEFT_ENDED_STATE_;
    task->root.flags &= (uint16_t)~WEFT_NEWS_;
}

static void run_task(weft_loop *loop, weft_task *task)
{
    weft_context *const context = &loop->context;
    context->task = task;
    if (task->root.flags & WEFT_NEWS_)
        deliver(task, context);
    const weft_signal signal = weft_resume(&task->live.wait.node.frame, &task->root, context);
    if (signal.what == WEFT_YIELDED_) {
        weft_queue_push_(&loop->ready, &task->live.wait.node);
    } else if (signal.what == WEFT_PARKED_) {
        if (task->root.flags & WEFT_MUST_CANCEL_)
            weft_cancel_parked_(task);
    } else {
        const weft_error *const error = context->error;
        context->error = NULL;
        weft_finish_task_(task, error);
    }
}

static void run_turn(weft_loop *loop, weft_frame *turn)
{
    loop->context.task = NULL;
    turn->code->step(turn, &loop->context);
}

/* Runs exactly the entries that are there now. */
static void run_ready(weft_loop *loop)
{
    weft_queue *const ready = &loop->ready;
    weft_node *node;
    ready->last = weft_queue_back_(ready);
    do {
        node = ready->running = weft_queue_pop_(ready);
        if (weft_is_turn_(node))
            run_turn(loop, node->frame);
        else
            run_task(loop, WEFT_CONTAINER_(node, weft_task, live.wait.node));
    } while (node != ready->last);
    loop->context.task = NULL;
}

static void fire_timers(weft_loop *loop)
{
    const weft_time now = loop->port->now(loop->port);
    weft_wait *due;
    while ((due = weft_timers_pop_(&loop->timers, now)))
        if (weft_is_turn_(&due->node))
            weft_handle_ready_(loop, WEFT_CONTAINER_(due, weft_handle, wait));
        else
            weft_sleep_is_over_(loop, due);
}

/* False: nothing can ever run again. */
static bool run_once(weft_loop *loop)
{
    if (!loop->ready.head) {
        if (!loop->timers.used)
            return false;
        loop->port->sleep(loop->port, loop->timers.next);
    }
    if (loop->timers.used)
        fire_timers(loop);
    if (loop->ready.head)
        run_ready(loop);
    return true;
}

/* ---- Runs ---- */

const weft_error *weft_run_forever(weft_loop *loop)
{
    if (loop->runs)
        return &weft_invalid_state_error;
    bool alive;
    loop->runs = true;
    do
        alive = run_once(loop);
    while (alive && !loop->stopping);
    loop->runs = loop->stopping = false;
    return alive ? NULL : &weft_deadlock_error;
}

void weft_stop(weft_loop *loop)
{
    loop->stopping = true;
}

static void stop_when_done(weft_loop *loop, weft_handle *handle)
{
    (void)handle;
    weft_stop(loop);
}

const weft_error *weft_run_until_complete_(weft_loop *loop, weft_awaitable *awaitable)
{
    weft_handle done = {.function = NULL};
    const weft_error *error = weft_add_done_callback_(awaitable, &done, stop_when_done);
    if (error)
        return error;
    error = weft_run_forever(loop);
    weft_handle_cancel(loop, &done);
    if (weft_has_ended_(awaitable))
        return weft_ask_(awaitable);
    return error ? error : &weft_invalid_state_error;
}

const weft_error *weft_shutdown(weft_loop *loop)
{
    for (weft_task *task = weft_first_task(loop); task; task = weft_next_task(task)) {
        if (!(task->root.flags & WEFT_DOOMED_))
            loop->doomed++;
        task->root.flags |= WEFT_DOOMED_;
        weft_cancel_task_(task);
    }
    return loop->doomed ? weft_run_forever(loop) : NULL;
}

const weft_error *weft_run_(weft_loop *loop, weft_task *task)
{
    weft_start_task_(&loop->tasks, task);
    const weft_error *const error = weft_run_until_complete_(loop, &task->awaitable);
    return error == &weft_deadlock_error ? error : (weft_shutdown(loop), error);
}

/* ---- The loop itself ---- */

void weft_loop_init(weft_loop *loop, weft_port *port)
{
    *loop = (weft_loop){.port = port};
    weft_queue_init_(&loop->ready);
    loop->tasks.loop = loop;
    loop->futures.loop = loop;
}

void weft_loop_close(weft_loop *loop)
{
    while (loop->failed)
        weft_report_failure_(loop->failed);
    for (weft_task *task = loop->tasks.children, *next; task; task = next) {
        next = task->next;
        task->awaitable.waiters = WEFT_ENDED_;
        task->awaitable.error = &weft_cancelled_error;
    }
    weft_loop_init(loop, loop->port);
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
