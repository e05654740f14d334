/* SPDX-License-Identifier: MIT */
#include "trace/seen.h"

#if WEFT_TEXTS

#include <stdio.h>
#include <string.h>

static void expect(struct seen *seen, bool fine, const char *what)
{
    if (fine || seen->wrong)
        return;
    seen->wrong = what;
    seen->event_of_wrong = seen->events;
}

static struct seen_task *find(struct seen *seen, const void *address)
{
    for (size_t i = 0; i < seen->task_count; i++)
        if (seen->tasks[i].address == address)
            return &seen->tasks[i];
    return NULL;
}

/* Returns the task. If the events have not said that the task exists, says that this is wrong. */
static struct seen_task *known(struct seen *seen, const void *address)
{
    static struct seen_task nobody;
    struct seen_task *const task = find(seen, address);
    expect(seen, task != NULL, "an event is about a task that was not created");
    return task ? task : &nobody;
}

static bool take_out(const void **list, size_t *count, const void *entry)
{
    for (size_t i = 0; i < *count; i++) {
        if (list[i] != entry)
            continue;
        list[i] = list[--*count];
        return true;
    }
    return false;
}

/* ---- Causes ---- */

static bool has_ended(struct seen *seen, const void *task)
{
    const struct seen_task *const found = find(seen, task);
    return found && found->state == SEEN_ENDED;
}

static bool in_group(const struct seen *seen, const void *group)
{
    for (size_t i = 0; i < seen->task_count; i++)
        for (size_t j = 0; j < seen->tasks[i].depth; j++)
            if (seen->tasks[i].blocks[j] == group)
                return true;
    return false;
}

static void check_cause(struct seen *seen, const weft_loop_event *event)
{
    const void *const cause = event->cause;
    seen->causes[event->cause_kind]++;
    switch ((enum weft_cause_kind)event->cause_kind) {
    case WEFT_BY_NOBODY:
        expect(seen, false, "an event has no cause");
        break;
    case WEFT_BY_TASK:
        expect(seen, (seen->running && seen->running->address == cause) || has_ended(seen, cause),
               "the task that is the cause neither runs nor has ended");
        break;
    case WEFT_BY_CALLBACK:
        expect(seen, seen->callback == cause && cause, "the callback that is the cause runs not");
        break;
    case WEFT_BY_TIMEOUT:
        expect(seen, seen->timeout == cause && cause, "the timeout has not expired");
        break;
    case WEFT_BY_SIBLING:
        expect(seen, has_ended(seen, cause), "the sibling has not ended");
        break;
    case WEFT_BY_GROUP:
        expect(seen, in_group(seen, cause), "no task is in the group's block");
        break;
    default:
        expect(seen, !cause, "a cause of this kind has no address");
        break;
    }
}

/* ---- Tasks ---- */

static void created(struct seen *seen, const weft_loop_event *event)
{
    struct seen_task *task = find(seen, event->task);
    expect(seen, !task || task->state == SEEN_ENDED, "a task that lives is created");
    expect(seen, !event->object || in_group(seen, event->object),
           "created in a group that is left");
    if (!task) {
        expect(seen, seen->task_count < SEEN_TASKS, "too many tasks for this test");
        task = &seen->tasks[seen->task_count < SEEN_TASKS ? seen->task_count++ : 0];
    }
    *task = (struct seen_task){.address = event->task, .state = SEEN_CREATED};
    if (!event->flag)
        return;
    expect(seen, seen->running != NULL, "nobody runs who could start an eager task");
    if (seen->running)
        seen->running->state = SEEN_INTERRUPTED;
    task->state = SEEN_READY; /* and there is no event that says so */
}

static void ready(struct seen *seen, const weft_loop_event *event, struct seen_task *task)
{
    expect(seen,
           task->state == SEEN_CREATED || task->state == SEEN_WAITS || task->state == SEEN_RUNS,
           "a task becomes ready that neither waits nor runs, and is not new");
    if (task->state == SEEN_RUNS)
        expect(seen, task == seen->running, "a task that does not run yields");
    if (event->cause_kind == WEFT_BY_TIMER)
        expect(seen, task->wait == WEFT_WAITS_ASLEEP, "a timer wakes a task that does not sleep");
    task->state = SEEN_READY;
}

static void runs(struct seen *seen, struct seen_task *task)
{
    expect(seen, task->state == SEEN_READY || task->state == SEEN_INTERRUPTED,
           "a task runs that is not ready");
    expect(seen, !seen->running || seen->running->state != SEEN_RUNS, "two tasks run");
    seen->running = task;
    seen->callback = seen->timeout = NULL;
    task->state = SEEN_RUNS;
}

