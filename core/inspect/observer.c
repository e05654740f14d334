/* SPDX-License-Identifier: MIT */
#include "core/inspect/observer.h"

#include "core/inspect/watchdog.h"

/* An observer learns from the ready queue which tasks and callbacks have become ready: a mark
 * stands behind the entries that were reported. After each step, the observer reports the entries
 * behind the mark, and puts the mark at the end again. The mark is an entry of its own, and not a
 * pointer to the last reported entry, because that entry may be removed from the queue.
 *
 * While a tick runs, the mark is always behind the tick entry, so the loop never pops the mark.
 * Between two ticks, the mark is in the queue only if another entry is: the loop must find an empty
 * queue empty.
 *
 * A new task is an entry whose coroutine has not begun. An eager task is never an entry, but is
 * what a step ends with. What shows in no queue is noted where it happens (weft_observe_). */

static weft_observer *observer_of(const weft_loop *loop)
{
    return WEFT_CONTAINER_(loop->observer, weft_observer, note_);
}

/* ---- Events ---- */

static void emit(weft_loop *loop, weft_loop_event event)
{
    weft_observer *const observer = observer_of(loop);
    event.time = weft_loop_time(loop);
    observer->on_event(observer, &event);
}

static void emit_kind(weft_loop *loop, enum weft_event_kind kind, weft_task *task,
                      const void *object)
{
    emit(loop, (weft_loop_event){.kind = (unsigned char)kind, .task = task, .object = object});
}

static void emit_caused(weft_loop *loop, enum weft_event_kind kind, weft_task *task,
                        const void *object)
{
    const weft_observer *const observer = observer_of(loop);
    emit(loop, (weft_loop_event){.kind = (unsigned char)kind,
                                 .task = task,
                                 .object = object,
                                 .cause_kind = observer->by_,
                                 .cause = observer->cause_});
}

static uint64_t number_of(weft_time time)
{
    return time == WEFT_FOREVER ? WEFT_EVENT_FOREVER : time;
}

static enum weft_end_kind end_of(const weft_error *error)
{
    if (weft_error_is(error, &weft_cancelled_error))
        return WEFT_END_CANCELLED;
    return error ? WEFT_END_FAILED : WEFT_END_RETURNED;
}

static void emit_end(weft_loop *loop, enum weft_event_kind kind, weft_task *task,
                     const void *object, const weft_error *error)
{
    emit(loop, (weft_loop_event){.kind = (unsigned char)kind,
                                 .task = task,
                                 .object = object,
                                 .end = (unsigned char)end_of(error),
                                 .error = error});
}

static void emit_created(weft_loop *loop, weft_task *task, bool eager)
{
    const weft_observer *const observer = observer_of(loop);
    const weft_scope_ *const scope = weft_own_scope_(task);
    emit(loop, (weft_loop_event){.kind = WEFT_EVENT_CREATED,
                                 .task = task,
                                 .object = scope == &loop->tasks ? NULL : scope,
                                 .cause_kind = observer->by_,
                                 .cause = observer->cause_,
                                 .flag = eager});
}

/* ---- Waits ---- */

static enum weft_wait_kind wait_of(weft_task *task)
{
    switch (weft_parked_in_(task)) {
    case WEFT_ASLEEP_:
        return WEFT_WAITS_ASLEEP;
    case WEFT_WATCHING_:
        return task->live.wait.watched.mark & 1 ? WEFT_WAITS_WRITABLE : WEFT_WAITS_READABLE;
    case WEFT_AWAITING_:
        return weft_awaitable_task_(task->live.wait.target) ? WEFT_WAITS_TASK : WEFT_WAITS_FUTURE;
    case WEFT_GATHERING_:
        return WEFT_WAITS_GATHER;
    default:
        return WEFT_WAITS_PRIMITIVE;
    }
}

/* A task whose wake-up is in the ready queue has no deadline and no descriptor any more. */
static void emit_wait(weft_loop *loop, weft_task *task)
{
    const weft_wait_info info = weft_task_waits_for(task);
    weft_loop_event event = {.kind = WEFT_EVENT_WAITS,
                             .task = task,
                             .wait = (unsigned char)wait_of(task),
                             .object = info.object,
                             .what = info.what};
    weft_wait_ *const wait = &task->live.wait;
    if (!weft_is_callback_(&wait->node)) {
        if (event.wait == WEFT_WAITS_ASLEEP)
            event.number = number_of(weft_timers_left_(&loop->timers, wait, weft_loop_time(loop)));
        else if (info.descriptor >= 0)
            event.number = (uint64_t)info.descriptor;
    }
    emit(loop, event);
}

/* ---- The mark ---- */

static void remove_mark(weft_loop *loop, weft_observer *observer)
{
    if (observer->is_marked_)
        weft_ready_remove_(&loop->ready, &observer->mark_);
    observer->is_marked_ = false;
}

