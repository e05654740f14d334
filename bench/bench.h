/* SPDX-License-Identifier: MIT */
/* Workloads. Each has a floor: the same work written by hand in C. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One way to do a workload: weft's, the floor's, or libuv's. Only `run` is measured. */
struct bench_side {
    void *(*prepare)(size_t n);                /* creates the tasks; returns the state */
    void (*arm)(void *state, uint32_t passes); /* sets how many passes the next run makes */
    void (*run)(void *state);     /* makes the passes; the tasks then wait for the next run */
    void (*check)(void *state);   /* ends the program if the run did not make the passes */
    void (*dispose)(void *state); /* frees the state */
};

/* weft_run_until_complete ends two ticks after the last step in which its task yields. The task
 * returns in the first tick, and the loop is notified in the second. */
enum { WEFT_STEPS_TO_STOP = 2, LEAST_PASSES = WEFT_STEPS_TO_STOP + 1 };

/* A workload. In a pass, each task runs one step, or the workload does another n operations. */
struct bench_workload {
    const char *name;
    const char *what;     /* the operation, for --list */
    const size_t *sizes;  /* the values of n, ended by 0 */
    size_t operations;    /* in a pass; 0: n */
    unsigned most_rounds; /* a limit, for a workload that takes long; 0: none */
    bool counts_bytes;    /* the result is not ns, but the resident bytes of each of n tasks */
    double (*cpu_ns)(void *state); /* CPU time of the process that works; NULL: this process */
    struct bench_side weft, floor;
    const struct bench_side *libuv; /* NULL: no such side, or configure did not find libuv */
};

extern const struct bench_workload bench_yield, bench_direct, bench_depth, bench_spawn,
    bench_pingpong, bench_event, bench_lock, bench_semaphore, bench_queue1, bench_queue100,
    bench_gather, bench_group, bench_timeout, bench_sleeps, bench_beside, bench_asleep, bench_bytes,
    bench_echo;

/* Returns `size` bytes, all zero. Ends the program if there is no memory. */
void *bench_allocate(size_t size);

/* Ends the program if `fine` is 0. A workload that does not do its work must not be measured. */
void bench_expect(int fine, const char *what);

#endif
