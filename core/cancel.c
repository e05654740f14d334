/* SPDX-License-Identifier: MIT */
#include "core/awaitable.h"

/* Cancelling. A request to cancel a task ends the task's wait. If the task awaits another task, the
 * request goes on to that one; if it awaits a gather, to each part, in order. So a request follows
 * chains of awaits, depth first. The gathers around it are linked by `up`: C's stack does not grow.
 *
 * weft_shutdown requests the end of every task. A chain of n tasks would so be followed n times.
 * But a task counts 127 requests at most, and the tasks of a chain all get requests of their own.
 * So a request of a shutdown ends after 127 tasks that requests before it have passed. That leaves
 * the same counts, and the first request has woken the task at the chain's end. */

enum { MOST_REQUESTS = WEFT_CANCELLING_MASK_ / WEFT_CANCELLING_ONE_ };

/* A request on its way. */
struct request {
    weft_gather_wait_ *gather; /* the innermost gather whose parts are being cancelled */
    unsigned depth;            /* tasks on its way that requests of this shutdown passed before */
};

static weft_loop *loop_of(const weft_task *task)
{
    return task->awaitable.scope->loop;
}

static void follow(struct request *request, weft_task *task);
static void cancel_chain(struct request *request, weft_task *task);
static weft_task *end_wait(struct request *request, weft_task *task);
static weft_task *begin_parts(struct request *request, weft_task *task);
static weft_task *next_part(struct request *request);
static bool waits_in_circle(const weft_task *task);

/* A task that was cancelled is about to run: its wait raises the cancellation. */
static void deliver(weft_context *context)
{
    if (!weft_error_is(context->error, &weft_cancelled_error))
        context->error = &weft_cancelled_error;
}

/* A task was cancelled while it ran, and parks: its wait ends. */
static void end_new_wait(weft_task *task)
{
    struct request request = {NULL, 0};
    task->root.flags &= (uint16_t)~WEFT_MUST_CANCEL_;
    follow(&request, end_wait(&request, task));
}

/* A task that was cancelled after its last wait ends as cancelled. The shutdown waits for one task
 * less. */
static void end(weft_loop *loop, weft_task *task)
{
    if (!loop->context.error && task->root.flags & WEFT_MUST_CANCEL_)
        loop->context.error = &weft_cancelled_error;
    if (task->root.flags & WEFT_SHUTDOWN_PENDING_ && --loop->shutdown_pending == 0 &&
        !loop->stopping)
        weft_stop_after_(loop, WEFT_TICKS_OF_A_GATHER_);
}

/* What the loop calls for a task with a request that it must act on. */
static void cancelling(weft_task *task, enum weft_cancelling_ why)
{
    if (why == WEFT_TASK_RUNS_)
        deliver(&loop_of(task)->context);
    else if (why == WEFT_TASK_PARKS_)
        end_new_wait(task);
    else
        end(loop_of(task), task);
}

static void cancel(weft_task *task)
{
    struct request request = {NULL, 0};
    loop_of(task)->cancelling = cancelling;
    follow(&request, task);
}

WEFT_COLD_ static void check_and_cancel(weft_task *task)
{
    weft_check_use_(loop_of(task), WEFT_IS_CHANGED_);
    cancel(task);
}

void weft_cancel_task_(weft_task *task)
{
    if (weft_is_inspected_(loop_of(task)))
        check_and_cancel(task);
    else
        cancel(task);
}

bool weft_cancel_(weft_awaitable_ *awaitable)
{
    if (!awaitable->scope || weft_has_ended_(awaitable))
        return false;
    if (!weft_is_future_(awaitable)) {
        weft_cancel_task_(WEFT_CONTAINER_(awaitable, weft_task, awaitable));
    } else {
        weft_check_use_(awaitable->scope->loop, WEFT_IS_CHANGED_);
        weft_complete_(awaitable, &weft_cancelled_error);
    }
    return true;
}

static void follow(struct request *request, weft_task *task)
{
    do
        if (task)
            cancel_chain(request, task);
    while ((task = next_part(request)));
}

/* Returns true if this shutdown has cancelled the task already, and what the task awaits. */
static bool was_passed(const weft_task *task)
{
    return loop_of(task)->in_shutdown && task->root.flags & WEFT_SHUTDOWN_PENDING_;
}

static void count_request(weft_task *task)
{
    weft_loop *const loop = loop_of(task);
    if ((task->root.flags & WEFT_CANCELLING_MASK_) != WEFT_CANCELLING_MASK_)
        task->root.flags = (uint16_t)(task->root.flags + WEFT_CANCELLING_ONE_);
    if (loop->in_shutdown && !(task->root.flags & WEFT_SHUTDOWN_PENDING_)) {
        task->root.flags |= WEFT_SHUTDOWN_PENDING_;
        loop->shutdown_pending++;
    }
    weft_observe_(loop, WEFT_NOTES_CANCEL_, task, NULL);
}

static void wake_cancelled(weft_task *task)
{
    task->root.flags |= WEFT_CANCELLED_;
    weft_wake_(task, NULL);
}

