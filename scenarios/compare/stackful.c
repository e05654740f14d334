/* SPDX-License-Identifier: MIT */
/* The operations with coroutines that have stacks. */
#include "../stackful/stackful.h"

#include <errno.h>
#include <fenv.h>
#include <stdlib.h>

#include "stage.h"

#define STAGE() stage_of(stackful_loop())

/* Above so many stacks, there are no guard pages: a stack with its guard page is two mappings, and
 * the kernel allows 65,530. */
enum { MOST_GUARDS = 20000 };

static struct stackful_options options;
static struct stackful_pool pool;

#ifdef HAVE_BOOST_CONTEXT
const char *const boost_missing = NULL;
#else
const char *const boost_missing = "the program was built without Boost.Context";
#endif

void choose_ucontext(void)
{
    options.switcher = STACKFUL_UCONTEXT;
}

/* The status bits of MXCSR then differ between the two sides of each switch (prepare_yield). */
void choose_keep(void)
{
    options.keep_fp_status = true;
}

void choose_guardless(void)
{
    options.no_guard = true;
}

static void open_stacks(size_t n)
{
    open_stage(n);
    if (n > MOST_GUARDS)
        options.no_guard = true;
    stackful_pool_init(&pool, &options);
    stackful_use_pool(&pool);
}

/* ---- yield: n tasks in turn ---- */

/* Sets a status bit of the floating-point unit, as a rounded result does. */
static void round_a_result(void)
{
    volatile double third = 1.0;
    third = third / 3.0;
}

STACKFUL(spinner, bool counts, rounds;)
{
    if (self->rounds)
        round_a_result();
    for (;;) {
        STAGE()->count++;
        if (self->counts)
            count_pass(STAGE());
        stackful_yield();
    }
}

static void *prepare_circle(size_t n, bool rounds)
{
    enum { AT_ONCE = 25000 };
    open_stacks(n);
    WEFT_TASK(spinner) *const tasks = fresh_memory(n * sizeof *tasks);
    for (size_t i = 0; i < n; i++) {
        weft_loop_create_task(&the_stage.loop, spinner, &tasks[i], .counts = i == 0,
                              .rounds = rounds);
        if ((i + 1) % AT_ONCE == 0 || i + 1 == n) {
            run_stage(&the_stage, 1); /* so that the tasks have their stacks */
            if (pool.refused || is_over_limit(i + 1)) {
                set_refusal("%s, after %zu tasks", pool.refused ? pool.refused : "memory", i + 1);
                return NULL;
            }
        }
    }
    return &the_stage;
}

static void *prepare_yield(size_t n)
{
    return prepare_circle(n, false);
}

static void *prepare_rounding_yield(size_t n)
{
    return prepare_circle(n, true);
}

/* The loop has no status bit set, and each task has one. */
static double run_rounding_yield(void *state, size_t passes)
{
    feclearexcept(FE_ALL_EXCEPT);
    return run_stage(state, passes);
}

/* ---- create: a task creates n tasks, which end at once, and awaits each ---- */

STACKFUL(child)
{
    (void)self;
    STAGE()->count++;
}

STACKFUL(creator, WEFT_TASK(child) * children;)
{
    struct stage *const stage = STAGE();
    for (;;) {
        for (size_t i = 0; i < stage->n; i++)
            stackful_create_task(child, &self->children[i]);
        for (size_t i = 0; i < stage->n; i++)
            stackful_await(&self->children[i]);
        if (--stage->left == 0) {
            weft_stop(&stage->loop);
            stackful_yield();
        }
    }
}

static void *prepare_create(size_t n)
{
    static WEFT_TASK(creator) task;
    open_stacks(n);
    weft_loop_create_task(&the_stage.loop, creator, &task,
                          .children = fresh_memory(n * sizeof task.frame.children[0]));
    return &the_stage;
}

/* ---- lock: n tasks that each yield while they hold the lock ---- */