/* Moves the mark to the end of the queue. */
static void set_mark(weft_loop *loop, weft_observer *observer)
{
    remove_mark(loop, observer);
    if (!observer->in_tick_ && loop->ready.tail == &loop->ready.tick)
        return;
    observer->mark_.node.callback = WEFT_CALL_READY_;
    observer->mark_.previous = loop->ready.tail;
    weft_ready_push_(&loop->ready, &observer->mark_.node);
    observer->is_marked_ = true;
}

static void set_cause(weft_observer *observer, enum weft_cause_kind by, const void *cause)
{
    observer->by_ = (unsigned char)by;
    observer->cause_ = cause;
}

/* ---- What has become ready ---- */

static weft_handle *handle_of(weft_node_ *callback)
{
    return WEFT_CONTAINER_(callback, weft_handle, wait.node);
}

static bool is_threadsafe(const weft_loop *loop, weft_node_ *callback)
{
    weft_handle *const handle = handle_of(callback);
    return loop->threadsafe && loop->threadsafe->function_of(handle) != handle->function;
}

/* Reports one entry. Wake-ups of tasks and the ends of children are reported when they run. */
static void report(weft_loop *loop, weft_node_ *node)
{
    if (!weft_is_callback_(node)) {
        weft_task *const task = weft_task_of_node_(node);
        if (!task->root.state)
            emit_created(loop, task, false);
        emit_caused(loop, WEFT_EVENT_READY, task, NULL);
    } else if (node->callback == WEFT_CALL_READY_) {
        emit_caused(loop, WEFT_EVENT_CALLBACK_READY, NULL, handle_of(node));
    }
}

/* Reports one entry that has become ready between two ticks. After the note of a descriptor, the
 * next entry is the descriptor's. Only timers become due when a tick begins. */
static void report_between(weft_loop *loop, weft_observer *observer, weft_node_ *node,
                           bool tick_begins)
{
    const unsigned char by = observer->by_;
    if (weft_is_callback_(node) && by != WEFT_BY_DESCRIPTOR && by != WEFT_BY_NOBODY) {
        if (node->callback == WEFT_CALL_READY_ && is_threadsafe(loop, node))
            observer->by_ = WEFT_BY_THREAD;
        else if (tick_begins)
            observer->by_ = WEFT_BY_TIMER;
    }
    report(loop, node);
    observer->by_ = by == WEFT_BY_DESCRIPTOR ? WEFT_BY_HOST : by;
}

/* Sets the cause of wake-ups, while a group cancels tasks or handles the end of a child. */
static void set_waker(weft_observer *observer)
{
    if (observer->by_ == WEFT_BY_SIBLING)
        observer->by_ = WEFT_BY_TASK;
    else if (observer->group_)
        set_cause(observer, WEFT_BY_GROUP, observer->group_);
}

/* Reports the entries behind the mark. If the mark is not in the queue, these are all entries. */
static void report_new(weft_loop *loop, weft_observer *observer, bool tick_begins)
{
    weft_ready_queue_ *const queue = &loop->ready;
    weft_node_ *node = observer->is_marked_ ? &observer->mark_.node : queue->head;
    const bool in_entry = observer->in_tick_ && !tick_begins;
    const unsigned char by = observer->by_;
    const void *const cause = observer->cause_;
    set_waker(observer);
    for (;; node = node->next) {
        if (node != &observer->mark_.node && node != &queue->tick) {
            if (in_entry)
                report(loop, node);
            else
                report_between(loop, observer, node, tick_begins);
        }
        if (node == queue->tail)
            break;
    }
    if (in_entry || by != WEFT_BY_DESCRIPTOR)
        set_cause(observer, by, cause);
    set_mark(loop, observer);
}

/* ---- Entries that run ---- */

static void begin_callback(weft_loop *loop, weft_observer *observer, weft_node_ *node)
{
    weft_task *const task = weft_task_of_node_(node);
    if (node->callback == WEFT_CALL_READY_) {
        set_cause(observer, WEFT_BY_CALLBACK, handle_of(node));
        emit_kind(loop, WEFT_EVENT_CALLBACK_RUNS, NULL, handle_of(node));
    } else if (node->callback == WEFT_CHILD_ENDED_) {
        set_cause(observer, WEFT_BY_SIBLING, task);
    } else {
        const bool is_asleep = weft_parked_in_(task) == WEFT_ASLEEP_;
        set_cause(observer, is_asleep ? WEFT_BY_TIMER : WEFT_BY_DESCRIPTOR, NULL);
    }
}

static void begin_entry_of(weft_loop *loop, weft_observer *observer, weft_task *task)
{
    set_cause(observer, WEFT_BY_TASK, task);
    emit_kind(loop, WEFT_EVENT_RUNS, task, NULL);
}

