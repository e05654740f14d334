/* SPDX-License-Identifier: MIT */
/* conserved [-v] [STEP] CORPUS...: runs each STEP-th program of a corpus (replay.c has the
 * format) many times. Each run cancels the task that makes the first, second, ... await, at
 * each of several moments. These laws must hold in every run:
 *
 * - whenever nothing is ready, each task waits for an event that has not happened, so no
 * wake-up was lost;
 * - the units of a semaphore, the lock and the items of a queue are what was put less what was
 * taken;
 * - a task is linked only where it waits; when all tasks have ended, no link and no timer is left;
 * - the frames of statements and tasks are freed when they have ended, so AddressSanitizer
 * reports a stale link as a use after free.
 *
 * Prints the first broken law of each program, and at the end the number of programs that
 * passed. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>

#include "observer.h"
#include "timers.h"
#include "trace/interpreter.h"
#include "trace/statements.h"
#include "trace/text.h"

enum { MOST_TICKS = 100000, ROUNDS = 5 };

/* One run of a program. */
struct run {
    struct watcher watcher;
    struct observer observer;
    struct machine *machine;
    FILE *nowhere;
    const char *broken, *object; /* the first broken law, and the object that breaks it */
};

static void demand(struct run *run, bool holds, const char *law, const char *object)
{
    if (holds || run->broken)
        return;
    run->broken = law;
    run->object = object;
}

/* ---- Lists of waiters ---- */

static bool is_task_of(struct run *run, const weft_task *task)
{
    weft_task *other = weft_first_task(&run->machine->loop);
    while (other && other != task)
        other = weft_next_task(other);
    return other;
}

/* Returns the number of waiters in the list. Each must be a task that waits for this object
 * only. */
static size_t listed(struct run *run, const weft_waiters_ *waiters, const char *name)
{
    size_t count = 0;
    const weft_wait_ *before = NULL;
    for (weft_wait_ *wait = waiters->first; wait; wait = wait->listed_after) {
        weft_task *const task = WEFT_CONTAINER_(wait, weft_task, live.wait);
        demand(run, is_task_of(run, task), "a listed task has not ended", name);
        if (run->broken)
            return count;
        demand(run,
               weft_parked_in_(task) == WEFT_LISTED_ &&
                   wait->node.listed_for == WEFT_WHERE_(waiters),
               "a listed task waits for the object", name);
        demand(run, !before || wait->listed_before == before, "a list is linked in both directions",
               name);
        before = wait;
        count++;
    }
    return count;
}

/* Returns the number of tasks that wait in this list by their own account. */
static size_t waiting(struct run *run, const weft_waiters_ *waiters)
{
    size_t count = 0;
    weft_task *task = weft_first_task(&run->machine->loop);
    for (; task; task = weft_next_task(task))
        count += weft_parked_in_(task) == WEFT_LISTED_ &&
                 task->live.wait.node.listed_for == WEFT_WHERE_(waiters);
    return count;
}

static size_t count_waiters(struct run *run, const weft_waiters_ *waiters, const char *name)
{
    const size_t count = listed(run, waiters, name);
    demand(run, count == waiting(run, waiters), "a task that waits for the object is listed", name);
    return count;
}

/* ---- Objects, while nothing is ready ---- */

static void check_lock(struct run *run, const struct object *object, const weft_lock *lock)
{
    const size_t waiters = count_waiters(run, &lock->waiters, object->name);
    const bool locked = weft_lock_locked(lock);
    demand(run, locked || !waiters, "no task waits for a free lock", object->name);
    demand(run, object->acquired - object->released == locked,
           "a lock is held exactly if it was acquired more often than released", object->name);
}

static void check_semaphore(struct run *run, const struct object *object)
{
    const weft_semaphore *const semaphore = &object->semaphore;
    const size_t waiters = count_waiters(run, &semaphore->waiters, object->name);
    demand(run, !semaphore->value || !waiters, "no task waits for a free unit", object->name);
    demand(run, semaphore->value == object->value - object->acquired + object->released,
           "a semaphore's units are conserved", object->name);
}

