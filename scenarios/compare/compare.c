/* SPDX-License-Identifier: MIT */
/* compare: what equal programs cost in three styles, and in peers. */
#define _POSIX_C_SOURCE 200809L
#include "compare.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- What is measured ---- */

#define OPERATION(name_, what_, ...)                                                               \
    {                                                                                              \
        .name = name_, .group = "operations", .what = what_, __VA_ARGS__                           \
    }
#define OTHER(name_, what_, size, small_size)                                                      \
    {                                                                                              \
        .name = name_, .group = name_, .what = what_, .sizes = {size}, .small_sizes = {            \
            small_size                                                                             \
        }                                                                                          \
    }

const struct workload workloads[] = {
    OPERATION("create-cold", "create and join; memory that the process uses for the first time",
              .sizes = {500}, .small_sizes = {5}, .once = true),
    OPERATION("create", "create and join; memory that was used before", .sizes = {1, 100},
              .small_sizes = {1, 5}),
    OPERATION("yield", "a switch to the next of n tasks",
              .sizes = {2, 10, 100, 1000, 10000, 100000, 1000000}, .small_sizes = {2, 10}),
    OPERATION("lock", "a lock passes to the next of n tasks", .sizes = {2, 100},
              .small_sizes = {2, 5}),
    OPERATION("pipe", "a byte in a pipe wakes a task; on one CPU", .sizes = {2},
              .small_sizes = {2}),
    OPERATION("pipe-2-cpus", "a byte in a pipe wakes a task; on two CPUs; wall clock", .sizes = {2},
              .small_sizes = {2}, .shows_wall = true, .both_cpus = true),
    OPERATION("cancel", "cancel a task that sleeps, and join it; n at a time", .sizes = {500},
              .small_sizes = {5}),
    OPERATION("yield-depth", "a switch between 100 tasks, each n calls deep",
              .sizes = {NO_CALLS, 10, 100}, .small_sizes = {NO_CALLS, 2}),
    OPERATION("calls", "n nested calls that could wait, but do not",
              .sizes = {NO_CALLS, 1, 10, 100}, .small_sizes = {NO_CALLS, 2}),
    OPERATION("compute", "a job for the CPU, n at a time, on two CPUs; wall clock", .sizes = {2},
              .small_sizes = {2}, .shows_wall = true, .both_cpus = true),
    OTHER("memory", "bytes for each of many waiting tasks", 100000, 90),
    OTHER("million", "tasks that sleep for 10 s: peak memory, and CPU time", 1000000, 100),
    OTHER("limits", "tasks until the system refuses one, or the memory is at its limit", 20000000,
          200),
    OTHER("code", "lines and machine code of the lessons", 1, 1),
    OTHER("instructions", "instructions for an operation, by callgrind", 1, 1),
    OTHER("debug", "what debuggers and sanitizers show", 1, 1),
    {.name = NULL},
};

static const char *const peer_missing =
#ifdef COMPARE_HAS_PYTHON
    NULL;
#else
    "there is no python3";
#endif

/* The order is that of the columns. */
const struct measured_style all_styles[] = {
    {.name = "stackless",
     .what = "coroutines without stacks, tasks of weft",
     .operations = stackless_operations,
     .population = &stackless_population},
    {.name = "stackful",
     .what = "coroutines with stacks of 64 KB, tasks of weft; the switch is Boost.Context's",
     .operations = stackful_operations,
     .population = &stackful_population,
     .missing = &boost_missing},
    {.name = "stackful-ucontext",
     .what = "stackful; the switch is ucontext's, with two system calls",
     .operations = stackful_operations,
     .choose = choose_ucontext},
    {.name = "stackful-mxcsr",
     .what = "stackful, but MXCSR differs between the two sides of a switch",
     .operations = keep_operations,
     .choose = choose_keep,
     .missing = &boost_missing,
     .is_variant = true},
    {.name = "stackful-no-guard",
     .what = "stackful, without a guard page below each stack",
     .population = &guardless_population,
     .choose = choose_guardless,
     .is_variant = true},
    {.name = "threads",
     .what =
         "threads of POSIX with stacks of 64 KB; the next one is woken by its condition variable",
     .operations = threads_operations,
     .population = &threads_population,
     .choose = choose_64k},
    {.name = "threads-8-mb",
     .what = "threads with stacks of 8 MB, glibc's default",
     .operations = threads_8m_operations,
     .population = &threads_population,
     .choose = choose_8m,
     .is_variant = true},
    {.name = "threads-sched-yield",
     .what = "threads that call sched_yield; switches are counted, not calls",
     .operations = sched_yield_operations,
     .is_variant = true,
     .most = 1000},
    {.name = "threads-mutex",
     .what = "threads with a plain mutex, which one thread may win many times in a row",
     .operations = plain_operations,
     .is_variant = true},
    {.name = "threads-pthread-cancel",
     .what = "threads that pthread_cancel ends",
     .operations = pthread_cancel_operations,
     .is_variant = true},
    {.name = "processes",
     .what = "a process for each task, made by fork",
     .operations = processes_operations,
     .population = &processes_population},
    {.name = "pth",
     .what = "GNU Pth, threads in user space with stacks of 64 KB",
     .operations = pth_operations,
     .population = &pth_population,
     .missing = &pth_missing,
     .most = 1000},
    {.name = "asyncio",
     .what = "Python's asyncio",
     .missing = &peer_missing,
     .is_program = true,
     .most = 100000},
    {.name = NULL},
};

