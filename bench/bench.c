/* SPDX-License-Identifier: MIT */
/* bench: measures weft's operations, in nanoseconds of CPU time, and compares them with their
 * floors. */
#define _POSIX_C_SOURCE 200809L
#include "bench.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct bench_workload *const workloads[] = {
    &bench_yield,   &bench_direct,    &bench_depth,  &bench_spawn,    &bench_pingpong, &bench_event,
    &bench_lock,    &bench_semaphore, &bench_queue1, &bench_queue100, &bench_gather,   &bench_group,
    &bench_timeout, &bench_sleeps,    &bench_beside, &bench_asleep,   &bench_bytes,    &bench_echo};

enum { WORKLOADS = sizeof workloads / sizeof workloads[0] };

/* The length of a round. In a long round, the calls of the clock do not count. In a short one, no
 * other process disturbs the measurement. */
#define ROUND_NS 4e6

enum { WEFT, FLOOR, LIBUV, SIDES };
enum { ALL_SIDES = (1 << SIDES) - 1 };

static struct options {
    bool json;
    unsigned rounds;
    unsigned sides;  /* a bit for each side */
    uint32_t passes; /* in a round; 0: as many as fit into ROUND_NS */
    size_t n;        /* the only size; 0: every size of the workload */
} options = {.rounds = 50, .sides = ALL_SIDES};

void *bench_allocate(size_t size)
{
    void *const memory = calloc(1, size);
    bench_expect(memory != NULL, "there is memory");
    return memory;
}

void bench_expect(int fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "bench: it is not true that %s\n", what);
    exit(1);
}

/* ---- Measuring ---- */

struct costs {
    double weft, floor,
        libuv; /* ns for each operation, or bytes for each task; < 0: not measured */
};

