/* SPDX-License-Identifier: MIT */
/* What the child asks the system: clocks, memory, CPUs and limits. */
#define _GNU_SOURCE /* sched_setaffinity */
#include "compare.h"

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

size_t memory_limit = (size_t)1 << 30;
bool is_small;
double (*other_cpu_ns)(void);

void expect(bool fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "compare: it is not true that %s%s%s\n", what, refusal() ? ": " : "",
            refusal() ? refusal() : "");
    exit(1);
}

/* ---- Refusals ---- */

static char refusal_text[200];

const char *refusal(void)
{
    return refusal_text[0] ? refusal_text : NULL;
}

void set_refusal(const char *format, ...)
{
    va_list arguments;
    if (refusal())
        return;
    va_start(arguments, format);
    vsnprintf(refusal_text, sizeof refusal_text, format, arguments);
    va_end(arguments);
}

/* Returns the number in a file; 0 if there is none. */
static double number_in(const char *path)
{
    double number = 0;
    FILE *const file = fopen(path, "r");
    if (file && fscanf(file, "%lf", &number) != 1)
        number = 0;
    if (file)
        fclose(file);
    return number;
}

/* Returns the threads and processes of the whole machine. */
static double all_threads(void)
{
    double running, all = 0;
    FILE *const file = fopen("/proc/loadavg", "r");
    if (file && fscanf(file, "%*f %*f %*f %lf/%lf", &running, &all) != 2)
        all = 0;
    if (file)
        fclose(file);
    return all;
}

bool is_crowded(void)
{
    const double most = number_in("/proc/sys/kernel/pid_max");
    return most > 0 && all_threads() > 0.9 * most;
}

static double mappings(void)
{
    double lines = 0;
    int c;
    FILE *const file = fopen("/proc/self/maps", "r");
    while (file && (c = getc(file)) != EOF)
        lines += c == '\n';
    if (file)
        fclose(file);
    return lines;
}

/* Returns pids.max of the control group of this process, by version 1 or 2; 0 if there is none. */
static double pids_max(void)
{
    char line[300], path[400];
    double least = 0;
    FILE *const file = fopen("/proc/self/cgroup", "r");
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        const char *const folder = strrchr(line, ':');
        if (!folder)
            continue;
        const bool is_v2 = line[0] == '0' && line[1] == ':';
        if (!is_v2 && !strstr(line, "pids"))
            continue;
        snprintf(path, sizeof path, "/sys/fs/cgroup%s%s/pids.max", is_v2 ? "" : "/pids",
                 folder + 1);
        least = number_in(path);
        if (least > 0)
            break;
    }
    if (file)
        fclose(file);
    return least;
}

void set_refusal_by_system(const char *call, int number)
{
    const double used = mappings(), most = number_in("/proc/sys/vm/max_map_count"),
                 threads = memory_now().threads, pids = pids_max(),
                 threads_max = number_in("/proc/sys/kernel/threads-max"),
                 pid_max = number_in("/proc/sys/kernel/pid_max");
    struct rlimit processes;
    char why[120] = "the limit was not found";
    if (most > 0 && used > most - 100)
        snprintf(why, sizeof why, "%.0f mappings, vm.max_map_count is %.0f", used, most);
    else if (pids > 0 && threads > pids * 0.95)
        snprintf(why, sizeof why, "pids.max of the control group is %.0f", pids);
    else if (threads_max > 0 && all_threads() > threads_max * 0.95)
        snprintf(why, sizeof why, "kernel.threads-max is %.0f", threads_max);
    else if (pid_max > 0 && all_threads() > pid_max * 0.95)
        snprintf(why, sizeof why, "kernel.pid_max is %.0f", pid_max);
    else if (getrlimit(RLIMIT_NPROC, &processes) == 0 &&
             threads > (double)processes.rlim_cur * 0.95)
        snprintf(why, sizeof why, "ulimit -u is %.0f", (double)processes.rlim_cur);
    set_refusal("%s: %s (%s)", call, strerror(number), why);
}