const struct workload *workload_named(const char *name)
{
    for (const struct workload *each = workloads; each->name; each++)
        if (!strcmp(each->name, name))
            return each;
    return NULL;
}

const struct measured_style *style_named(const char *name)
{
    for (const struct measured_style *each = all_styles; each->name; each++)
        if (!strcmp(each->name, name))
            return each;
    return NULL;
}

/* ---- Options ---- */

struct settings settings = {.milliseconds = 20, .processes = 3};

static const char usage[] =
    "usage: compare [--json FILE] [--svg FILE] [--csv FILE] [WORKLOAD...]\n"
    "Measures the named workloads, or all of them, in each style. Prints a line for each figure:\n"
    "the median of CPU time for an operation, its quartiles, and the 99th percentile of the wall\n"
    "clock. Each measurement runs in a process of its own, the styles in a random order.\n"
    "\n"
    "  --json FILE       writes all figures as JSON\n"
    "  --csv FILE        writes all figures as CSV\n"
    "  --svg FILE        draws the switch between n tasks, and the memory of a task\n"
    "  --markdown FILE   replaces what stands between the markers in FILE, doc/styles.md\n"
    "  --memory MB       each process may use so much (1024)\n"
    "  --processes N     processes for each figure of an operation (3)\n"
    "  --seed N          the seed of the random order\n"
    "  --small           a few tasks and rounds, for a test: the figures mean nothing\n"
    "  --list            prints the workloads and the styles\n"
    "  --help            prints this text\n";

enum { CHILD = 256, JSON, CSV, SVG, MARKDOWN, MEMORY, PROCESSES, SEED, SMALL, LARGE, LIST, HELP };

static const struct option flags[] = {
    {"child", no_argument, NULL, CHILD},
    {"json", required_argument, NULL, JSON},
    {"csv", required_argument, NULL, CSV},
    {"svg", required_argument, NULL, SVG},
    {"markdown", required_argument, NULL, MARKDOWN},
    {"memory", required_argument, NULL, MEMORY},
    {"processes", required_argument, NULL, PROCESSES},
    {"seed", required_argument, NULL, SEED},
    {"small", no_argument, NULL, SMALL},
    {"large", no_argument, NULL, LARGE},
    {"list", no_argument, NULL, LIST},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0},
};

static struct {
    const char *json, *csv, *svg, *markdown;
    bool is_child;
    char **workloads; /* NULL: all */
} options;

static void list(void)
{
    puts("workloads:");
    for (const struct workload *each = workloads; each->name; each++)
        printf("  %-22s %s\n", each->name, each->what);
    puts("styles:");
    for (const struct measured_style *each = all_styles; each->name; each++) {
        const char *const missing = each->missing ? *each->missing : NULL;
        printf("  %-22s %s%s%s\n", each->name, each->what, missing ? "; not here: " : "",
               missing ? missing : "");
    }
}

static uint64_t number(const char *text)
{
    char *end;
    errno = 0;
    const unsigned long long value = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && !errno)
        return value;
    fprintf(stderr, "compare: not a number: %s\n", text);
    exit(2);
}

