#include "core/task.h"

/* A parked task costs its weft_task, and nothing beside it, whatever it waits for: asleep, for a
 * lock, for another task, or as a child of a group. */
_Static_assert(sizeof(void *) != 8 || sizeof(weft_task) <= 80, "a parked task: 80 bytes on LP64");
_Static_assert(sizeof(void *) != 4 || sizeof(weft_task) <= 44, "a parked task: 44 bytes on ILP32");

/* ---- Lists of tasks: an owner's children, the failed ---- */

/* The first one's `previous` is the last; the last one's `next` is NULL. */
static void append(weft_task **list, weft_task *task)
{
    weft_task *const first = *list;
    task->next = NULL;
    if (!first) {
        *list = task->root.previous = task;
        return;
    }
    weft_task *const last = first->root.previous;
    if (last == task || last->next)
        weft_panic(__FILE__, __LINE__, "the memory of a task was overwritten before it ended");
    last->next = task;
    task->root.previous = last;
    first->root.previous = task;
}

static inline void remove_from(weft_task **list, weft_task *task)
{
    weft_task *const previous = task->root.previous, *const next = task->next;
    if (task != *list && previous->next != task)
        weft_panic(__FILE__, __LINE__, "the memory of a task was overwritten before it ended");
    if (next)
        next->root.previous = previous;
    else
        (*list)->root.previous = previous;
    if (task == *list)
        *list = next;
    else
        previous->next = next;
}

static weft_loop *loop_of(const weft_task *task)
{
    return task->awaitable.scope->loop;
}

/* ---- Owners ---- */

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

void weft_exit_scope_(weft_scope_ *scope)
{
    scope->previous->next = scope->next;
    scope->next->previous = scope->previous;
    scope->parent->awaitable.scope = scope->outer;
    scope->parent = NULL;
}

/* Blocks nest, so a task leaves its groups in the reverse order of entering them. */
weft_scope_ *weft_own_scope_(const weft_task *task)
{
    weft_scope_ *scope = task->awaitable.scope;
    while (scope->parent == task)
        scope = scope->outer;
    return scope;
}

/* An ended task knows its loop through that loop alone: its group may be gone. */
static inline void leave(weft_scope_ *scope, weft_task *task)
{
    remove_from(&scope->children, task);
    task->awaitable.scope = &scope->loop->tasks;
}

void weft_leave_scope_(weft_task *task)
{
    leave(task->awaitable.scope, task);
    task->live.wait.node.frame = &task->root;
}

/* ---- What has to be told before memory is used again ----
 * Failed tasks are linked until somebody asks; leases, until they end. */

static bool is_in(const void *object, const void *memory, size_t size)
{
    return (uintptr_t)object - (uintptr_t)memory < size;
}

static weft_task *failed_in(const weft_loop *loop, const void *memory, size_t size)
{
    weft_task *task = loop->failed;
    while (task && !is_in(task, memory, size))
        task = task->next;
    return task;
}

/* The handler may ask others for their errors, and use their memory again: each time the list is
 * looked through from its start. */
static void report_failures_in(weft_loop *loop, const void *memory, size_t size)
{
    weft_task *task;
    while ((task = failed_in(loop, memory, size)))
        weft_report_failure_(task);
}

static void on_reuse(weft_context *context, const void *memory, size_t size)
{
    weft_loop *const loop = weft_running_loop_(context);
    weft_reuse_hook_ *reuse_hook;
    report_failures_in(loop, memory, size);
    while ((reuse_hook = weft_take_reuse_hook_in_(loop, memory, size)))
        reuse_hook->end(reuse_hook);
}

/* The hook is there while there is anybody to be told. */
static void set_hook(weft_loop *loop)
{
    loop->context.on_reuse = loop->failed || loop->reuse_hooks ? on_reuse : NULL;
}