static void check_barrier(struct run *run, const struct object *object)
{
    const weft_barrier *const barrier = &object->barrier;
    const size_t waiters = count_waiters(run, &barrier->condition.waiters, object->name);
    const bool broken = weft_barrier_broken(barrier);
    demand(run,
           !barrier->condition.lock.holder &&
               !count_waiters(run, &barrier->condition.lock.waiters, object->name),
           "no task holds a barrier's lock", object->name);
    demand(run, broken || barrier->state == WEFT_BARRIER_FILLING_, "a barrier has been drained",
           object->name);
    demand(run, barrier->count == waiters, "a task in a barrier waits for the others",
           object->name);
    demand(run, broken ? !waiters : barrier->count < barrier->parties,
           "a full or broken barrier holds no task", object->name);
}

static long long sum_of(const struct object *object)
{
    const weft_queue_ *const queue = engine_of(object);
    long long sum = 0;
    for (size_t i = 0; i < queue->size; i++)
        sum +=
            object->queue.items[queue->order == WEFT_FIFO_ ? (queue->head + i) % queue->room : i];
    return sum;
}

static void check_queue(struct run *run, const struct object *object)
{
    const weft_queue_ *const queue = engine_of(object);
    demand(run, !count_waiters(run, &queue->getters, object->name) || !queue->size,
           "no task waits for an item while there is one", object->name);
    demand(run,
           !count_waiters(run, &queue->putters, object->name) ||
               (queue->room && queue->size == queue->room),
           "no task waits for room while there is room", object->name);
    demand(run, !count_waiters(run, &queue->joiners, object->name) || queue->unfinished,
           "no task joins a queue whose items are done", object->name);
    demand(run, queue->size == object->put - object->got, "items are conserved", object->name);
    demand(run, queue->unfinished == object->put - object->done, "items are done as often as put",
           object->name);
    demand(run, !queue->room || sum_of(object) == object->sum, "items are what was put",
           object->name);
}

static void check_object(struct run *run, const struct object *object)
{
    switch (object->kind) {
    case OBJECT_LOCK:
        check_lock(run, object, &object->lock);
        return;
    case OBJECT_CONDITION:
        count_waiters(run, &object->condition.waiters, object->name);
        check_lock(run, object, &object->condition.lock);
        return;
    case OBJECT_SEMAPHORE:
    case OBJECT_BOUNDED:
        check_semaphore(run, object);
        return;
    case OBJECT_EVENT:
        demand(run, !count_waiters(run, &object->event.waiters, object->name) || !object->event.set,
               "no task waits for an event that is set", object->name);
        return;
    case OBJECT_BARRIER:
        check_barrier(run, object);
        return;
    case OBJECT_QUEUE:
        check_queue(run, object);
        return;
    case OBJECT_FUTURE:
        return;
    }
}

/* ---- Tasks, while nothing is ready ---- */

static const char *label_of(struct run *run, const weft_task *task)
{
    const struct instance *instance = run->machine->instances;
    while (instance && &instance->task.task != task)
        instance = instance->next;
    return instance ? instance->label : "the last gather";
}

/* Returns how many times the task is listed among the waiters of *awaitable. */
static size_t times_in_list(const weft_awaitable_ *awaitable, const weft_node_ *node)
{
    size_t times = 0;
    const weft_node_ *at = weft_has_ended_(awaitable) ? NULL : awaitable->waiters;
    if (at)
        do {
            times += at == node;
            at = at->next;
        } while (at != awaitable->waiters);
    return times;
}

/* Returns true if the event that the task waits for has not happened. A program without texts does
 * not know what a task waits for. */
