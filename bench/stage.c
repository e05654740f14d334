/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include <stdlib.h>

void *bench_stage_create(size_t size)
{
    struct bench_stage *const stage = bench_allocate(size);
    weft_select_init(&stage->backend);
    weft_loop_init(&stage->loop, &stage->backend.backend);
    return stage;
}

void bench_stage_arm(void *state, uint32_t passes)
{
    ((struct bench_stage *)state)->left = passes;
}

void bench_stage_run(void *state)
{
    struct bench_stage *const stage = state;
    bench_expect(!weft_run_forever(&stage->loop), "the tasks run until one stops the loop");
}

void bench_stage_check(void *state)
{
    bench_expect(!((struct bench_stage *)state)->left, "all passes were made");
}

void bench_stage_dispose(void *state)
{
    weft_loop_close(&((struct bench_stage *)state)->loop);
    free(state);
}
