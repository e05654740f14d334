/* SPDX-License-Identifier: MIT */
/* depth: a yield from a coroutine that is n calls deep in its task. */
#include <stdlib.h>

#include "bench.h"
#include "floor.h"
#include "weft.h"

enum { RING = 1000 };

/* ---- weft ---- */

struct level {
    weft_frame frame;
    uint32_t below; /* calls that are still to be made; the innermost coroutine makes none */
    uint32_t left;
};

/* The frames of a task's levels lie in one array, one behind the other. */
WEFT_ASYNC_BODY(level)
{
    if (self->below)
        weft_call(level, self + 1, .below = self->below - 1, .left = self->left);
    else
        do
            weft_sleep(0);
        while (--self->left);
}
WEFT_ASYNC_END

struct outermost {
    weft_frame frame;
    struct level *levels;
    uint32_t depth, left;
};

WEFT_ASYNC_BODY(outermost)
{
    weft_call(level, self->levels, .below = self->depth - 1, .left = self->left);
}
WEFT_ASYNC_END

struct tower {
    weft_loop loop;
    weft_select backend;
    size_t depth;
    uint32_t passes;
    struct level *levels;             /* `depth` of them for each task */
    WEFT_TASK(outermost) tasks[RING]; /* a run ends with the first task, as in yield.c */
};

static void tower_start(struct tower *tower, size_t task, uint32_t left)
{
    weft_loop_create_task(&tower->loop, outermost, &tower->tasks[task],
                          .levels = tower->levels + task * tower->depth,
                          .depth = (uint32_t)tower->depth, .left = left);
}

static struct level *innermost_of(struct tower *tower, size_t task)
{
    return &tower->levels[(task + 1) * tower->depth - 1];
}

static void tower_arm(void *state, uint32_t passes)
{
    struct tower *const tower = state;
    tower->passes = passes;
    for (size_t i = 1; i < RING; i++)
        innermost_of(tower, i)->left = UINT32_MAX;
    tower_start(tower, 0, passes - WEFT_STEPS_TO_STOP);
}

static void tower_go(void *state)
{
    struct tower *const tower = state;
    bench_expect(!weft_run_until_complete(&tower->loop, &tower->tasks[0]), "the run ends");
}

static void tower_check(void *state)
{
    struct tower *const tower = state;
    for (size_t i = 1; i < RING; i++)
        bench_expect(innermost_of(tower, i)->left == UINT32_MAX - tower->passes,
                     "each task has run once in each pass");
}

/* Runs once, so that every task makes all its calls and reaches its yield. */
static void *tower_prepare(size_t depth)
{
    struct tower *const tower = bench_allocate(sizeof *tower);
    tower->depth = depth;
    tower->levels = bench_allocate(RING * depth * sizeof tower->levels[0]);
    weft_select_init(&tower->backend);
    weft_loop_init(&tower->loop, &tower->backend.backend);
    for (size_t i = 1; i < RING; i++)
        tower_start(tower, i, UINT32_MAX);
    tower_arm(tower, LEAST_PASSES);
    tower_go(tower);
    return tower;
}

static void tower_dispose(void *state)
{
    struct tower *const tower = state;
    weft_loop_close(&tower->loop);
    free(tower->levels);
    free(tower);
}

/* ---- The floor: a task knows its innermost frame, and is resumed there ---- */

struct floor_level {
    struct floor_frame frame;
    uint32_t below; /* calls that are still to be made */
};

struct floor_tower {
    struct floor_ring *ring;
    struct floor_level *levels; /* the levels of all tasks, in one array */
};

static void descend(struct floor_queue *queue, struct floor_task *task, struct floor_frame *frame)
{
    struct floor_level *const self = (struct floor_level *)(void *)frame, *const callee = self + 1;
    switch (frame->state) {
    case 0:
        if (self->below) {
            *callee = (struct floor_level){{descend, frame, 0, frame->left}, self->below - 1};
            task->frame = &callee->frame;
            descend(queue, task, &callee->frame);
            return;
        }
        do {
            frame->state = 1;
            floor_push(queue, task);
            return;
        case 1:;
        } while (--frame->left);
        frame->state = 0; /* the task goes on from there when it is armed again */
    }
}

/* Runs once, so that every task makes all its calls and knows its innermost frame. */
static void *floor_prepare(size_t depth)
{
    struct floor_tower *const tower = bench_allocate(sizeof *tower);
    tower->ring = floor_ring_create(RING, descend);
    tower->levels = bench_allocate(RING * (depth + 1) * sizeof tower->levels[0]);
    for (size_t i = 0; i < RING; i++) {
        struct floor_level *const outermost = tower->levels + i * (depth + 1);
        *outermost = (struct floor_level){{.step = descend}, (uint32_t)depth};
        tower->ring->tasks[i].frame = &outermost->frame;
    }
    floor_ring_arm(tower->ring, LEAST_PASSES);
    floor_ring_run(tower->ring);
    return tower;
}

static void floor_arm(void *state, uint32_t passes)
{
    floor_ring_arm(((struct floor_tower *)state)->ring, passes);
}

static void floor_go(void *state)
{
    floor_ring_run(((struct floor_tower *)state)->ring);
}

static void floor_check(void *state)
{
    floor_ring_check(((struct floor_tower *)state)->ring);
}

static void floor_dispose(void *state)
{
    struct floor_tower *const tower = state;
    free(tower->levels);
    free(tower->ring);
    free(tower);
}

static const size_t sizes[] = {1, 10, 100, 0};

const struct bench_workload bench_depth = {
    .name = "depth",
    .what = "a switch to the next task, among 1,000 that each yield n calls deep",
    .sizes = sizes,
    .operations = RING,
    .weft = {tower_prepare, tower_arm, tower_go, tower_check, tower_dispose},
    .floor = {floor_prepare, floor_arm, floor_go, floor_check, floor_dispose},
};