static void parse(int argc, char **argv)
{
    int flag;
    while ((flag = getopt_long(argc, argv, "+", flags, NULL)) != -1)
        switch (flag) {
        case CHILD:
            options.is_child = true;
            return;
        case JSON:
            options.json = optarg;
            break;
        case CSV:
            options.csv = optarg;
            break;
        case SVG:
            options.svg = optarg;
            break;
        case MARKDOWN:
            options.markdown = optarg;
            break;
        case MEMORY:
            memory_limit = (size_t)number(optarg) << 20;
            break;
        case PROCESSES:
            settings.processes = (unsigned)number(optarg);
            break;
        case SEED:
            settings.seed = number(optarg);
            break;
        case SMALL:
            is_small = true;
            settings.milliseconds = 1;
            settings.processes = 1;
            break;
        case LARGE:
            break;
        case LIST:
            list();
            exit(0);
        case HELP:
            fputs(usage, stdout);
            exit(0);
        default:
            fputs(usage, stderr);
            exit(2);
        }
    options.workloads = optind < argc ? argv + optind : NULL;
    for (char **each = options.workloads; each && *each; each++)
        if (!workload_named(*each)) {
            fprintf(stderr, "compare: no such workload: %s; see --list\n", *each);
            exit(2);
        }
}

static bool is_wanted(const char *workload)
{
    for (char **each = options.workloads; each && *each; each++)
        if (!strcmp(*each, workload))
            return true;
    return !options.workloads;
}

/* --child WORKLOAD STYLE N MILLISECONDS [PASSES] */
static int child(int argc, char **argv)
{
    const struct measured_style *const style =
        optind + 4 <= argc ? style_named(argv[optind + 1]) : NULL;
    if (!style)
        return 2;
    return run_as_child(style, argv[optind], (size_t)number(argv[optind + 2]),
                        strtod(argv[optind + 3], NULL),
                        optind + 4 < argc ? (size_t)number(argv[optind + 4]) : 0);
}

/* ---- Output ---- */

static FILE *open_output(const char *path, const char *mode)
{
    FILE *const file = fopen(path, mode);
    if (file)
        return file;
    fprintf(stderr, "compare: %s: %s\n", path, strerror(errno));
    exit(1);
}

static void close_output(FILE *file, const char *path)
{
    if (ferror(file) | fclose(file)) {
        fprintf(stderr, "compare: %s was not written\n", path);
        exit(1);
    }
}

static void write_outputs(const struct facts *facts, const struct figures *figures)
{
    if (options.json) {
        FILE *const file = open_output(options.json, "w");
        write_json(file, facts, figures);
        close_output(file, options.json);
    }
    if (options.csv) {
        FILE *const file = open_output(options.csv, "w");
        write_csv(file, facts, figures);
        close_output(file, options.csv);
    }
    if (options.svg) {
        FILE *const file = open_output(options.svg, "w");
        write_picture(file, figures);
        close_output(file, options.svg);
    }
    if (options.markdown && !replace_part(options.markdown, facts, figures)) {
        fprintf(stderr, "compare: %s: there are no markers\n", options.markdown);
        exit(1);
    }
}

static void find_self(void)
{
    static char path[4096];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    expect(length > 0, "/proc/self/exe names this program");
    settings.self = path;
}

int main(int argc, char **argv)
{
    struct figures figures = {NULL, 0};
    struct facts facts = {.count = 0};
    settings.seed = (uint64_t)time(NULL);
    parse(argc, argv);
    if (options.is_child)
        return child(argc, argv);
    find_self();
    describe_machine(&facts);
    for (size_t i = 0; i < facts.count; i++)
        printf("%s: %s\n", facts.all[i].name, facts.all[i].text);
    print_heading();
    measure_operations(&figures, is_wanted);
    static const char *const populations[] = {"memory", "million", "limits"};
    for (size_t i = 0; i < sizeof populations / sizeof populations[0]; i++)
        if (is_wanted(populations[i]))
            measure_populations(&figures, populations[i]);
    if (is_wanted("code"))
        measure_code(&figures);
    if (is_wanted("instructions"))
        measure_instructions(&figures);
    if (is_wanted("debug"))
        measure_debugging(&figures);
    write_outputs(&facts, &figures);
    free(figures.all);
    return 0;
}
