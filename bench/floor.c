/* SPDX-License-Identifier: MIT */
#include "floor.h"

#include "bench.h"

void floor_run(struct floor_queue *queue)
{
    struct floor_task *task;
    while ((task = floor_pop(queue)))
        task->frame->step(queue, task, task->frame);
}

void *floor_stage_create(size_t size)
{
    struct floor_stage *const stage = bench_allocate(size);
    floor_init(&stage->queue);
    floor_init(&stage->aside);
    return stage;
}

/* Puts the tasks that were set aside on the queue again, except the end of a tick. */
void floor_stage_arm(void *state, uint32_t passes)
{
    struct floor_stage *const stage = state;
    struct floor_task *task;
    stage->left = passes;
    while ((task = floor_pop(&stage->aside)))
        if (task != &stage->tick)
            floor_push(&stage->queue, task);
}

void floor_stage_run(void *state)
{
    struct floor_stage *const stage = state;
    struct floor_queue *const queue = &stage->queue;
    struct floor_task *task;
    floor_push(queue, &stage->tick);
    while ((task = floor_pop(queue))) {
        if (task != &stage->tick)
            task->frame->step(queue, task, task->frame);
        else if (queue->head)
            floor_push(queue, &stage->tick);
    }
}

void floor_stage_check(void *state)
{
    bench_expect(!((struct floor_stage *)state)->left, "all passes were made");
}

struct floor_ring *floor_ring_create(size_t n, floor_step *step)
{
    struct floor_ring *const ring = bench_allocate(sizeof *ring + n * sizeof ring->tasks[0]);
    floor_init(&ring->queue);
    ring->n = n;
    for (size_t i = 0; i < n; i++) {
        ring->tasks[i].frame = &ring->tasks[i].root;
        ring->tasks[i].root.step = step;
    }
    return ring;
}

void floor_ring_arm(void *state, uint32_t passes)
{
    struct floor_ring *const ring = state;
    for (size_t i = 0; i < ring->n; i++) {
        ring->tasks[i].frame->left = passes - 1; /* in the last pass the task leaves the queue */
        floor_push(&ring->queue, &ring->tasks[i]);
    }
}

void floor_ring_run(void *state)
{
    struct floor_ring *const ring = state;
    floor_run(&ring->queue);
}

void floor_ring_check(void *state)
{
    struct floor_ring *const ring = state;
    for (size_t i = 0; i < ring->n; i++)
        bench_expect(!ring->tasks[i].frame->left, "each task has run in each pass");
}