/* Cancels a task, the task that it awaits, and so on. In a circle of tasks that await each other
 * none could ever be woken, so the first one is woken and leaves the circle. */
static void cancel_chain(struct request *request, weft_task *task)
{
    if (waits_in_circle(task)) {
        count_request(task);
        weft_remove_task_(task->live.wait.target, &task->live.wait.node);
        wake_cancelled(task);
        return;
    }
    while (task && request->depth < MOST_REQUESTS) {
        request->depth += was_passed(task);
        count_request(task);
        task = end_wait(request, task);
    }
}

/* Removes a task that sleeps, or waits for a descriptor, from where it is linked. */
static void unlink_wait(weft_task *task)
{
    weft_loop *const loop = loop_of(task);
    weft_wait_ *const wait = &task->live.wait;
    if (wait->node.callback == WEFT_WAKE_UP_) {
        weft_ready_remove_(&loop->ready, wait);
        wait->node.frame = wait->innermost;
    } else if (weft_parked_in_(task) == WEFT_ASLEEP_) {
        weft_timers_disarm_(&loop->timers, wait);
    } else {
        loop->watching(loop, wait);
    }
}

/* Ends the wait of a task. Returns the task that the request goes on to, if the task awaits one;
 * NULL: none. A task that is ready or running remembers the request. */
static weft_task *end_wait(struct request *request, weft_task *task)
{
    switch (weft_parked_in_(task)) {
    case WEFT_NOT_PARKED_:
    case WEFT_GRANTED_:
        task->root.flags |= WEFT_MUST_CANCEL_;
        return NULL;
    case WEFT_AWAITING_: {
        weft_task *const awaited = weft_awaitable_task_(task->live.wait.target);
        if (!awaited)
            weft_cancel_(task->live.wait.target);
        return awaited;
    }
    case WEFT_GATHERING_:
        return begin_parts(request, task);
    case WEFT_ASLEEP_:
    case WEFT_WATCHING_:
        unlink_wait(task);
        break;
    default: /* its primitive unlinks it when it runs */
        break;
    }
    wake_cancelled(task);
    return NULL;
}

/* ---- The parts of a gather ---- */

static bool all_have_ended(weft_gather_wait_ *gather)
{
    weft_awaitable_ *part;
    for (size_t i = 0; (part = gather->part(gather, i)); i++)
        if (!weft_has_ended_(part))
            return false;
    return true;
}

/* Makes the gather that `task` awaits the innermost one: its parts are next. Always returns
 * NULL. */
static weft_task *begin_parts(struct request *request, weft_task *task)
{
    weft_gather_wait_ *const gather = task->live.wait.gather_wait;
    if (all_have_ended(gather)) {
        task->root.flags |= WEFT_MUST_CANCEL_;
    } else if (gather->next) { /* the task waits, in the end, for itself: it leaves */
        wake_cancelled(task);
    } else {
        gather->next = 1;
        gather->up = request->gather;
        gather->depth = (unsigned char)request->depth;
        request->gather = gather;
    }
    return NULL;
}

/* Returns the next task among the parts of the innermost gather, or of those around it; NULL: no
 * more. Cancels the futures before it. */
static weft_task *next_part(struct request *request)
{
    while (request->gather) {
        weft_gather_wait_ *const gather = request->gather;
        weft_awaitable_ *const part = gather->part(gather, gather->next - 1);
        if (!part) {
            gather->next = 0;
            request->gather = gather->up;
            continue;
        }
        gather->next++;
        if (weft_has_ended_(part))
            continue;
        gather->cancelled = true;
        request->depth = gather->depth;
        weft_task *const task = weft_awaitable_task_(part);
        if (task)
            return task;
        weft_cancel_(part);
    }
    return NULL;
}

/* ---- Circles ---- */

static weft_task *awaited_task(const weft_task *task)
{
    return weft_parked_in_(task) == WEFT_AWAITING_ ? weft_awaitable_task_(task->live.wait.target)
                                                   : NULL;
}

/* Returns true if the tasks that are awaited from `task` on form a circle. Brent's algorithm: the
 * mark moves up whenever the way from it has become twice as long. Behind a task that the shutdown
 * has passed there is no circle any more. */
static bool waits_in_circle(const weft_task *task)
{
    const weft_task *mark = task;
    size_t way = 0, most = 1;
    while (!was_passed(task)) {
        task = awaited_task(task);
        if (!task || task == mark)
            return task;
        if (++way == most)
            mark = task, way = 0, most *= 2;
    }
    return false;
}

/* ---- Counting ---- */

unsigned weft_cancelling(const weft_task *task)
{
    return task->root.flags / WEFT_CANCELLING_ONE_;
}

unsigned weft_uncancel(weft_task *task)
{
    if (weft_cancelling(task))
        task->root.flags = (uint16_t)(task->root.flags - WEFT_CANCELLING_ONE_);
    if (!weft_cancelling(task))
        task->root.flags &= (uint16_t)~WEFT_MUST_CANCEL_;
    return weft_cancelling(task);
}
