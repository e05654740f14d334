/* SPDX-License-Identifier: MIT */
/* The operations with coroutines without stacks. */
#include "stage.h"

#include <stdlib.h>

#define STAGE() stage_of(weft_running_loop())

/* ---- yield: n tasks in turn ---- */

WEFT_ASYNC(spinner, bool counts;)
{
    for (;;) {
        STAGE()->count++;
        if (self->counts)
            count_pass(STAGE());
        weft_sleep(0);
    }
}
WEFT_ASYNC_END

static void *prepare_yield(size_t n)
{
    open_stage(n);
    WEFT_TASK(spinner) *const tasks = fresh_memory(n * sizeof *tasks);
    for (size_t i = 0; i < n; i++)
        weft_loop_create_task(&the_stage.loop, spinner, &tasks[i], .counts = i == 0);
    run_stage(&the_stage, 1);
    return &the_stage;
}

/* ---- create: a task creates n tasks, which end at once, and awaits each ---- */

WEFT_ASYNC(child)
{
    STAGE()->count++;
}
WEFT_ASYNC_END

WEFT_ASYNC(creator, WEFT_TASK(child) * children; size_t i;)
{
    for (;;) {
        for (self->i = 0; self->i < STAGE()->n; self->i++)
            weft_create_task(child, &self->children[self->i]);
        for (self->i = 0; self->i < STAGE()->n; self->i++)
            weft_await(&self->children[self->i]);
        if (--STAGE()->left == 0) {
            weft_stop(weft_running_loop());
            weft_sleep(0);
        }
    }
}
WEFT_ASYNC_END

static void *prepare_create(size_t n)
{
    static WEFT_TASK(creator) task;
    open_stage(n);
    weft_loop_create_task(&the_stage.loop, creator, &task,
                          .children = fresh_memory(n * sizeof task.frame.children[0]));
    return &the_stage;
}

/* ---- lock: n tasks that each yield while they hold the lock ---- */

WEFT_ASYNC(contender, bool counts;)
{
    for (;;) {
        weft_with_lock(&STAGE()->lock) {
            STAGE()->count++;
            weft_sleep(0);
        }
        weft_end;
        if (self->counts)
            count_pass(STAGE());
    }
}
WEFT_ASYNC_END

static void *prepare_lock(size_t n)
{
    open_stage(n);
    WEFT_TASK(contender) *const tasks = fresh_memory(n * sizeof *tasks);
    for (size_t i = 0; i < n; i++)
        weft_loop_create_task(&the_stage.loop, contender, &tasks[i], .counts = i == 0);
    return &the_stage;
}

/* ---- pipe: two tasks send a byte to each other ---- */

WEFT_ASYNC(talker, int in, out; bool begins;)
{
    if (self->begins)
        put_byte(self->out);
    for (;;) {
        weft_wait_readable(self->in);
        get_byte(self->in);
        STAGE()->count++;
        put_byte(self->out);
        if (self->begins)
            count_pass(STAGE());
    }
}
WEFT_ASYNC_END

static void *prepare_pipe(size_t n)
{
    static WEFT_TASK(talker) ping, pong;
    open_stage(n);
    open_pipes();
    int(*const pipes)[2] = the_stage.pipes;
    weft_loop_create_task(&the_stage.loop, talker, &ping, pipes[0][0], pipes[1][1], true);
    weft_loop_create_task(&the_stage.loop, talker, &pong, pipes[1][0], pipes[0][1]);
    return &the_stage;
}

/* ---- cancel: n tasks that sleep ---- */

WEFT_ASYNC(sleeper, weft_time delay;)
{
    weft_sleep(self->delay);
    STAGE()->count++;
}
WEFT_ASYNC_END

WEFT_ASYNC(canceller, WEFT_TASK(sleeper) * sleepers; size_t i, ended; const weft_error *error;)
{
    for (;;) {
        for (self->i = 0; self->i < STAGE()->n; self->i++)
            weft_create_task(sleeper, &self->sleepers[self->i], WEFT_SECONDS(3600));
        weft_sleep(0);
        self->ended = 0;
        begin_round(&STAGE()->round);
        for (self->i = 0; self->i < STAGE()->n; self->i++)
            weft_cancel(&self->sleepers[self->i]);
        for (self->i = 0; self->i < STAGE()->n; self->i++) {
            weft_try
                weft_await(&self->sleepers[self->i]);
            weft_catch(&weft_cancelled_error, self->error)
                self->ended++;
            weft_end;
        }
        end_round(&STAGE()->round, (double)self->ended);
        STAGE()->left = 0;
        weft_stop(weft_running_loop());
        weft_sleep(0);
    }
}
WEFT_ASYNC_END

static void *prepare_cancel(size_t n)
{
    static WEFT_TASK(canceller) task;
    open_stage(n);
    weft_loop_create_task(&the_stage.loop, canceller, &task,
                          .sleepers = fresh_memory(n * sizeof task.frame.sleepers[0]));
    return &the_stage;
}

/* ---- yield-depth: a yield n calls deep in the task ---- */

enum { DEEP_TASKS = 100, DEEPEST = 101 };

WEFT_ASYNC(level, size_t below; bool counts;)
{
    if (self->below > 0)
        weft_call(level, self + 1, .below = self->below - 1, .counts = self->counts);
    else
        for (;;) {
            STAGE()->count++;
            if (self->counts)
                count_pass(STAGE());
            weft_sleep(0);
        }
}
WEFT_ASYNC_END

WEFT_ASYNC(deep, struct level *levels; size_t depth; bool counts;)
{
    weft_call(level, self->levels, self->depth, self->counts);
}
WEFT_ASYNC_END

