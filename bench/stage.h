/* SPDX-License-Identifier: MIT */
/* Shared by weft's sides: a loop on the real clock, and the passes that are left in the run. */
#ifndef BENCH_STAGE_H
#define BENCH_STAGE_H

#include "bench.h"
#include "weft.h"

/* The first member of a workload's state. The loop is its own first member (BENCH_STATE). */
struct bench_stage {
    weft_loop loop;
    weft_select backend;
    uint32_t left;
};

/* Returns the state, a struct `type`, that the coroutine runs in. A floor's step finds its state by
 * the queue. So on neither side a task has a member for that. */
#define BENCH_STATE(type) ((struct type *)(void *)weft_running_loop())

/* Allocates a state of `size` bytes, and initialises its stage. */
void *bench_stage_create(size_t size);

void bench_stage_arm(void *state, uint32_t passes);
void bench_stage_run(void *state);
void bench_stage_check(void *state);
void bench_stage_dispose(void *state);

/* Counts a pass; one task of a workload calls it. Returns true if the pass was the last of the run.
 * The loop then stops; the task must yield, and goes on in the next run. */
static inline bool bench_run_is_over(struct bench_stage *stage)
{
    if (--stage->left)
        return false;
    weft_stop(&stage->loop);
    return true;
}

#endif
