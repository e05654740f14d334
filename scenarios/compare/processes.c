/* SPDX-License-Identifier: MIT */
/* The operations with a process for each task. Only what differs from threads is measured. */
#define _GNU_SOURCE /* sched_yield is POSIX's; clock_getcpuclockid too */
#include "compare.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t partner; /* a process whose CPU time counts; 0: none */

static double seconds_to_ns(struct timeval time)
{
    return 1e9 * (double)time.tv_sec + 1e3 * (double)time.tv_usec;
}

static double cpu_of_others(void)
{
    struct rusage usage;
    struct timespec time = {0, 0};
    clockid_t clock;
    getrusage(RUSAGE_CHILDREN, &usage);
    if (partner && clock_getcpuclockid(partner, &clock) == 0)
        clock_gettime(clock, &time);
    return seconds_to_ns(usage.ru_utime) + seconds_to_ns(usage.ru_stime) +
           1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}

/* Returns the new process; 0 in that process itself. */
static pid_t fork_one(void)
{
    const pid_t pid = fork();
    if (pid < 0)
        set_refusal_by_system("fork", errno);
    expect(pid >= 0, "there is a process");
    return pid;
}

/* ---- create: n processes, which end at once, then waits for them ---- */

static void *prepare_create(size_t n)
{
    static size_t children;
    children = n;
    other_cpu_ns = cpu_of_others;
    return &children;
}

static double run_children(size_t n, size_t passes, bool computes)
{
    double ended = 0;
    while (passes--) {
        for (size_t i = 0; i < n; i++)
            if (fork_one() == 0)
                _exit(computes && compute(i) == 1);
        for (size_t i = 0; i < n; i++) {
            int status;
            ended += wait(&status) > 0 && status == 0;
        }
    }
    return ended;
}

static double run_create(void *state, size_t passes)
{
    return run_children(*(const size_t *)state, passes, false);
}

static double run_compute(void *state, size_t passes)
{
    return run_children(*(const size_t *)state, passes, true);
}

/* ---- pipe: two processes send a byte to each other ---- */

static int pipes[2][2];

static void end_partner(void)
{
    kill(partner, SIGKILL);
    waitpid(partner, NULL, 0);
}

static void *prepare_talk(bool on_two_cpus)
{
    expect(!pipe(pipes[0]) && !pipe(pipes[1]), "there are pipes");
    const pid_t pid = fork_one();
    if (pid == 0) {
        char byte;
        if (on_two_cpus)
            pin(1);
        close(pipes[0][1]);
        while (read(pipes[0][0], &byte, 1) == 1 && write(pipes[1][1], &byte, 1) == 1)
            continue;
        _exit(0);
    }
    partner = pid;
    atexit(end_partner);
    other_cpu_ns = cpu_of_others;
    if (on_two_cpus)
        pin(0);
    return pipes;
}

static void *prepare_pipe(size_t n)
{
    (void)n;
    return prepare_talk(false);
}

static void *prepare_pipe_on_two(size_t n)
{
    (void)n;
    if (cpus() < 2) {
        set_refusal("the process may use one CPU only");
        return NULL;
    }
    return prepare_talk(true);
}

static double run_pipe(void *state, size_t passes)
{
    char byte = 'x';
    (void)state;
    for (size_t i = 0; i < passes; i++) {
        expect(write(pipes[0][1], &byte, 1) == 1, "a byte is written");
        expect(read(pipes[1][0], &byte, 1) == 1, "a byte is read");
    }
    return 2.0 * (double)passes;
}

/* ---- cancel: n processes that sleep ---- */

static void measure_cancel(void *state, size_t passes, struct round *round)
{
    const size_t n = *(const size_t *)state;
    pid_t *const children = fresh_memory(n * sizeof *children);
    double ended = 0;
    (void)passes;
    for (size_t i = 0; i < n; i++) {
        children[i] = fork_one();
        if (children[i] == 0)
            for (;;)
                pause();
    }
    const struct timespec time = {0, 20000000};
    nanosleep(&time, NULL); /* a child that does not sleep yet is ended all the same */
    begin_round(round);
    for (size_t i = 0; i < n; i++)
        kill(children[i], SIGTERM);
    for (size_t i = 0; i < n; i++) {
        int status;
        ended += waitpid(children[i], &status, 0) > 0 && WIFSIGNALED(status);
    }
    end_round(round, ended);
}

const struct operation processes_operations[] = {
    {"create-cold", prepare_create, run_create, NULL},
    {"create", prepare_create, run_create, NULL},
    {"pipe", prepare_pipe, run_pipe, NULL},
    {"pipe-2-cpus", prepare_pipe_on_two, run_pipe, NULL},
    {"cancel", prepare_create, NULL, measure_cancel},
    {"compute", prepare_create, run_compute, NULL},
    {NULL, NULL, NULL, NULL},
};

/* ---- Waiting processes ---- */

enum { MOST = 300 };

static pid_t crowd[MOST];
static size_t population;

static size_t grow(size_t total, double seconds)
{
    for (; population < total && population < MOST; population++) {
        crowd[population] = fork_one();
        if (crowd[population] == 0) {
            const struct timespec time = {(time_t)seconds, 0};
            nanosleep(&time, NULL);
            _exit(0);
        }
    }
    const struct timespec time = {0, 50000000};
    nanosleep(&time, NULL);
    return population;
}

static void wait_for_all(void)
{
    for (size_t i = 0; i < population; i++)
        waitpid(crowd[i], NULL, 0);
    population = 0;
}

static void release(void)
{
    for (size_t i = 0; i < population; i++)
        kill(crowd[i], SIGKILL);
    wait_for_all();
}

/* Returns the sum of the numbers behind a key in a file of each process, in bytes. */
static double sum_of(const char *file_name, const char *key)
{
    double bytes = 0;
    for (size_t i = 0; i < population; i++) {
        char path[64], line[128];
        snprintf(path, sizeof path, "/proc/%d/%s", (int)crowd[i], file_name);
        FILE *const file = fopen(path, "r");
        while (file && fgets(line, sizeof line, file))
            if (strncmp(line, key, strlen(key)) == 0)
                bytes += 1024 * strtod(line + strlen(key), NULL);
        if (file)
            fclose(file);
    }
    return bytes;
}

/* A process's share of what it shares, by the kernel's account (Pss). */
static void add_others(struct memory *memory)
{
    memory->resident += sum_of("smaps_rollup", "Pss:");
    memory->page_tables += sum_of("status", "VmPTE:");
    memory->reserved += sum_of("status", "VmSize:");
}

const struct population processes_population = {.own_bytes = sizeof(pid_t),
                                                .grow = grow,
                                                .wait = wait_for_all,
                                                .release = release,
                                                .add_others = add_others,
                                                .most = MOST};