static bool has_reason(const weft_task *task)
{
#if WEFT_TEXTS
    const weft_wait_info waiting = weft_task_waits_for(task);
    if (!strcmp(waiting.what, "group")) {
        const weft_group *const group = waiting.object;
        return group->scope.children && group->waits;
    }
    if (!strcmp(waiting.what, "shield")) {
        const weft_shield *const shield = waiting.object;
        return weft_handle_pending(&shield->handle) &&
               !weft_has_ended_(shield->handle.wait.awaited);
    }
    if (!strcmp(waiting.what, "wait")) {
        const weft_wait_set_ *const set = waiting.object;
        return set->multi_wait.open > 0 && set->multi_wait.open <= set->multi_wait.count;
    }
#else
    (void)task;
#endif
    return true;
}

static void check_task(struct run *run, const weft_task *task)
{
    const char *const label = label_of(run, task);
    const weft_wait_ *const wait = &task->live.wait;
    demand(run, weft_is_parked_(task), "a task that has not ended waits", label);
    demand(run, !(task->root.flags & WEFT_DELIVERY_MASK_),
           "a parked task has no undelivered cancellation", label);
    switch (weft_parked_in_(task)) {
    case WEFT_AWAITING_:
        demand(run, times_in_list(wait->target, &wait->node) == 1,
               "no task waits for an awaitable that has ended", label);
        return;
    case WEFT_GATHERING_:
        demand(run,
               WEFT_CONTAINER_(wait->gather_wait, weft_gather_, gather_wait)->multi_wait.open > 0,
               "a gather waits for a part", label);
        return;
    case WEFT_LISTED_:
        demand(run, has_reason(task), "the event that a task waits for has not happened", label);
        return;
    default:
        return;
    }
}

static void check_all(struct observer *observer)
{
    struct run *const run = WEFT_CONTAINER_(observer, struct run, observer);
    for (const struct object *object = run->machine->objects; object; object = object->next)
        check_object(run, object);
    weft_task *task = weft_first_task(&run->machine->loop);
    for (; task && !run->broken; task = weft_next_task(task))
        check_task(run, task);
}

/* ---- A run ---- */

struct ending {
    weft_handle handle;
    bool ended;
};

static void note_end(weft_loop *loop, weft_handle *handle)
{
    (void)loop;
    WEFT_HANDLE_OWNER(handle, struct ending, handle)->ended = true;
}

static const weft_error *run_watched(struct watcher *watcher, struct machine *machine,
                                     weft_future *until)
{
    struct run *const run = WEFT_CONTAINER_(watcher, struct run, watcher);
    struct ending ending = {.ended = false};
    run->machine = machine;
    run->observer.loop = &machine->loop;
    run->observer.backend = &machine->backend;
    weft_add_done_callback(until, &ending.handle, note_end);
    while (!ending.ended && run->observer.ticks < MOST_TICKS && observe_tick(&run->observer))
        continue;
    demand(run, run->observer.ticks < MOST_TICKS, "the program ends", "the program");
    weft_handle_cancel(&machine->loop, &ending.handle);
    return ending.ended ? NULL : &weft_deadlock_error;
}

static void check_end(struct run *run)
{
    const weft_loop *const loop = &run->machine->loop;
    demand(run, !has_timers(&loop->timers), "no timer is armed", "the loop");
    demand(run, loop->tasks.next == &loop->tasks, "no group is open", "the loop");
    for (const struct object *object = run->machine->objects; object; object = object->next)
        if (object->kind == OBJECT_LOCK || object->kind == OBJECT_CONDITION)
            demand(run, object->acquired >= object->released, "a lock was acquired before",
                   object->name);
}

/* Cancels all tasks that are left, again and again, since a task may ignore a cancellation. */
static void end_watched(struct watcher *watcher, struct machine *machine)
{
    struct run *const run = WEFT_CONTAINER_(watcher, struct run, watcher);
    machine->out = run->nowhere;
    run->observer.victim = 0;
    demand(run, observe_until_dry(&run->observer, MOST_TICKS), "the program ends", "the program");
    for (int round = 0; round < ROUNDS && weft_first_task(&machine->loop); round++) {
        weft_task *task = weft_first_task(&machine->loop);
        for (; task; task = weft_next_task(task))
            weft_cancel(task);
        demand(run, observe_until_dry(&run->observer, MOST_TICKS), "the program ends",
               "the program");
    }
    if (!weft_first_task(&machine->loop))
        check_end(run);
}