static double cpu_ns(const struct bench_workload *workload, void *state)
{
    if (workload->cpu_ns)
        return workload->cpu_ns(state);
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

/* A side of a workload, prepared. */
struct lane {
    const struct bench_workload *workload;
    const struct bench_side *side; /* NULL: the workload has no such side */
    bool measured;
    void *state;
    double cost;
};

static double time_run(const struct lane *lane, uint32_t passes)
{
    lane->side->arm(lane->state, passes);
    const double start = cpu_ns(lane->workload, lane->state);
    lane->side->run(lane->state);
    const double ns = cpu_ns(lane->workload, lane->state) - start;
    lane->side->check(lane->state);
    return ns;
}

/* Returns the passes of a round. Warms the side up. */
static uint32_t calibrate(const struct lane *lane)
{
    uint32_t passes = LEAST_PASSES;
    double ns;
    while ((ns = time_run(lane, passes)) < ROUND_NS / 4)
        passes *= 2;
    return (uint32_t)(passes * (ROUND_NS / ns)) + 1;
}

static void keep_least(double *least, double ns)
{
    if (*least < 0 || ns < *least)
        *least = ns;
}

/* Runs all sides alternately, so that other processes and changes of the processor's clock affect
 * all sides. Keeps the least time of each side: other processes can only make a run longer. */
static void run_rounds(struct lane *lanes, unsigned rounds, uint32_t passes, double operations)
{
    while (rounds--)
        for (struct lane *lane = lanes; lane < lanes + SIDES; lane++)
            if (lane->measured)
                keep_least(&lane->cost, time_run(lane, passes) / operations);
}

/* Prepares the sides that are not measured, too. The calibration needs weft's side. And the
 * addresses of each side's memory then do not depend on the options. */
static void prepare_lanes(struct lane *lanes, const struct bench_workload *workload, size_t n)
{
    const struct bench_side *const sides[SIDES] = {&workload->weft, &workload->floor,
                                                   workload->libuv};
    for (unsigned i = 0; i < SIDES; i++) {
        const bool measured = sides[i] && options.sides & 1u << i;
        lanes[i] = (struct lane){workload, sides[i], measured, NULL, -1};
        if (sides[i])
            lanes[i].state = sides[i]->prepare(n);
    }
}

static void dispose_of_lanes(const struct lane *lanes)
{
    for (unsigned i = 0; i < SIDES; i++)
        if (lanes[i].side)
            lanes[i].side->dispose(lanes[i].state);
}

static struct costs measure_time(const struct bench_workload *workload, size_t n)
{
    struct lane lanes[SIDES];
    prepare_lanes(lanes, workload, n);
    const uint32_t passes = options.passes ? options.passes : calibrate(&lanes[WEFT]);
    const size_t operations = workload->operations ? workload->operations : n;
    unsigned rounds = options.rounds;
    if (workload->most_rounds && rounds > workload->most_rounds)
        rounds = workload->most_rounds;
    run_rounds(lanes, rounds, passes, (double)passes * (double)operations);
    dispose_of_lanes(lanes);
    return (struct costs){lanes[WEFT].cost, lanes[FLOOR].cost, lanes[LIBUV].cost};
}

static double resident_bytes(void)
{
    double pages = 0, resident = 0;
    FILE *const file = fopen("/proc/self/statm", "r");
    bench_expect(file && fscanf(file, "%lf %lf", &pages, &resident) == 2,
                 "/proc says what is resident");
    fclose(file);
    return resident * (double)sysconf(_SC_PAGESIZE);
}

static double bytes_of(const struct bench_side *side, size_t n)
{
    const double before = resident_bytes();
    void *const state = side->prepare(n);
    const double bytes = resident_bytes() - before;
    side->dispose(state);
    return bytes / (double)n;
}

static struct costs measure(const struct bench_workload *workload, size_t n)
{
    if (!workload->counts_bytes)
        return measure_time(workload, n);
    return (struct costs){options.sides & 1u << WEFT ? bytes_of(&workload->weft, n) : -1,
                          options.sides & 1u << FLOOR ? bytes_of(&workload->floor, n) : -1, -1};
}

/* ---- Output ---- */

static void print_cost(const char *format, const char *missing, double cost)
{
    if (cost < 0)
        fputs(missing, stdout);
    else
        printf(format, cost);
}

static void print_json(const struct bench_workload *workload, size_t n, struct costs costs)
{
    const char *const unit = workload->counts_bytes ? "bytes" : "ns";
    printf("{\"workload\": \"%s\", \"n\": %zu, \"%s\": ", workload->name, n, unit);
    print_cost("%.2f", "null", costs.weft);
    printf(", \"floor_%s\": ", unit);
    print_cost("%.2f", "null", costs.floor);
    if (workload->libuv) {
        fputs(", \"libuv_ns\": ", stdout);
        print_cost("%.2f", "null", costs.libuv);
    }
    puts("}");
}

static void print_row(const struct bench_workload *workload, size_t n, struct costs costs)
{
    printf("%-10s %8zu", workload->name, n);
    print_cost("%10.2f", "         -", costs.weft);
    print_cost("%10.2f", "         -", costs.floor);
    print_cost("%8.2f", "       -",
               costs.weft >= 0 && costs.floor >= 0 ? costs.weft / costs.floor : -1);
    if (workload->libuv)
        print_cost("   libuv %10.2f", "", costs.libuv);
    putchar('\n');
}

/* Measures the workload with each size that the options allow. Returns how many these are. */
static unsigned run(const struct bench_workload *workload)
{
    unsigned runs = 0;
    for (const size_t *n = workload->sizes; *n; n++) {
        if (options.n && options.n != *n)
            continue;
        (options.json ? print_json : print_row)(workload, *n, measure(workload, *n));
        fflush(stdout);
        runs++;
    }
    return runs;
}

static void list(void)
{
    for (size_t i = 0; i < WORKLOADS; i++) {
        printf("%-10s %s; n =", workloads[i]->name, workloads[i]->what);
        for (const size_t *n = workloads[i]->sizes; *n; n++)
            printf(" %zu", *n);
        putchar('\n');
    }
}

/* ---- Options ---- */

static const char usage[] =
    "usage: bench [--json] [WORKLOAD...]\n"
    "Measures the named workloads, or all of them. Prints the nanoseconds of CPU time for each\n"
    "operation: of weft, and of the floor, which is the same work written by hand in C. For\n"
    "`bytes`, prints bytes. For `echo`, also measures libuv, if configure has found it: the last\n"
    "column, or \"libuv_ns\".\n"
    "\n"
    "  -j, --json         prints a JSON object a line, instead of a table\n"
    "  -l, --list         prints the workloads, and the values of n for each\n"
    "  -h, --help         prints this text\n"
    "\n"
    "For bench/callgrind.sh:\n"
    "  -n, --size N       measures only this size of each workload\n"
    "  -s, --side SIDE    measures only `weft`, `floor` or `libuv`\n"
    "  -r, --rounds N     the number of rounds, of which the fastest counts (50)\n"
    "  -p, --passes N     the number of passes in a round; without it, a round takes 4 ms\n";

static const char short_options[] = ":jlhn:s:r:p:";
static const struct option long_options[] = {
    {"json", no_argument, NULL, 'j'},         {"list", no_argument, NULL, 'l'},
    {"help", no_argument, NULL, 'h'},         {"size", required_argument, NULL, 'n'},
    {"side", required_argument, NULL, 's'},   {"rounds", required_argument, NULL, 'r'},
    {"passes", required_argument, NULL, 'p'}, {NULL, 0, NULL, 0},
};

_Noreturn static void refuse_flag(const char *what, const char *flag)
{
    fprintf(stderr, "bench: %s: %s; there are", what, flag);
    for (const struct option *known = long_options; known->name; known++)
        fprintf(stderr, " --%s", known->name);
    fputc('\n', stderr);
    exit(2);
}

static const struct bench_workload *find(const char *name)
{
    for (size_t i = 0; i < WORKLOADS; i++)
        if (!strcmp(workloads[i]->name, name))
            return workloads[i];
    fprintf(stderr, "bench: no such workload: %s; there are", name);
    for (size_t i = 0; i < WORKLOADS; i++)
        fprintf(stderr, " %s", workloads[i]->name);
    fputc('\n', stderr);
    exit(2);
}

static uint32_t number(const char *text, unsigned long least)
{
    char *end;
    const unsigned long value = strtoul(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && value >= least && value <= UINT32_MAX)
        return (uint32_t)value;
    fprintf(stderr, "bench: not a number from %lu on: %s\n", least, text);
    exit(2);
}

static unsigned side(const char *name)
{
    if (!strcmp(name, "weft"))
        return 1u << WEFT;
    if (!strcmp(name, "floor"))
        return 1u << FLOOR;
    if (!strcmp(name, "libuv"))
        return 1u << LIBUV;
    fprintf(stderr, "bench: no such side: %s; there are weft floor libuv\n", name);
    exit(2);
}

_Noreturn static void answer(void (*function)(void))
{
    function();
    exit(0);
}

static void help(void)
{
    fputs(usage, stdout);
}

/* Returns the flag that getopt_long refused. A short flag may be one of several in an argument. */
static const char *refused_flag(char **argv)
{
    static char flag[] = "-?";
    if (!strncmp(argv[optind - 1], "--", 2) || !optopt)
        return argv[optind - 1];
    flag[1] = (char)optopt;
    return flag;
}

static void parse(int argc, char **argv)
{
    int flag;
    while ((flag = getopt_long(argc, argv, short_options, long_options, NULL)) != -1)
        switch (flag) {
        case 'j':
            options.json = true;
            break;
        case 'l':
            answer(list);
        case 'h':
            answer(help);
        case 'n':
            options.n = number(optarg, 1);
            break;
        case 's':
            options.sides = side(optarg);
            break;
        case 'r':
            options.rounds = number(optarg, 1);
            break;
        case 'p':
            options.passes = number(optarg, LEAST_PASSES);
            break;
        case ':':
            refuse_flag("wants an argument", refused_flag(argv));
        default:
            refuse_flag("no such flag", refused_flag(argv));
        }
}

int main(int argc, char **argv)
{
    unsigned runs = 0;
    parse(argc, argv);
    for (int i = optind; i < argc; i++)
        find(argv[i]); /* reports a wrong name before anything is measured */
    if (!options.json)
        puts("workload          n        ns     floor   ratio");
    for (int i = optind; i < argc; i++)
        runs += run(find(argv[i]));
    for (size_t i = 0; optind == argc && i < WORKLOADS; i++)
        runs += run(workloads[i]);
    if (runs)
        return 0;
    fprintf(stderr, "bench: no workload has n = %zu; see --list\n", options.n);
    return 2;
}