static bool raises_cancellation(const weft_task *task)
{
    const unsigned flags = task->root.flags;
    if (flags & (WEFT_MUST_CANCEL_ | WEFT_CANCELLED_))
        return true;
    return flags & WEFT_HAS_ERROR_ && weft_cancelling(task) &&
           weft_error_is(task->live.wait.error, &weft_cancelled_error);
}

/* A task that is cancelled before its first step ends without running. */
static void begin_entry(weft_loop *loop, weft_observer *observer, weft_node_ *node)
{
    if (weft_is_callback_(node)) {
        begin_callback(loop, observer, node);
        return;
    }
    weft_task *const task = weft_task_of_node_(node);
    if (task->root.state || !(task->root.flags & WEFT_DELIVERY_MASK_))
        begin_entry_of(loop, observer, task);
    else
        set_cause(observer, WEFT_BY_TASK, task);
    if (raises_cancellation(task))
        emit_kind(loop, WEFT_EVENT_CANCEL_RAISED, task, NULL);
}

/* The end of a task comes before what it has made ready. A task that is neither parked nor has
 * ended is in the ready queue, or has started an eager task. */
static void end_step_of(weft_loop *loop, weft_observer *observer, weft_task *task)
{
    const bool has_ended = weft_has_ended_(&task->awaitable);
    if (has_ended)
        emit_end(loop, WEFT_EVENT_ENDED, task, NULL, task->awaitable.error);
    report_new(loop, observer, false);
    if (!has_ended && weft_is_parked_(task))
        emit_wait(loop, task);
}

static void end_step(weft_loop *loop, weft_observer *observer, weft_node_ *node, weft_node_ *next)
{
    if (next == node) /* a call, or the return of one */
        return;
    end_step_of(loop, observer, weft_task_of_node_(node));
    if (!next) {
        set_cause(observer, WEFT_BY_HOST, NULL);
        return;
    }
    weft_task *const task = weft_task_of_node_(next);
    if (loop->eager_parents == node)
        emit_created(loop, task, true);
    begin_entry_of(loop, observer, task);
}

/* ---- Ticks ---- */

/* Reports what exists already. A group's tasks are created after the group's parent, so the parent
 * is reported first. */
static void report_all(weft_loop *loop, weft_observer *observer)
{
    weft_scope_ *scope = &loop->tasks;
    set_cause(observer, WEFT_BY_NOBODY, NULL);
    do {
        if (scope->parent)
            emit_kind(loop, WEFT_EVENT_GROUP_ENTERED, scope->parent, scope);
        for (weft_task *task = scope->children; task; task = task->next) {
            if (weft_has_ended_(&task->awaitable))
                continue;
            emit_created(loop, task, false);
            if (weft_is_parked_(task))
                emit_wait(loop, task);
            else
                emit_caused(loop, WEFT_EVENT_READY, task, NULL);
        }
    } while ((scope = scope->next) != &loop->tasks);
    set_mark(loop, observer);
    set_cause(observer, WEFT_BY_HOST, NULL);
}

static void begin_tick(weft_loop *loop, weft_observer *observer)
{
    observer->in_tick_ = true;
    if (observer->is_late_)
        report_all(loop, observer);
    else
        report_new(loop, observer, true);
    observer->is_late_ = false;
    set_cause(observer, WEFT_BY_HOST, NULL);
}

static void end_tick(weft_loop *loop, weft_observer *observer)
{
    observer->in_tick_ = false;
    loop->ready.head = &loop->ready.tick; /* the loop does so too, right after this */
    set_mark(loop, observer);
}

static void begin_sleep(weft_loop *loop, weft_observer *observer, const weft_time *until)
{
    const weft_time left = weft_time_left(*until, weft_loop_time(loop));
    emit(loop, (weft_loop_event){.kind = WEFT_EVENT_LOOP_SLEEPS, .number = number_of(left)});
    observer->is_asleep_ = true;
}

/* ---- Requests to cancel ---- */

static void report_request(weft_loop *loop, weft_observer *observer, weft_task *task)
{
    weft_loop_event event = {
        .kind = WEFT_EVENT_CANCEL_REQUESTED, .task = task, .number = weft_cancelling(task)};
    if (loop->in_shutdown)
        set_cause(observer, WEFT_BY_SHUTDOWN, NULL);
    event.cause_kind = observer->by_;
    event.cause = observer->cause_;
    if (observer->group_ && observer->by_ != WEFT_BY_SIBLING) {
        event.cause_kind = WEFT_BY_GROUP;
        event.cause = observer->group_;
    }
    emit(loop, event);
}

/* ---- What the loop calls ---- */