/* ---- Memory ---- */

struct memory memory_now(void)
{
    struct memory memory = {0, 0, 0, 0, 0};
    char line[200];
    FILE *const file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file)) {
        static const struct {
            const char *format;
            size_t offset;
            double scale;
        } fields[] = {{"VmRSS: %lf", offsetof(struct memory, resident), 1024},
                      {"VmHWM: %lf", offsetof(struct memory, peak), 1024},
                      {"VmSize: %lf", offsetof(struct memory, reserved), 1024},
                      {"VmPTE: %lf", offsetof(struct memory, page_tables), 1024},
                      {"Threads: %lf", offsetof(struct memory, threads), 1}};
        for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
            double value;
            if (sscanf(line, fields[i].format, &value) == 1)
                *(double *)(void *)((char *)&memory + fields[i].offset) = value * fields[i].scale;
        }
    }
    if (file)
        fclose(file);
    return memory;
}

void reset_peak(void)
{
    FILE *const file = fopen("/proc/self/clear_refs", "w");
    if (!file)
        return;
    fputs("5", file);
    fclose(file);
}

double kernel_stacks(void)
{
    char line[200];
    double kb = 0;
    FILE *const file = fopen("/proc/meminfo", "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "KernelStack: %lf", &kb) == 1)
            break;
    if (file)
        fclose(file);
    return 1024 * kb;
}

bool is_over_limit(size_t tasks)
{
    enum { KERNEL_STACK = 16384 }; /* Linux on x86-64 and on 64-bit ARM */
    const struct memory memory = memory_now();
    const double sum = memory.resident + memory.page_tables + (memory.threads - 1) * KERNEL_STACK;
    if (sum <= (double)memory_limit)
        return false;
    set_refusal("limit of %.0f MB at %zu tasks", (double)memory_limit / 1048576, tasks);
    return true;
}

void *fresh_memory(size_t size)
{
    void *const memory = mmap(NULL, size ? size : 1, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    expect(memory != MAP_FAILED, "there is memory");
    return memory;
}

/* ---- CPUs and clocks ---- */

static cpu_set_t allowed;
static bool knows_allowed;

static void look_at_cpus(void)
{
    if (!knows_allowed && sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        knows_allowed = true;
}

unsigned cpus(void)
{
    look_at_cpus();
    return knows_allowed ? (unsigned)CPU_COUNT(&allowed) : 1;
}

void pin(unsigned index)
{
    cpu_set_t one;
    look_at_cpus();
    if (!knows_allowed || index >= (unsigned)CPU_COUNT(&allowed))
        return;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &allowed) && index-- == 0) {
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
            sched_setaffinity(0, sizeof one, &one);
            return;
        }
}

static double ns_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static double cpu_ns(void)
{
    return ns_of(CLOCK_PROCESS_CPUTIME_ID) + (other_cpu_ns ? other_cpu_ns() : 0);
}

void begin_round(struct round *round)
{
    round->cpu_ns = cpu_ns();
    round->wall_ns = ns_of(CLOCK_MONOTONIC);
}

void end_round(struct round *round, double operations)
{
    round->wall_ns = ns_of(CLOCK_MONOTONIC) - round->wall_ns;
    round->cpu_ns = cpu_ns() - round->cpu_ns;
    round->operations = operations;
}

/* ---- Work ---- */

/* A chain of multiplications and shifts, so that no compiler shortens it. */
uint64_t compute(uint64_t seed)
{
    enum { STEPS = 3000000 };
    for (unsigned i = 0; i < STEPS; i++) {
        seed ^= seed >> 12;
        seed = seed * 2685821657736338717u + i;
    }
    return seed;
}

/* A volatile pointer, so that every call is made. */
static unsigned (*volatile next_call)(unsigned depth) = call_plainly;

unsigned call_plainly(unsigned depth)
{
    return depth == 0 ? 0 : next_call(depth - 1) + 1;
}
