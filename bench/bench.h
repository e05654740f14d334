/* Workloads, each beside its floor: the least that C could do the same work with. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One way to do a workload: weft's, the floor's, or libuv's. Only `run` is timed. */
struct bench_side {
    void *(*prepare)(size_t n);                /* makes the tasks; what the others are then given */
    void (*arm)(void *state, uint32_t passes); /* how many passes the next run is to make */
    void (*run)(void *state);                  /* makes them, and leaves the tasks where they are */
    void (*check)(void *state);                /* ends the program if the run did not make them */
    void (*dispose)(void *state);
};

/* weft_run_until_complete ends two ticks after the last turn in which its task yields: the task
 * returns in the first one, and in the second one the loop hears of it. */
enum { WEFT_STEPS_TO_STOP = 2, LEAST_PASSES = WEFT_STEPS_TO_STOP + 1 };

/* A pass is every task's turn once, or whatever else n operations are in a workload. */
struct bench_workload {
    const char *name;
    const char *what;     /* for --list */
    const size_t *sizes;  /* the n that it is run with, and 0 */
    size_t operations;    /* in a pass; 0: n of them */
    unsigned most_rounds; /* of one that takes long; 0: as many as are asked for */
    bool counts_bytes;    /* that `prepare` leaves resident for each of n tasks, instead of ns */
    double (*cpu_ns)(void *state); /* of the process that does the work; NULL: of this one */
    struct bench_side weft, floor;
    const struct bench_side *libuv; /* NULL: it has none, or configure did not find libuv */
};

extern const struct bench_workload bench_yield, bench_direct, bench_depth, bench_spawn,
    bench_pingpong, bench_event, bench_lock, bench_semaphore, bench_queue1, bench_queue100,
    bench_gather, bench_group, bench_timeout, bench_sleeps, bench_beside, bench_asleep, bench_bytes,
    bench_echo;

/* All zero bytes; ends the program if there is no memory. */
void *bench_allocate(size_t size);

/* Ends the program unless `fine`: a workload that does not do its work is not to be measured. */
void bench_expect(int fine, const char *what);

#endif