static void *prepare_depth(size_t n)
{
    static WEFT_TASK(deep) tasks[DEEP_TASKS];
    const size_t depth = n == NO_CALLS ? 0 : n;
    open_stage(n);
    struct level *const levels = fresh_memory(DEEP_TASKS * DEEPEST * sizeof *levels);
    for (size_t i = 0; i < DEEP_TASKS; i++)
        weft_loop_create_task(&the_stage.loop, deep, &tasks[i], &levels[i * (depth + 1)], depth,
                              i == 0);
    run_stage(&the_stage, 1);
    return &the_stage;
}

/* ---- calls: a chain of n calls that might wait, but do not ---- */

WEFT_ASYNC(link, size_t below; unsigned result;)
{
    if (self->below > 0) {
        weft_call(link, self + 1, .below = self->below - 1);
        weft_return_value(self[1].result + 1);
    }
    weft_return_value(0);
}
WEFT_ASYNC_END

WEFT_ASYNC(caller, size_t depth; struct link links[DEEPEST];)
{
    for (;;) {
        weft_call(link, self->links, self->depth);
        expect(self->links[0].result == self->depth, "all calls were made");
        STAGE()->count++;
        if (--STAGE()->left == 0) {
            weft_stop(weft_running_loop());
            weft_sleep(0);
        }
    }
}
WEFT_ASYNC_END

static void *prepare_calls(size_t n)
{
    static WEFT_TASK(caller) task;
    open_stage(n);
    weft_loop_create_task(&the_stage.loop, caller, &task, .depth = n == NO_CALLS ? 0 : n);
    return &the_stage;
}

/* ---- compute: n jobs for the CPU ---- */

WEFT_ASYNC(job, uint64_t result;)
{
    self->result = compute((uintptr_t)self);
    STAGE()->count++;
}
WEFT_ASYNC_END

WEFT_ASYNC(employer, WEFT_TASK(job) * jobs; size_t i;)
{
    for (;;) {
        for (self->i = 0; self->i < STAGE()->n; self->i++)
            weft_create_task(job, &self->jobs[self->i]);
        for (self->i = 0; self->i < STAGE()->n; self->i++)
            weft_await(&self->jobs[self->i]);
        if (--STAGE()->left == 0) {
            weft_stop(weft_running_loop());
            weft_sleep(0);
        }
    }
}
WEFT_ASYNC_END

static void *prepare_compute(size_t n)
{
    static WEFT_TASK(employer) task;
    open_stage(n);
    weft_loop_create_task(&the_stage.loop, employer, &task,
                          .jobs = fresh_memory(n * sizeof task.frame.jobs[0]));
    return &the_stage;
}

const struct operation stackless_operations[] = {
    {"create-cold", prepare_create, run_stage, NULL},
    {"create", prepare_create, run_stage, NULL},
    {"yield", prepare_yield, run_stage, NULL},
    {"lock", prepare_lock, run_stage, NULL},
    {"pipe", prepare_pipe, run_stage, NULL},
    {"pipe-2-cpus", prepare_pipe, run_stage, NULL},
    {"cancel", prepare_cancel, NULL, measure_stage},
    {"yield-depth", prepare_depth, run_stage, NULL},
    {"calls", prepare_calls, run_stage, NULL},
    {"compute", prepare_compute, run_stage, NULL},
    {NULL, NULL, NULL, NULL},
};

/* ---- Waiting tasks ---- */

typedef WEFT_TASK(sleeper) sleeper_task;

enum { CHUNK = 1000 };

struct chunk {
    struct chunk *next;
    size_t count;
    sleeper_task tasks[CHUNK];
};

static struct chunk *chunks;
static size_t population;

/* Lets the new tasks run, so that they wait. */
WEFT_ASYNC(tick)
{
    weft_sleep(0);
}
WEFT_ASYNC_END

static void run_tick(void)
{
    static WEFT_TASK(tick) task;
    weft_loop_create_task(&the_stage.loop, tick, &task);
    expect(!weft_run_until_complete(&the_stage.loop, &task), "a tick runs");
}

static size_t grow(size_t total, double seconds)
{
    if (!the_stage.n)
        open_stage(1);
    while (population < total && !is_over_limit(population)) {
        struct chunk *const chunk = malloc(sizeof *chunk);
        if (!chunk) {
            set_refusal("malloc: no memory");
            break;
        }
        chunk->next = chunks;
        chunks = chunk;
        size_t i;
        for (i = 0; i < CHUNK && population < total; i++, population++) {
            chunk->tasks[i] = (sleeper_task){0};
            weft_loop_create_task(&the_stage.loop, sleeper, &chunk->tasks[i],
                                  WEFT_SECONDS(seconds));
        }
        chunk->count = i;
        run_tick();
    }
    return population;
}

WEFT_ASYNC(waiter, struct chunk *chunk; size_t i;)
{
    for (self->chunk = chunks; self->chunk; self->chunk = self->chunk->next)
        for (self->i = 0; self->i < self->chunk->count; self->i++)
            weft_await(&self->chunk->tasks[self->i]);
}
WEFT_ASYNC_END

static void wait_for_all(void)
{
    static WEFT_TASK(waiter) task;
    the_stage.count = 0;
    weft_loop_create_task(&the_stage.loop, waiter, &task);
    expect(!weft_run_until_complete(&the_stage.loop, &task), "all tasks end");
    expect(the_stage.count == population, "all tasks have ended");
}

static void release(void)
{
    weft_loop_close(&the_stage.loop);
    for (struct chunk *chunk = chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    chunks = NULL;
}

const struct population stackless_population = {
    .own_bytes = sizeof(sleeper_task), .grow = grow, .wait = wait_for_all, .release = release};