STACKFUL(contender, bool counts;)
{
    for (;;) {
        stackful_with_lock(&STAGE()->lock) {
            STAGE()->count++;
            stackful_yield();
        }
        stackful_end;
        if (self->counts)
            count_pass(STAGE());
    }
}

static void *prepare_lock(size_t n)
{
    open_stacks(n);
    WEFT_TASK(contender) *const tasks = fresh_memory(n * sizeof *tasks);
    for (size_t i = 0; i < n; i++)
        weft_loop_create_task(&the_stage.loop, contender, &tasks[i], .counts = i == 0);
    return &the_stage;
}

/* ---- pipe: two tasks send a byte to each other ---- */

STACKFUL_AWAIT(wait_readable, int descriptor;, weft_wait_readable(self->descriptor))

STACKFUL(talker, int in, out; bool begins;)
{
    if (self->begins)
        put_byte(self->out);
    for (;;) {
        stackful_call(wait_readable, self->in);
        get_byte(self->in);
        STAGE()->count++;
        put_byte(self->out);
        if (self->begins)
            count_pass(STAGE());
    }
}

static void *prepare_pipe(size_t n)
{
    static WEFT_TASK(talker) ping, pong;
    open_stacks(n);
    open_pipes();
    int(*const pipes)[2] = the_stage.pipes;
    weft_loop_create_task(&the_stage.loop, talker, &ping, pipes[0][0], pipes[1][1], true);
    weft_loop_create_task(&the_stage.loop, talker, &pong, pipes[1][0], pipes[0][1]);
    return &the_stage;
}

/* ---- cancel: n tasks that sleep ---- */

STACKFUL(sleeper, weft_time delay;)
{
    stackful_sleep(self->delay);
    STAGE()->count++;
}

STACKFUL(canceller, WEFT_TASK(sleeper) * sleepers; size_t ended;)
{
    struct stage *const stage = STAGE();
    for (;;) {
        for (size_t i = 0; i < stage->n; i++)
            stackful_create_task(sleeper, &self->sleepers[i], WEFT_SECONDS(3600));
        stackful_yield();
        self->ended = 0;
        begin_round(&stage->round);
        for (size_t i = 0; i < stage->n; i++)
            weft_cancel(&self->sleepers[i]);
        for (size_t i = 0; i < stage->n; i++) {
            stackful_try
                stackful_await(&self->sleepers[i]);
            stackful_catch(&weft_cancelled_error)
                self->ended++;
            stackful_end;
        }
        end_round(&stage->round, (double)self->ended);
        stage->left = 0;
        weft_stop(&stage->loop);
        stackful_yield();
    }
}

static void *prepare_cancel(size_t n)
{
    static WEFT_TASK(canceller) task;
    open_stacks(n);
    weft_loop_create_task(&the_stage.loop, canceller, &task,
                          .sleepers = fresh_memory(n * sizeof task.frame.sleepers[0]));
    return &the_stage;
}

/* ---- yield-depth: a yield n calls deep in the task ---- */

enum { DEEP_TASKS = 100 };

/* Not a tail call, which would need no stack. */
static unsigned spin_at(size_t below, bool counts)
{
    if (below > 0)
        return spin_at(below - 1, counts) + 1;
    while (the_stage.n > 0) {
        STAGE()->count++;
        if (counts)
            count_pass(STAGE());
        stackful_yield();
    }
    return 0;
}

STACKFUL(deep, size_t depth; bool counts;)
{
    spin_at(self->depth, self->counts);
}

static void *prepare_depth(size_t n)
{
    static WEFT_TASK(deep) tasks[DEEP_TASKS];
    open_stacks(DEEP_TASKS);
    for (size_t i = 0; i < DEEP_TASKS; i++)
        weft_loop_create_task(&the_stage.loop, deep, &tasks[i], n == NO_CALLS ? 0 : n, i == 0);
    run_stage(&the_stage, 1);
    return &the_stage;
}

