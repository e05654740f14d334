/* SPDX-License-Identifier: MIT */
/* A measurement, in a process of its own. It prints lines, which measure.c reads:
 * `round operations cpu_ns wall_ns`, `value NAME NUMBER`, `refused TEXT`. */
#define _POSIX_C_SOURCE 200809L
#include "compare.h"

#include <string.h>
#include <sys/resource.h>

/* In a long round, the calls of the clock do not count. In a short one, no other process disturbs
 * the measurement. */
#define ROUND_NS 3e5

enum { LEAST_ROUNDS = 5, MOST_ROUNDS = 400 };

/* ---- Operations ---- */

static void run_round(const struct operation *operation, void *state, size_t passes,
                      struct round *round)
{
    if (operation->measure) {
        operation->measure(state, passes, round);
        return;
    }
    begin_round(round);
    const double operations = operation->run(state, passes);
    end_round(round, operations);
}

static void print_round(const struct round *round)
{
    if (round->operations > 0)
        printf("round %.17g %.17g %.17g\n", round->operations, round->cpu_ns, round->wall_ns);
}

/* Returns the passes of a round, and warms up. */
static size_t calibrate(const struct operation *operation, void *state)
{
    struct round round;
    size_t passes = 1;
    run_round(operation, state, passes, &round);
    if (operation->measure || is_small)
        return 1;
    for (;;) {
        run_round(operation, state, passes, &round);
        if (round.cpu_ns >= ROUND_NS / 4)
            break;
        passes *= 2;
    }
    return (size_t)((double)passes * (ROUND_NS / round.cpu_ns)) + 1;
}

static void measure_rounds(const struct operation *operation, void *state, bool once,
                           double milliseconds)
{
    struct round round;
    double spent = 0;
    if (once) {
        run_round(operation, state, 1, &round);
        print_round(&round);
        return;
    }
    const size_t passes = calibrate(operation, state);
    const unsigned least = is_small ? 2 : LEAST_ROUNDS;
    for (unsigned i = 0; i < MOST_ROUNDS && (i < least || spent < milliseconds * 1e6); i++) {
        run_round(operation, state, passes, &round);
        print_round(&round);
        spent += round.wall_ns;
        if (spent > 20 * milliseconds * 1e6 && i >= 1)
            break;
    }
}

static int measure_operation(const struct measured_style *style, const struct workload *workload,
                             size_t n, double milliseconds, size_t passes)
{
    const struct operation *operation = style->operations;
    while (operation->workload && strcmp(operation->workload, workload->name) != 0)
        operation++;
    if (!operation->workload)
        return 2;
    if (!workload->both_cpus)
        pin(0);
    void *const state = operation->prepare(n);
    if (!state) {
        printf("refused %s\n", refusal() ? refusal() : "the system");
        return 0;
    }
    if (passes > 0)
        operation->run(state, passes);
    else
        measure_rounds(operation, state, workload->once, milliseconds);
    return 0;
}

/* ---- Memory ---- */

static void print_value(const char *name, double value)
{
    printf("value %s %.17g\n", name, value);
}

struct point {
    double n, resident, reserved, page_tables, kernel;
};

/* Returns the slope of a line through the points, by least squares. */
static double slope(const struct point *points, size_t count, size_t offset)
{
    double x = 0, y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < count; i++) {
        const double value = *(const double *)(const void *)((const char *)&points[i] + offset);
        x += points[i].n;
        y += value;
        xx += points[i].n * points[i].n;
        xy += points[i].n * value;
    }
    const double m = (double)count, width = m * xx - x * x;
    return width > 0 ? (m * xy - x * y) / width : 0;
}

static struct point look(const struct population *population, size_t n)
{
    struct memory memory = memory_now();
    if (population->add_others)
        population->add_others(&memory);
    return (struct point){(double)n, memory.resident, memory.reserved, memory.page_tables,
                          kernel_stacks()};
}

static int measure_memory(const struct population *population, size_t most)
{
    enum { POINTS = 9 };
    struct point points[POINTS];
    const size_t n = population->most && population->most < most ? population->most : most;
    size_t count = 0;
    for (size_t i = 0; i < POINTS; i++) {
        const size_t total = n / POINTS * (i + 1), got = population->grow(total, 3600);
        points[count++] = look(population, got);
        if (got < total)
            break;
    }
    print_value("tasks", points[count - 1].n);
    if (population->own_bytes)
        print_value("own", (double)population->own_bytes);
    print_value("resident", slope(points, count, offsetof(struct point, resident)));
    print_value("page-tables", slope(points, count, offsetof(struct point, page_tables)));
    if (memory_now().threads > 1 || population->add_others)
        print_value("kernel-stacks", slope(points, count, offsetof(struct point, kernel)));
    print_value("reserved", slope(points, count, offsetof(struct point, reserved)));
    print_value("peak", memory_now().peak);
    if (population->high_water)
        print_value("stack-used", (double)population->high_water());
    if (population->release) {
        population->release();
        print_value("after-release", memory_now().resident);
    }
    if (refusal())
        printf("refused %s\n", refusal());
    return 0;
}

static int measure_limit(const struct population *population, size_t most)
{
    enum { STEPS = 200 };
    size_t n = 0;
    const size_t step = most / STEPS ? most / STEPS : 1;
    while (n < most && !refusal())
        n = population->grow(n + step < most ? n + step : most, 3600);
    print_value("tasks", (double)n);
    printf("refused %s\n", refusal() ? refusal() : "nobody refused one");
    fflush(stdout);
    return 0;
}

static int measure_million(const struct population *population, size_t n)
{
    struct rusage usage;
    const size_t got = population->grow(n, is_small ? 0.1 : 10);
    population->wait();
    getrusage(RUSAGE_SELF, &usage);
    print_value("tasks", (double)got);
    print_value("peak", memory_now().peak);
    print_value("cpu",
                (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
                    1e-6 * ((double)usage.ru_utime.tv_usec + (double)usage.ru_stime.tv_usec));
    if (refusal())
        printf("refused %s\n", refusal());
    return 0;
}

int run_as_child(const struct measured_style *style, const char *name, size_t n,
                 double milliseconds, size_t passes)
{
    const struct workload *const workload = workload_named(name);
    if (!workload)
        return 2;
    /* The buffer must not lie in the heap, above memory that `memory` frees. */
    static char buffer[BUFSIZ];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    if (style->choose)
        style->choose();
    if (strcmp(name, "memory") == 0)
        return measure_memory(style->population, n);
    if (strcmp(name, "limits") == 0)
        return measure_limit(style->population, n);
    if (strcmp(name, "million") == 0)
        return measure_million(style->population, n);
    return measure_operation(style, workload, n, milliseconds, passes);
}