/* ---- Programs ---- */

struct count {
    size_t passed, failed, runs;
    bool verbose;
};

/* Returns the number of awaits that the program made. */
static size_t run_once(const struct program *program, FILE *out, struct run *run)
{
    run->watcher = (struct watcher){run_watched, end_watched};
    run->observer.idle = check_all;
    interpret_watched(program, out, &run->watcher);
    observer_free(&run->observer);
    return run->observer.awaits;
}

static bool stays_whole(const char *name, const struct program *program, FILE *out,
                        enum moment moment, size_t victim, struct count *count)
{
    struct run run = {.nowhere = out, .observer = {.moment = moment, .victim = victim}};
    if (count->verbose)
        fprintf(stderr, "%s: await %zu, %s\n", name, victim, moment_names[moment]);
    run_once(program, out, &run);
    count->runs++;
    if (run.broken)
        printf("%s, await %zu cancelled %s: broken law: %s (%s)\n", name, victim,
               moment_names[moment], run.broken, run.object);
    return !run.broken;
}

static bool survives(const char *name, const struct program *program, size_t awaits, FILE *out,
                     struct count *count)
{
    for (size_t victim = 1; victim <= awaits; victim++)
        for (unsigned moment = 0; moment < MOMENTS; moment++)
            if (!stays_whole(name, program, out, (enum moment)moment, victim, count))
                return false;
    return true;
}

/* Runs the program without a cancellation, and stores the number of awaits. Returns true if the
 * trace is `expected` and no law is broken: the observer changes nothing. */
static bool is_whole(const char *name, const struct program *program, const char *expected,
                     FILE *nowhere, size_t *awaits)
{
    struct run run = {.nowhere = nowhere};
    char *trace = NULL;
    size_t size = 0;
    FILE *const out = open_memstream(&trace, &size);
    *awaits = run_once(program, out, &run);
    fclose(out);
    const bool same = !strcmp(trace, expected);
    if (!same)
        printf("%s: the trace differs\n", name);
    if (run.broken)
        printf("%s: broken law: %s (%s)\n", name, run.broken, run.object);
    free(trace);
    return same && !run.broken;
}

static void try_one(const char *name, const char *text, const char *expected, FILE *out,
                    struct count *count)
{
    struct program *const program = program_parse(text);
    size_t awaits = 0;
    const bool passed = program && is_whole(name, program, expected, out, &awaits) &&
                        survives(name, program, awaits, out, count);
    count->passed += passed;
    count->failed += !passed;
    program_free(program);
}

/* `text` begins behind a "=== ". */
static void try_corpus(char *text, size_t step, FILE *out, struct count *count)
{
    for (size_t number = 0; text; number++) {
        char *const name = text, *const program = strchr(name, '\n');
        char *const expected = program ? text_cut(program, "\n---\n") : NULL;
        if (!expected)
            return;
        text = text_cut(expected, "\n=== ");
        *program = '\0';
        if (number % step == 0)
            try_one(name, program + 1, expected, out, count);
    }
}

int main(int argc, char **argv)
{
    struct count count = {0};
    size_t step = 1;
    FILE *const out = fopen("/dev/null", "w");
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "-v")) {
            count.verbose = true;
            continue;
        }
        if (strtoul(argv[i], NULL, 10)) {
            step = strtoul(argv[i], NULL, 10);
            continue;
        }
        FILE *const in = fopen(argv[i], "r");
        if (!in) {
            perror(argv[i]);
            return 2;
        }
        char *const text = read_all(in);
        fclose(in);
        if (!strncmp(text, "=== ", 4))
            try_corpus(text + 4, step, out, &count);
        free(text);
    }
    fclose(out);
    printf("%zu runs\n%zu passed, %zu failed\n", count.runs, count.passed, count.failed);
    return count.failed || !count.passed;
}