/* ---- calls: a chain of n calls that might wait, but do not ---- */

STACKFUL(caller, unsigned depth;)
{
    struct stage *const stage = STAGE();
    for (;;) {
        expect(call_plainly(self->depth) == self->depth, "all calls were made");
        stage->count++;
        if (--stage->left == 0) {
            weft_stop(&stage->loop);
            stackful_yield();
        }
    }
}

static void *prepare_calls(size_t n)
{
    static WEFT_TASK(caller) task;
    open_stacks(n == NO_CALLS ? 0 : n);
    weft_loop_create_task(&the_stage.loop, caller, &task, .depth = n == NO_CALLS ? 0 : (unsigned)n);
    return &the_stage;
}

/* ---- compute: n jobs for the CPU ---- */

STACKFUL(job, uint64_t result;)
{
    self->result = compute((uintptr_t)self);
    STAGE()->count++;
}

STACKFUL(employer, WEFT_TASK(job) * jobs;)
{
    struct stage *const stage = STAGE();
    for (;;) {
        for (size_t i = 0; i < stage->n; i++)
            stackful_create_task(job, &self->jobs[i]);
        for (size_t i = 0; i < stage->n; i++)
            stackful_await(&self->jobs[i]);
        if (--stage->left == 0) {
            weft_stop(&stage->loop);
            stackful_yield();
        }
    }
}

static void *prepare_compute(size_t n)
{
    static WEFT_TASK(employer) task;
    open_stacks(n);
    weft_loop_create_task(&the_stage.loop, employer, &task,
                          .jobs = fresh_memory(n * sizeof task.frame.jobs[0]));
    return &the_stage;
}

const struct operation stackful_operations[] = {
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

const struct operation keep_operations[] = {
    {"yield", prepare_rounding_yield, run_rounding_yield, NULL},
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

/* The tasks that are not measured need no stacks, of which there may be none left. */
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

/* A task takes its stack when it runs first. Without a stack, it ends with an error. */
static size_t grow(size_t total, double seconds)
{
    if (!the_stage.n)
        open_stacks(1);
    while (population < total && !refusal() && !is_over_limit(population)) {
        struct chunk *const chunk = malloc(sizeof *chunk);
        if (!chunk) {
            set_refusal("malloc: no memory");
            break;
        }
        chunk->next = chunks;
        chunks = chunk;
        size_t i;
        for (i = 0; i < CHUNK && population + i < total; i++) {
            chunk->tasks[i] = (sleeper_task){0};
            weft_loop_create_task(&the_stage.loop, sleeper, &chunk->tasks[i],
                                  WEFT_SECONDS(seconds));
        }
        chunk->count = i;
        errno = 0;
        run_tick();
        if (pool.refused)
            set_refusal_by_system(pool.refused, errno);
        for (i = 0; i < chunk->count; i++)
            population += !weft_done(&chunk->tasks[i]);
    }
    return population;
}

WEFT_ASYNC(waiter, struct chunk *chunk; size_t i;)
{
    for (self->chunk = chunks; self->chunk; self->chunk = self->chunk->next)
        for (self->i = 0; self->i < self->chunk->count; self->i++)
            if (!weft_done(&self->chunk->tasks[self->i]))
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
    stackful_pool_close(&pool);
    for (struct chunk *chunk = chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    chunks = NULL;
}

static size_t high_water(void)
{
    return stackful_high_water(&pool);
}

const struct population stackful_population = {.own_bytes = sizeof(sleeper_task),
                                               .grow = grow,
                                               .wait = wait_for_all,
                                               .release = release,
                                               .high_water = high_water,
                                               .most = MOST_GUARDS};

const struct population guardless_population = {.own_bytes = sizeof(sleeper_task),
                                                .grow = grow,
                                                .wait = wait_for_all,
                                                .release = release,
                                                .high_water = high_water,
                                                .most = 100000};