static void report_timeout(weft_loop *loop, enum weft_noted_ what, const void *timeout,
                           const void *more)
{
    weft_loop_event event = {.task = weft_loop_current_task(loop), .object = timeout};
    if (what == WEFT_NOTES_TIMEOUT_LEFT_) {
        event.kind = WEFT_EVENT_TIMEOUT_LEFT;
        event.flag = more;
    } else {
        const weft_time *const limit = more;
        event.kind = WEFT_EVENT_TIMEOUT_ENTERED;
        event.number = WEFT_EVENT_FOREVER;
        if (limit)
            event.number = weft_has_passed(*limit, weft_loop_time(loop))
                               ? 0
                               : weft_wrap_(*limit - weft_loop_time(loop));
    }
    emit(loop, event);
}

/* Notes from code of the program, which may run in an entry or between two ticks. */
static void note_use(weft_loop *loop, weft_observer *observer, enum weft_noted_ what,
                     const void *object, const void *more)
{
    weft_task *const running = weft_loop_current_task(loop);
    weft_task *const task = (weft_task *)(uintptr_t)more;
    report_new(loop, observer, false);
    switch (what) {
    case WEFT_NOTES_DESCRIPTOR_:
        if (!observer->in_tick_)
            set_cause(observer, WEFT_BY_DESCRIPTOR, NULL);
        break;
    case WEFT_NOTES_CANCEL_:
        report_request(loop, observer, (weft_task *)(uintptr_t)object);
        break;
    case WEFT_NOTES_LOCK_TAKEN_:
        emit(loop,
             (weft_loop_event){
                 .kind = WEFT_EVENT_LOCK_TAKEN, .task = running, .object = object, .what = "lock"});
        break;
    case WEFT_NOTES_LOCK_RELEASED_:
        emit_caused(loop, WEFT_EVENT_LOCK_RELEASED, task, object);
        break;
    case WEFT_NOTES_GROUP_ENTERED_:
        emit_kind(loop, WEFT_EVENT_GROUP_ENTERED, running, object);
        break;
    case WEFT_NOTES_GROUP_LEFT_:
        emit_end(loop, WEFT_EVENT_GROUP_LEFT, running, object, loop->context.error);
        break;
    case WEFT_NOTES_GROUP_CANCELS_:
        observer->group_ = object;
        break;
    case WEFT_NOTES_GROUP_CANCELLED_:
        observer->group_ = NULL;
        break;
    case WEFT_NOTES_TIMEOUT_EXPIRED_:
        set_cause(observer, WEFT_BY_TIMEOUT, object);
        emit_kind(loop, WEFT_EVENT_TIMEOUT_EXPIRED, task, object);
        break;
    default:
        report_timeout(loop, what, object, more);
        break;
    }
}

static void note(weft_loop *loop, enum weft_noted_ what, const void *object, const void *more)
{
    weft_observer *const observer = observer_of(loop);
    if (observer->is_late_ && what != WEFT_NOTES_TICK_)
        return;
    if (observer->is_asleep_) {
        observer->is_asleep_ = false;
        emit_kind(loop, WEFT_EVENT_LOOP_WAKES, NULL, NULL);
    }
    switch (what) {
    case WEFT_NOTES_RUN_:
        report_new(loop, observer, false);
        set_cause(observer, WEFT_BY_HOST, NULL);
        break;
    case WEFT_NOTES_SLEEP_:
        begin_sleep(loop, observer, object);
        break;
    case WEFT_NOTES_TICK_:
        begin_tick(loop, observer);
        break;
    case WEFT_NOTES_TICK_END_:
        end_tick(loop, observer);
        break;
    case WEFT_NOTES_ENTRY_:
        begin_entry(loop, observer, (weft_node_ *)(uintptr_t)object);
        break;
    case WEFT_NOTES_STEP_:
        end_step(loop, observer, (weft_node_ *)(uintptr_t)object, (weft_node_ *)(uintptr_t)more);
        break;
    case WEFT_NOTES_CALLBACK_END_:
        report_new(loop, observer, false);
        set_cause(observer, WEFT_BY_HOST, NULL);
        break;
    default:
        note_use(loop, observer, what, object, more);
        break;
    }
}

/* ---- On and off ---- */

static void remove_observer(weft_loop *loop)
{
    if (loop->observer)
        remove_mark(loop, observer_of(loop));
    loop->observer = NULL;
}

void weft_set_observer(weft_loop *loop, weft_observer *observer)
{
    remove_observer(loop);
    if (observer) {
        *observer = (weft_observer){.on_event = observer->on_event, .note_ = note};
        observer->is_late_ = loop->runs;
        loop->observer = &observer->note_;
    }
    weft_update_inspection_(loop);
    if (observer && !observer->is_late_)
        report_all(loop, observer);
}
