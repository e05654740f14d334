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
    return task->awaitable.owner->loop;
}

/* ---- Owners ---- */

void weft_enter_owner_(weft_owner *owner, weft_task *parent, const weft_frame *turn)
{
    weft_loop *const loop = loop_of(parent);
    weft_owner *const first = &loop->tasks;
    *owner = (weft_owner){
        .loop = loop, .turn = turn, .next = first, .previous = first->previous, .parent = parent};
    first->previous->next = owner;
    first->previous = owner;
}

void weft_exit_owner_(weft_owner *owner)
{
    owner->previous->next = owner->next;
    owner->next->previous = owner->previous;
    owner->parent = NULL;
}

/* An ended task knows its loop through that loop alone: its group may be gone. */
static inline void leave(weft_owner *owner, weft_task *task)
{
    remove_from(&owner->children, task);
    task->awaitable.owner = &owner->loop->tasks;
}

void weft_leave_owner_(weft_task *task)
{
    leave(task->awaitable.owner, task);
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

static void reused(weft_context *context, const void *memory, size_t size)
{
    weft_loop *const loop = weft_running_loop_(context);
    weft_lease *lease;
    report_failures_in(loop, memory, size);
    while ((lease = weft_take_lease_in_(loop, memory, size)))
        lease->end(lease);
}

/* The hook is there while there is anybody to be told. */
static void set_hook(weft_loop *loop)
{
    loop->context.reused = loop->failed || loop->leases ? reused : NULL;
}

void weft_begin_lease_(weft_loop *loop, weft_lease *lease, void (*end)(weft_lease *lease))
{
    lease->end = end;
    lease->next = loop->leases;
    loop->leases = lease;
    set_hook(loop);
}

void weft_end_lease_(weft_loop *loop, weft_lease *lease)
{
    weft_lease **link = &loop->leases;
    while (*link && *link != lease)
        link = &(*link)->next;
    if (*link)
        *link = lease->next;
    set_hook(loop);
}

weft_lease *weft_take_lease_in_(weft_loop *loop, const void *memory, size_t size)
{
    weft_lease *lease = loop->leases;
    while (lease && !is_in(lease, memory, size))
        lease = lease->next;
    if (lease)
        weft_end_lease_(loop, lease);
    return lease;
}

/* ---- From start to end ---- */

void weft_free_memory_(weft_loop *loop, weft_task *task, const weft_code *code, const char *file,
                       unsigned line)
{
    weft_context *const context = &loop->context;
    if (weft_is_in_use_(task))
        weft_panic(file, line,
                   "a task is started in the memory of one that has not ended (or whose group has "
                   "not heard yet), or that was not zero at first");
    context->reused(context, task, weft_task_size(code));
}

void weft_enlist_task_(weft_owner *owner, weft_task *task)
{
    task->awaitable.waiters = NULL;
    task->awaitable.owner = owner;
    task->live.wait.node.frame = &task->root;
    owner->live++;
    append(&owner->children, task);
}

void weft_start_task_(weft_owner *owner, weft_task *task)
{
    weft_enlist_task_(owner, task);
    weft_ready_push_(&owner->loop->ready, &task->live.wait.node);
}

static inline void push_turn_of_end(weft_owner *owner, weft_task *task)
{
    task->live.wait.node.frame = (weft_frame *)owner->turn;
    weft_ready_push_(&owner->loop->ready, &task->live.wait.node);
}

WEFT_RARE_ static void finish_otherwise(weft_task *task, const weft_error *error)
{
    weft_owner *const owner = task->awaitable.owner;
    weft_loop *const loop = owner->loop;
    if (!error && task->root.flags & WEFT_MUST_CANCEL_)
        error = &weft_cancelled_error;
    owner->live--;
    if (owner->turn)
        push_turn_of_end(owner, task);
    else
        remove_from(&owner->children, task);
    if (!weft_conclude_(&task->awaitable, error) && !owner->turn &&
        weft_error_is(error, &weft_any_error)) {
        task->awaitable.waiters = WEFT_UNASKED_;
        append(&loop->failed, task);
        set_hook(loop);
    }
    if (task->root.flags & WEFT_DOOMED_ && --loop->doomed == 0 && !loop->stopping)
        weft_stop_after_(loop, WEFT_TICKS_OF_A_GATHER_);
}

/* Most return, and nobody has asked them for anything else: on the straight path. That a group's
 * child has ended well shows in nothing while others live, so its turn is left out: theirs come
 * later. */
void weft_finish_task_(weft_task *task, const weft_error *error)
{
    if (WEFT_RARELY_(error || task->root.flags & (WEFT_MUST_CANCEL_ | WEFT_DOOMED_))) {
        finish_otherwise(task, error);
        return;
    }
    weft_owner *const owner = task->awaitable.owner;
    if (--owner->live == 0 ? !!owner->turn : task->root.flags & WEFT_POOLED_)
        push_turn_of_end(owner, task);
    else
        leave(owner, task);
    weft_conclude_(&task->awaitable, NULL);
}

void weft_forgive_(weft_task *task)
{
    weft_loop *const loop = loop_of(task);
    task->awaitable.waiters = WEFT_ENDED_;
    remove_from(&loop->failed, task);
    set_hook(loop);
}

void weft_report_failure_(weft_task *task)
{
    weft_loop *const loop = loop_of(task);
    weft_forgive_(task);
    if (loop->on_failure)
        loop->on_failure(loop, task, task->awaitable.error);
}

/* ---- Parking and waking ---- */

weft_signal weft_park_awaiting_(weft_task *task, weft_awaitable *awaitable)
{
    weft_set_parked_(task, WEFT_AWAITING_);
    task->live.wait.target = awaitable;
    weft_add_waiter_(awaitable, &task->live.wait.node);
    return (weft_signal){WEFT_PARKED};
}

weft_signal weft_park_joining_(weft_task *task, weft_joint *joint)
{
    weft_set_parked_(task, WEFT_JOINING_);
    task->live.wait.joint = joint;
    return (weft_signal){WEFT_PARKED};
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
    task->root.flags &= (uint16_t)~WEFT_NEWS_;
}

/* ---- Sleep, and descriptors ----
 * What comes from outside takes a turn of its own, and the task another. */

static void wake_up(weft_loop *loop, weft_node *node)
{
    (void)loop;
    weft_wait *const wait = weft_wait_of_(node);
    wait->node.frame = wait->innermost;
    weft_wake_(weft_task_of_node_(node));
}

static const weft_code wake_up_code = {.turn = wake_up, .name = "wake up"};
static const weft_frame wake_up_turn = {&wake_up_code, {NULL}, WEFT_TURN_STATE_, 0};

weft_signal weft_park_asleep_(weft_task *task, weft_time delay)
{
    weft_loop *const loop = loop_of(task);
    weft_set_parked_(task, WEFT_ASLEEP_);
    weft_arm_(loop, &task->live.wait, weft_deadline_(loop, delay));
    return (weft_signal){WEFT_PARKED};
}

void weft_outside_has_come_(weft_loop *loop, weft_wait *wait)
{
    wait->innermost = wait->node.frame;
    wait->node.frame = (weft_frame *)&wake_up_turn;
    weft_ready_push_turn_(&loop->ready, wait);
}

static void end_wait_for_outside(weft_task *task)
{
    weft_loop *const loop = loop_of(task);
    weft_wait *const wait = &task->live.wait;
    if (wait->node.frame == &wake_up_turn) {
        weft_ready_remove_(&loop->ready, wait);
        wait->node.frame = wait->innermost;
    } else if (weft_parked_in_(task) == WEFT_ASLEEP_) {
        weft_timers_disarm_(&loop->timers, wait);
    } else {
        weft_end_watch_(loop, wait);
    }
}

/* ---- Cancelling ----
 * Goes along the tasks that await tasks, and into the parts of joints, one by one and in order:
 * depth first, on a stack that is linked through the joints. */

static void wake_cancelled(weft_task *task)
{
    task->root.flags |= WEFT_CANCELLED_;
    weft_wake_(task);
}

/* The next task among the parts of the innermost joint, or of those around it. Futures end here. */
static weft_task *next_part(weft_joint **innermost)
{
    while (*innermost) {
        weft_joint *const joint = *innermost;
        weft_awaitable *const part = joint->part(joint, joint->next - 1);
        if (!part) {
            joint->next = 0;
            *innermost = joint->up;
            continue;
        }
        joint->next++;
        if (weft_has_ended_(part))
            continue;
        joint->cancelled = true;
        weft_task *const task = weft_awaitable_task_(part);
        if (task)
            return task;
        weft_cancel_(part);
    }
    return NULL;
}

static bool joint_has_ended(weft_joint *joint)
{
    weft_awaitable *part;
    for (size_t i = 0; (part = joint->part(joint, i)); i++)
        if (!weft_has_ended_(part))
            return false;
    return true;
}

/* Cancels what `task` waits for. Where that is a task, it is the caller's to cancel; where it is a
 * joint, that becomes the innermost one. What has ended already, and a task that does not wait,
 * will hear of it when it runs. */
static weft_task *cancel_wait(weft_task *task, weft_joint **innermost)
{
    weft_wait *const wait = &task->live.wait;
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
    case WEFT_JOINING_:
        if (joint_has_ended(wait->joint)) {
            task->root.flags |= WEFT_MUST_CANCEL_;
            return NULL;
        }
        if (!wait->joint->next) {
            wait->joint->next = 1;
            wait->joint->up = *innermost;
            *innermost = wait->joint;
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

static weft_task *awaited_task(const weft_task *task)
{
    return weft_parked_in_(task) == WEFT_AWAITING_ ? weft_awaitable_task_(task->live.wait.target)
                                                   : NULL;
}

/* Whether the tasks along the way from `task` await each other in a circle. Brent's: the mark moves
 * up whenever the way from it has become twice as long. */
static bool waits_in_circle(const weft_task *task)
{
    const weft_task *mark = task;
    size_t way = 0, most = 1;
    while ((task = awaited_task(task)) && task != mark)
        if (++way == most)
            mark = task, way = 0, most *= 2;
    return task;
}

static void count_request(weft_task *task)
{
    if ((task->root.flags & WEFT_CANCELLING_MASK_) != WEFT_CANCELLING_MASK_)
        task->root.flags = (uint16_t)(task->root.flags + WEFT_CANCELLING_ONE_);
}

static void cancel_along(weft_task *task, weft_joint **innermost)
{
    if (waits_in_circle(task)) { /* nobody there would ever be told: this one is, and leaves it */
        count_request(task);
        weft_remove_task_(task->live.wait.target, &task->live.wait.node);
        wake_cancelled(task);
        return;
    }
    while (task) {
        count_request(task);
        task = cancel_wait(task, innermost);
    }
}

static void cancel_from(weft_task *task, weft_joint *innermost)
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
    weft_joint *innermost = NULL;
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
