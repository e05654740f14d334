/* What weft's sides share: a loop on the real clock, and the passes that its run has left. */
#ifndef BENCH_STAGE_H
#define BENCH_STAGE_H

#include "bench.h"
#include "weft.h"

/* The first member of a workload's state, and its loop the first one's. */
struct bench_stage {
    weft_loop loop;
    weft_select backend;
    uint32_t left;
};

/* In a coroutine: the state, a struct `type`, that it runs in. The floor's steps know theirs in the
 * same way, by their queue: neither side spends a member of each task on that. */
#define BENCH_STATE(type) ((struct type *)(void *)weft_running_loop())

/* A state of `size` bytes, whose stage is set up. */
void *bench_stage_create(size_t size);

void bench_stage_arm(void *state, uint32_t passes);
void bench_stage_run(void *state);
void bench_stage_check(void *state);
void bench_stage_dispose(void *state);

/* One task of a workload counts the passes. Whether that was the run's last: then the loop stops,
 * and the task is to give way, and goes on in the next run. */
static inline bool bench_run_is_over(struct bench_stage *stage)
{
    if (--stage->left)
        return false;
    weft_stop(&stage->loop);
    return true;
}

#endif