void weft_add_reuse_hook_(weft_loop *loop, weft_reuse_hook_ *reuse_hook,
                          void (*end)(weft_reuse_hook_ *reuse_hook))
{
    reuse_hook->end = end;
    reuse_hook->next = loop->reuse_hooks;
    loop->reuse_hooks = reuse_hook;
    set_hook(loop);
}

void weft_remove_reuse_hook_(weft_loop *loop, weft_reuse_hook_ *reuse_hook)
{
    weft_reuse_hook_ **link = &loop->reuse_hooks;
    while (*link && *link != reuse_hook)
        link = &(*link)->next;
    if (*link)
        *link = reuse_hook->next;
    set_hook(loop);
}

weft_reuse_hook_ *weft_take_reuse_hook_in_(weft_loop *loop, const void *memory, size_t size)
{
    weft_reuse_hook_ *reuse_hook = loop->reuse_hooks;
    while (reuse_hook && !is_in(reuse_hook, memory, size))
        reuse_hook = reuse_hook->next;
    if (reuse_hook)
        weft_remove_reuse_hook_(loop, reuse_hook);
    return reuse_hook;
}

/* ---- From start to end ---- */

void weft_before_reuse_(weft_loop *loop, weft_task *task, const weft_code *code, const char *file,
                        unsigned line)
{
    weft_context *const context = &loop->context;
    if (weft_is_in_use_(task))
        weft_panic(file, line,
                   "a task is started in the memory of one that has not ended (or whose group has "
                   "not heard yet), or that was not zero at first");
    context->on_reuse(context, task, weft_task_size(code));
}

void weft_start_eager_task_(weft_scope_ *scope, weft_task *task)
{
    task->awaitable.waiters = NULL;
    task->awaitable.scope = scope;
    task->live.wait.node.frame = &task->root;
    scope->live++;
    append(&scope->children, task);
}

void weft_start_task_(weft_scope_ *scope, weft_task *task)
{
    weft_start_eager_task_(scope, task);
    weft_ready_push_(&scope->loop->ready, &task->live.wait.node);
}

static inline void push_on_child_end(weft_scope_ *scope, weft_task *task)
{
    task->live.wait.node.frame = (weft_frame *)scope->on_child_end;
    weft_ready_push_(&scope->loop->ready, &task->live.wait.node);
}

WEFT_COLD_ static void finish_otherwise(weft_task *task, const weft_error *error)
{
    weft_scope_ *const scope = task->awaitable.scope;
    weft_loop *const loop = scope->loop;
    if (!error && task->root.flags & WEFT_MUST_CANCEL_)
        error = &weft_cancelled_error;
    scope->live--;
    if (scope->on_child_end)
        push_on_child_end(scope, task);
    else
        remove_from(&scope->children, task);
    if (!weft_complete_(&task->awaitable, error) && !scope->on_child_end &&
        weft_error_is(error, &weft_any_error)) {
        task->awaitable.waiters = WEFT_UNRETRIEVED_;
        append(&loop->failed, task);
        set_hook(loop);
    }
    if (task->root.flags & WEFT_SHUTDOWN_PENDING_ && --loop->shutdown_pending == 0 &&
        !loop->stopping)
        weft_stop_after_(loop, WEFT_TICKS_OF_A_GATHER_);
}

/* Most return, and nobody has asked them for anything else: on the straight path. That a group's
 * child has ended well shows in nothing while others live, so its turn is left out: theirs come
 * later. */
void weft_finish_task_(weft_task *task, const weft_error *error)
{
    if (WEFT_UNLIKELY_(error || task->root.flags & (WEFT_MUST_CANCEL_ | WEFT_SHUTDOWN_PENDING_))) {
        finish_otherwise(task, error);
        return;
    }
    weft_scope_ *const scope = task->awaitable.scope;
    if (--scope->live == 0 ? !!scope->on_child_end : task->root.flags & WEFT_POOLED_)
        push_on_child_end(scope, task);
    else
        leave(scope, task);
    weft_complete_(&task->awaitable, NULL);
}

