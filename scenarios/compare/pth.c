/* SPDX-License-Identifier: MIT */
/* The operations with GNU Pth: threads of a library, each with a stack, in one thread of the
 * system. */
#define _POSIX_C_SOURCE 200809L
#include "compare.h"

#ifndef HAVE_PTH
const char *const pth_missing = "the program was built without libpth";
const struct operation pth_operations[] = {{NULL, NULL, NULL, NULL}};
const struct population pth_population = {.grow = NULL};
#else
#include <pth.h>
#include <unistd.h>

const char *const pth_missing = NULL;

static pth_attr_t attributes;

static void start_library(void)
{
    if (attributes)
        return;
    expect(pth_init(), "Pth starts");
    attributes = pth_attr_new();
    pth_attr_set(attributes, PTH_ATTR_STACK_SIZE, 64 * 1024);
}

static bool spawn(pth_t *thread, void *(*function)(void *), void *argument)
{
    *thread = pth_spawn(attributes, function, argument);
    if (!*thread)
        set_refusal("pth_spawn");
    return *thread != NULL;
}

struct crowd {
    size_t n, count, depth;
    pth_t *threads;
    pth_mutex_t mutex;
    int pipes[2][2];
};

static struct crowd *open_crowd(size_t n)
{
    static struct crowd crowd;
    start_library();
    crowd.n = n;
    crowd.threads = fresh_memory(n * sizeof crowd.threads[0]);
    return &crowd;
}

/* ---- create ---- */

static void *count_one(void *argument)
{
    struct crowd *const crowd = argument;
    crowd->count++;
    return NULL;
}

static void *prepare_create(size_t n)
{
    return open_crowd(n);
}

static double run_create(void *state, size_t passes)
{
    struct crowd *const crowd = state;
    crowd->count = 0;
    while (passes--) {
        for (size_t i = 0; i < crowd->n; i++)
            expect(spawn(&crowd->threads[i], count_one, crowd), "there is a thread");
        for (size_t i = 0; i < crowd->n; i++)
            pth_join(crowd->threads[i], NULL);
    }
    return (double)crowd->count;
}

/* ---- yield: the thread that measures is one of the circle ---- */

static unsigned spin_at(size_t below, struct crowd *crowd)
{
    if (below > 0)
        return spin_at(below - 1, crowd) + 1;
    while (crowd->n > 0) {
        crowd->count++;
        pth_yield(NULL);
    }
    return 0;
}

static void *spin(void *argument)
{
    struct crowd *const crowd = argument;
    spin_at(crowd->depth, crowd);
    return NULL;
}

static void *prepare_circle(size_t n)
{
    struct crowd *const crowd = open_crowd(n);
    for (size_t i = 1; i < n; i++) {
        if (!spawn(&crowd->threads[i], spin, crowd))
            return NULL;
        if (i % 1000 == 0 && is_over_limit(i))
            return NULL;
    }
    return crowd;
}

static void *prepare_depth(size_t n)
{
    open_crowd(1)->depth = n == NO_CALLS ? 0 : n;
    return prepare_circle(100);
}

/* The library chooses the thread by its age, so a turn of this thread may not be a turn of each. */
static double run_circle(void *state, size_t passes)
{
    struct crowd *const crowd = state;
    crowd->count = 0;
    while (crowd->count < passes * (crowd->n - 1))
        pth_yield(NULL);
    return (double)crowd->count;
}

/* ---- lock ---- */

static void *contend(void *argument)
{
    struct crowd *const crowd = argument;
    for (;;) {
        pth_mutex_acquire(&crowd->mutex, FALSE, NULL);
        crowd->count++;
        pth_yield(NULL);
        pth_mutex_release(&crowd->mutex);
    }
    return NULL;
}

static void *prepare_lock(size_t n)
{
    struct crowd *const crowd = open_crowd(n);
    pth_mutex_init(&crowd->mutex);
    for (size_t i = 1; i < n; i++)
        if (!spawn(&crowd->threads[i], contend, crowd))
            return NULL;
    return crowd;
}

static double run_lock(void *state, size_t passes)
{
    struct crowd *const crowd = state;
    crowd->count = 0;
    while (crowd->count < passes * crowd->n) {
        pth_mutex_acquire(&crowd->mutex, FALSE, NULL);
        crowd->count++;
        pth_yield(NULL);
        pth_mutex_release(&crowd->mutex);
    }
    return (double)crowd->count;
}

/* ---- pipe ---- */

static void *answer(void *argument)
{
    const struct crowd *const crowd = argument;
    char byte;
    for (;;) {
        expect(pth_read(crowd->pipes[0][0], &byte, 1) == 1, "a byte is read");
        expect(pth_write(crowd->pipes[1][1], &byte, 1) == 1, "a byte is written");
    }
    return NULL;
}

static void *prepare_pipe(size_t n)
{
    struct crowd *const crowd = open_crowd(n);
    expect(!pipe(crowd->pipes[0]) && !pipe(crowd->pipes[1]), "there are pipes");
    return spawn(&crowd->threads[0], answer, crowd) ? crowd : NULL;
}

static double run_pipe(void *state, size_t passes)
{
    const struct crowd *const crowd = state;
    char byte = 'x';
    for (size_t i = 0; i < passes; i++) {
        expect(pth_write(crowd->pipes[0][1], &byte, 1) == 1, "a byte is written");
        expect(pth_read(crowd->pipes[1][0], &byte, 1) == 1, "a byte is read");
    }
    return 2.0 * (double)passes;
}

/* ---- cancel ---- */

static void *sleep_for_ever(void *argument)
{
    const pth_time_t hour = pth_time(3600, 0);
    (void)argument;
    for (;;)
        pth_nap(hour);
    return NULL;
}

static void measure_cancel(void *state, size_t passes, struct round *round)
{
    struct crowd *const crowd = state;
    double ended = 0;
    (void)passes;
    for (size_t i = 0; i < crowd->n; i++)
        expect(spawn(&crowd->threads[i], sleep_for_ever, NULL), "there is a thread");
    for (size_t i = 0; i < 3 * crowd->n; i++)
        pth_yield(NULL);
    begin_round(round);
    for (size_t i = 0; i < crowd->n; i++)
        pth_cancel(crowd->threads[i]);
    for (size_t i = 0; i < crowd->n; i++) {
        void *result;
        pth_join(crowd->threads[i], &result);
        ended += result == PTH_CANCELED;
    }
    end_round(round, ended);
}

const struct operation pth_operations[] = {
    {"create-cold", prepare_create, run_create, NULL},
    {"create", prepare_create, run_create, NULL},
    {"yield", prepare_circle, run_circle, NULL},
    {"lock", prepare_lock, run_lock, NULL},
    {"pipe", prepare_pipe, run_pipe, NULL},
    {"cancel", prepare_create, NULL, measure_cancel},
    {"yield-depth", prepare_depth, run_circle, NULL},
    {NULL, NULL, NULL, NULL},
};

/* ---- Waiting threads ---- */

static size_t population;

static size_t grow(size_t total, double seconds)
{
    (void)seconds;
    start_library();
    while (population < total) {
        if (population % 1000 == 0 && is_over_limit(population))
            break;
        pth_t thread;
        if (!spawn(&thread, sleep_for_ever, NULL))
            break;
        population++;
    }
    for (size_t i = 0; i < 3; i++)
        pth_yield(NULL);
    return population;
}

const struct population pth_population = {.grow = grow, .most = 2000};
#endif