static void waits(struct seen *seen, const weft_loop_event *event, struct seen_task *task)
{
    expect(seen, task == seen->running && task->state == SEEN_RUNS, "a task waits that runs not");
    expect(seen, event->wait && event->what, "it is not said what the task waits for");
    expect(seen, weft_task_innermost(event->task) != NULL, "the task has no coroutine");
    task->state = SEEN_WAITS;
    task->wait = event->wait;
}

static void ended(struct seen *seen, const weft_loop_event *event, struct seen_task *task)
{
    expect(seen,
           (task == seen->running && task->state == SEEN_RUNS) ||
               (task->state == SEEN_READY && task->raises),
           "a task ends that neither runs nor was cancelled before it ran");
    expect(seen, !task->depth, "a task ends in a block");
    expect(seen, event->end == WEFT_END_RETURNED ? !event->error : event->error != NULL,
           "the end of the task has the wrong error");
    task->state = SEEN_ENDED;
}

/* ---- Blocks and locks ---- */

static void enters(struct seen *seen, struct seen_task *task, const void *block)
{
    expect(seen, task == seen->running, "a task that does not run enters a block");
    expect(seen, task->depth < SEEN_BLOCKS, "too many blocks for this test");
    if (task->depth < SEEN_BLOCKS)
        task->blocks[task->depth++] = block;
}

static void leaves(struct seen *seen, struct seen_task *task, const void *block)
{
    const bool is_last = task->depth && task->blocks[task->depth - 1] == block;
    expect(seen, task == seen->running, "a task that does not run leaves a block");
    expect(seen, is_last, "blocks do not nest");
    task->depth -= is_last;
}

static void takes(struct seen *seen, const weft_loop_event *event)
{
    for (size_t i = 0; i < seen->held_count; i++)
        expect(seen, seen->held[i].lock != event->object, "a lock is taken that is held");
    expect(seen, seen->held_count < SEEN_LOCKS, "too many locks for this test");
    if (seen->held_count == SEEN_LOCKS)
        return;
    seen->held[seen->held_count].lock = event->object;
    seen->held[seen->held_count++].holder = event->task;
}

static void releases(struct seen *seen, const weft_loop_event *event)
{
    size_t i = 0;
    while (i < seen->held_count && seen->held[i].lock != event->object)
        i++;
    expect(seen, i < seen->held_count, "a lock is released that is free");
    if (i == seen->held_count)
        return;
    expect(seen, seen->held[i].holder == event->task, "another task holds the lock");
    seen->held[i] = seen->held[--seen->held_count];
}

/* ---- Callbacks and the loop ---- */

static void callback_ready(struct seen *seen, const void *handle)
{
    take_out(seen->ready, &seen->ready_count, handle); /* a handle's call may be cancelled */
    expect(seen, seen->ready_count < SEEN_CALLBACKS, "too many callbacks for this test");
    if (seen->ready_count < SEEN_CALLBACKS)
        seen->ready[seen->ready_count++] = handle;
}

static void callback_runs(struct seen *seen, const void *handle)
{
    expect(seen, take_out(seen->ready, &seen->ready_count, handle), "a callback was not ready");
    seen->running = NULL;
    seen->callback = handle;
    seen->timeout = NULL;
}

/* Nothing is ready when the loop sleeps. */
static void check_all_wait(struct seen *seen)
{
    for (size_t i = 0; i < seen->task_count; i++)
        expect(seen, seen->tasks[i].state == SEEN_WAITS || seen->tasks[i].state == SEEN_ENDED,
               "the loop sleeps, and a task does not wait");
}

/* ---- The observer ---- */