void weft_mark_retrieved_(weft_task *task)
{
    weft_loop *const loop = loop_of(task);
    task->awaitable.waiters = WEFT_ENDED_;
    remove_from(&loop->failed, task);
    set_hook(loop);
}

void weft_report_failure_(weft_task *task)
{
    weft_loop *const loop = loop_of(task);
    weft_mark_retrieved_(task);
    if (loop->exception_handler)
        loop->exception_handler(loop, task, task->awaitable.error);
}

/* ---- Parking and waking ---- */

weft_step_ weft_park_awaiting_(weft_task *task, weft_awaitable_ *awaitable)
{
    weft_set_parked_(task, WEFT_AWAITING_);
    task->live.wait.target = awaitable;
    weft_add_waiter_(awaitable, &task->live.wait.node);
    return (weft_step_){WEFT_PARKED_};
}

weft_step_ weft_park_gathering_(weft_task *task, weft_gather_wait_ *gather_wait)
{
    weft_set_parked_(task, WEFT_GATHERING_);
    task->live.wait.gather_wait = gather_wait;
    return (weft_step_){WEFT_PARKED_};
}

/* Tells a task that is about to run what it has to be told. */
void weft_deliver_(weft_task *task, weft_context *context)
{
    const unsigned flags = task->root.flags;
    if (flags & WEFT_HAS_ERROR_)
        context->error = task->live.wait.error;
    if (flags & (WEFT_MUST_CANCEL_ | WEFT_CANCELLED_) &&
        !weft_error_is(context->error, &weft_cancelled_error))
        context->error = &weft_cancelled_error;
    if (!task->root.state) /* cancelled before its first step: nothing of it runs */
        task->root.state = WEFT_ENDED_STATE_;
    task->root.flags &= (uint16_t)~WEFT_DELIVERY_MASK_;
}

/* ---- Sleep, and descriptors ----
 * What comes from outside takes a turn of its own, and the task another. */

static void wake_up(weft_loop *loop, weft_node_ *node)
{
    (void)loop;
    weft_wait_ *const wait = weft_wait_of_(node);
    wait->node.frame = wait->innermost;
    weft_wake_(weft_task_of_node_(node));
}

static const weft_code wake_up_code = {.run = wake_up, .name = "wake up"};
static const weft_frame wake_up_frame = {&wake_up_code, {NULL}, WEFT_CALLBACK_STATE_, 0};

weft_step_ weft_park_asleep_(weft_task *task, weft_time delay)
{
    weft_loop *const loop = loop_of(task);
    if (weft_is_negative_(delay))
        return (weft_step_){WEFT_YIELDED};
    weft_set_parked_(task, WEFT_ASLEEP_);
    weft_arm_(loop, &task->live.wait, weft_deadline_(loop, delay));
    return (weft_step_){WEFT_PARKED_};
}

void weft_push_wake_up_(weft_loop *loop, weft_wait_ *wait)
{
    wait->innermost = wait->node.frame;
    wait->node.frame = (weft_frame *)&wake_up_frame;
    weft_ready_push_callback_(&loop->ready, wait);
}

static void end_wait_for_outside(weft_task *task)
{
    weft_loop *const loop = loop_of(task);
    weft_wait_ *const wait = &task->live.wait;
    if (wait->node.frame == &wake_up_frame) {
        weft_ready_remove_(&loop->ready, wait);
        wait->node.frame = wait->innermost;
    } else if (weft_parked_in_(task) == WEFT_ASLEEP_) {
        weft_timers_disarm_(&loop->timers, wait);
    } else {
        weft_watch_end_(loop, wait);
    }
}

/* ---- Cancelling ----
 * Goes along the tasks that await tasks, and into the parts of joints, one by one and in order:
 * depth first, on a stack that is linked through the joints. */

/* ---- What a shutdown need not do again ----
 * A shutdown cancels each task by itself, so a request comes to a task from all that await it, and
 * goes on to what it awaits. Those would be n * n / 2 steps for a chain of n. But a task counts
 * requests to 127 only. A task is spent if one more request changes nothing, for it and for all
 * that it awaits: there the way of a request ends. So it passes at most 127 times.
 *
 * A parked task has no error: while a loop shuts down, the flag says that a parked task is spent. */

enum { SPENT = WEFT_HAS_ERROR_ };

static bool counts_no_more(const weft_task *task)
{
    return (task->root.flags & WEFT_CANCELLING_MASK_) == WEFT_CANCELLING_MASK_;
}

static bool is_spent(const weft_task *task)
{
    return counts_no_more(task) &&
           task->root.flags & (unsigned)(weft_is_parked_(task) ? SPENT : WEFT_MUST_CANCEL_);
}

static bool parts_are_spent(weft_gather_wait_ *gather_wait)
{
    bool spent = false;
    weft_awaitable_ *part;
    for (size_t i = 0; (part = gather_wait->part(gather_wait, i)); i++) {
        if (weft_has_ended_(part))
            continue;
        const weft_task *const task = weft_awaitable_task_(part);
        if (!task || !is_spent(task))
            return false;
        spent = true;
    }
    return spent;
}

static weft_task *awaited_task(const weft_task *task)
{
    return weft_parked_in_(task) == WEFT_AWAITING_ ? weft_awaitable_task_(task->live.wait.target)
                                                   : NULL;
}

static bool has_become_spent(weft_task *task)
{
    if (!counts_no_more(task))
        return false;
    if (!weft_is_parked_(task))
        return task->root.flags & WEFT_MUST_CANCEL_;
    if (weft_parked_in_(task) == WEFT_GATHERING_)
        return !task->live.wait.gather_wait->next && parts_are_spent(task->live.wait.gather_wait);
    const weft_task *const awaited = awaited_task(task);
    return awaited && is_spent(awaited);
}

/* The first of the tasks behind `node`, of those that await `task`, that is spent now. */
static weft_task *spent_waiter(const weft_task *task, weft_node_ *node)
{
    weft_node_ *const last = task->live.waiters;
    while (last && node != last) {
        node = node ? node->next : last->next;
        weft_task *const waiter = weft_task_of_node_(node);
        if (!weft_is_callback_(node) && counts_no_more(waiter) && !(waiter->root.flags & SPENT))
            return waiter;
    }
    return NULL;
}

/* If `first` is spent, so are those that await it and count no more, and so on: up the tree of
 * those, and down again where there are no more. */
static void mark_spent(weft_task *first)
{
    if (!has_become_spent(first))
        return;
    if (weft_is_parked_(first))
        first->root.flags |= SPENT;
    weft_task *task = first, *next = spent_waiter(first, NULL);
    while (next || task != first) {
        if (next) {
            next->root.flags |= SPENT;
            task = next;
            next = spent_waiter(task, NULL);
        } else {
            weft_node_ *const node = &task->live.wait.node;
            task = awaited_task(task);
            next = spent_waiter(task, node);
        }
    }
}

void weft_forget_spent_(weft_task *task)
{
    if (weft_is_parked_(task))
        task->root.flags &= (uint16_t)~SPENT;
}

/* ---- The way of a request ---- */

static void wake_cancelled(weft_task *task)
{
    task->root.flags |= WEFT_CANCELLED_;
    weft_wake_(task);
}

/* The next task among the parts of the innermost joint, or of those around it. Futures end here. */
static weft_task *next_part(weft_gather_wait_ **innermost)
{
    while (*innermost) {
        weft_gather_wait_ *const gather_wait = *innermost;
        weft_awaitable_ *const part = gather_wait->part(gather_wait, gather_wait->next - 1);
        if (!part) {
            gather_wait->next = 0;
            *innermost = gather_wait->task->live.wait.around;
            if (loop_of(gather_wait->task)->shuts_down)
                mark_spent(gather_wait->task);
            continue;
        }
        gather_wait->next++;
        if (weft_has_ended_(part))
            continue;
        gather_wait->cancelled = true;
        weft_task *const task = weft_awaitable_task_(part);
        if (task)
            return task;
        weft_cancel_(part);
    }
    return NULL;
}