static void on_task_event(struct seen *seen, const weft_loop_event *event)
{
    struct seen_task *const task = known(seen, event->task);
    switch ((enum weft_event_kind)event->kind) {
    case WEFT_EVENT_READY:
        ready(seen, event, task);
        break;
    case WEFT_EVENT_RUNS:
        runs(seen, task);
        break;
    case WEFT_EVENT_WAITS:
        waits(seen, event, task);
        break;
    case WEFT_EVENT_ENDED:
        ended(seen, event, task);
        break;
    case WEFT_EVENT_CANCEL_REQUESTED:
        expect(seen, task->state != SEEN_ENDED, "a task that has ended is cancelled");
        expect(seen, event->number == weft_cancelling(event->task), "the number of requests");
        task->cancelled = true;
        break;
    case WEFT_EVENT_CANCEL_RAISED:
        expect(seen, task->cancelled, "a task raises a cancellation that nobody requested");
        task->raises = true;
        break;
    case WEFT_EVENT_LOCK_TAKEN:
        takes(seen, event);
        break;
    case WEFT_EVENT_GROUP_ENTERED:
    case WEFT_EVENT_TIMEOUT_ENTERED:
        enters(seen, task, event->object);
        break;
    case WEFT_EVENT_GROUP_LEFT:
    case WEFT_EVENT_TIMEOUT_LEFT:
        leaves(seen, task, event->object);
        break;
    case WEFT_EVENT_TIMEOUT_EXPIRED:
        expect(seen, seen->callback != NULL, "a timeout expires outside of a callback");
        seen->timeout = event->object;
        break;
    default:
        expect(seen, false, "an event of an unknown kind");
        break;
    }
}

static void on_loop_event(struct seen *seen, const weft_loop_event *event)
{
    const bool sleeps = event->kind == WEFT_EVENT_LOOP_SLEEPS;
    if (event->kind == WEFT_EVENT_CALLBACK_READY) {
        callback_ready(seen, event->object);
    } else if (event->kind == WEFT_EVENT_CALLBACK_RUNS) {
        callback_runs(seen, event->object);
    } else {
        expect(seen, sleeps != seen->sleeps, "the loop sleeps twice, or wakes twice");
        if (sleeps)
            check_all_wait(seen);
        seen->sleeps = sleeps;
    }
}

static void on_event(weft_observer *observer, const weft_loop_event *event)
{
    struct seen *const seen = WEFT_HANDLE_OWNER(observer, struct seen, observer);
    static const bool has_cause[WEFT_EVENT_LOOP_WAKES + 1] = {
        [WEFT_EVENT_CREATED] = true,          [WEFT_EVENT_READY] = true,
        [WEFT_EVENT_CANCEL_REQUESTED] = true, [WEFT_EVENT_LOCK_RELEASED] = true,
        [WEFT_EVENT_CALLBACK_READY] = true,
    };
    seen->events++;
    seen->kinds[event->kind]++;
    expect(seen, !seen->sleeps || event->kind == WEFT_EVENT_LOOP_WAKES, "an event in the sleep");
    expect(seen, event->time >= seen->time, "the time goes back");
    expect(seen, event->time == seen->time || !seen->running || seen->running->state != SEEN_RUNS,
           "a step takes time on the virtual clock");
    seen->time = event->time;
    if (has_cause[event->kind])
        check_cause(seen, event);
    if (event->kind == WEFT_EVENT_CREATED)
        created(seen, event);
    else if (event->kind == WEFT_EVENT_LOCK_RELEASED)
        releases(seen, event);
    else if (event->task)
        on_task_event(seen, event);
    else
        on_loop_event(seen, event);
}

void seen_begin(struct seen *seen, weft_loop *loop)
{
    struct seen before = *seen;
    memset(seen, 0, sizeof(*seen));
    memcpy(seen->kinds, before.kinds, sizeof(seen->kinds));
    memcpy(seen->causes, before.causes, sizeof(seen->causes));
    seen->observer.on_event = on_event;
    seen->loop = loop;
    seen->time = weft_loop_time(loop);
    weft_set_observer(loop, &seen->observer);
}

void seen_end(struct seen *seen)
{
    size_t live = 0;
    for (size_t i = 0; i < seen->task_count; i++)
        live += seen->tasks[i].state != SEEN_ENDED;
    for (weft_task *task = weft_first_task(seen->loop); task; task = weft_next_task(task)) {
        const struct seen_task *const known_task = known(seen, task);
        expect(seen, (known_task->state == SEEN_WAITS) == weft_is_parked_(task),
               "the events and the loop do not agree whether a task waits");
        expect(seen, known_task->state != SEEN_ENDED, "a task lives whose end was reported");
        live--;
    }
    expect(seen, !live, "a task has ended whose end was not reported");
    weft_set_observer(seen->loop, NULL);
}

int seen_missing(const struct seen *seen, unsigned long none)
{
    int missing = 0;
    for (unsigned kind = WEFT_EVENT_CREATED; kind <= WEFT_EVENT_LOOP_WAKES; kind++) {
        if (seen->kinds[kind] || none & 1ul << kind)
            continue;
        printf("no event of the kind %u\n", kind);
        missing++;
    }
    return missing;
}

#endif