static bool joint_has_ended(weft_gather_wait_ *gather_wait)
{
    weft_awaitable_ *part;
    for (size_t i = 0; (part = gather_wait->part(gather_wait, i)); i++)
        if (!weft_has_ended_(part))
            return false;
    return true;
}

/* Cancels what `task` waits for. Where that is a task, it is the caller's to cancel; where it is a
 * joint, that becomes the innermost one. What has ended already, and a task that does not wait,
 * will hear of it when it runs. */
static weft_task *cancel_wait(weft_task *task, weft_gather_wait_ **innermost)
{
    weft_wait_ *const wait = &task->live.wait;
    switch (weft_parked_in_(task)) {
    case WEFT_NOT_PARKED_:
    case WEFT_GRANTED_:
        task->root.flags |= WEFT_MUST_CANCEL_;
        return NULL;
    case WEFT_AWAITING_: {
        weft_task *const awaited = weft_awaitable_task_(wait->target);
        if (!awaited)
            weft_cancel_(wait->target);
        return awaited;
    }
    case WEFT_GATHERING_:
        if (joint_has_ended(wait->gather_wait)) {
            task->root.flags |= WEFT_MUST_CANCEL_;
            return NULL;
        }
        if (!wait->gather_wait->next) {
            wait->gather_wait->next = 1;
            wait->gather_wait->task = task;
            wait->around = *innermost;
            *innermost = wait->gather_wait;
            return NULL;
        }
        break; /* it waits, in the end, for itself: it is told, and leaves */
    case WEFT_ASLEEP_:
    case WEFT_WATCHING_:
        end_wait_for_outside(task);
        break;
    default:
        break;
    }
    wake_cancelled(task);
    return NULL;
}

/* Whether the tasks along the way from `task` await each other in a circle. Brent's: the mark moves
 * up whenever the way from it has become twice as long. */
static bool waits_in_circle(const weft_task *task)
{
    const weft_task *mark = task;
    size_t way = 0, most = 1;
    while ((task = awaited_task(task)) && !is_spent(task) && task != mark)
        if (++way == most)
            mark = task, way = 0, most *= 2;
    return task && !is_spent(task);
}

static void count_request(weft_task *task)
{
    if (!counts_no_more(task))
        task->root.flags = (uint16_t)(task->root.flags + WEFT_CANCELLING_ONE_);
}

static void cancel_along(weft_task *task, weft_gather_wait_ **innermost)
{
    if (waits_in_circle(task)) { /* nobody there would ever be told: this one is, and leaves it */
        count_request(task);
        weft_remove_task_(task->live.wait.target, &task->live.wait.node);
        wake_cancelled(task);
        return;
    }
    weft_task *last = NULL;
    while (task && !is_spent(task)) {
        last = task;
        count_request(task);
        task = cancel_wait(task, innermost);
    }
    if (last && loop_of(last)->shuts_down)
        mark_spent(last);
}

static void cancel_from(weft_task *task, weft_gather_wait_ *innermost)
{
    do
        if (task)
            cancel_along(task, &innermost);
    while ((task = next_part(&innermost)));
}

void weft_cancel_task_(weft_task *task)
{
    cancel_from(task, NULL);
}

void weft_cancel_parked_(weft_task *task)
{
    weft_gather_wait_ *innermost = NULL;
    task->root.flags &= (uint16_t)~WEFT_MUST_CANCEL_;
    weft_task *const awaited = cancel_wait(task, &innermost);
    cancel_from(awaited, innermost);
}

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
