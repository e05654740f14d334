/* SPDX-License-Identifier: MIT */
/* yield: n tasks that yield to each other in a loop. */
#include <stdlib.h>

#include "bench.h"
#include "floor.h"
#include "weft.h"

/* ---- weft ---- */

struct spinner {
    weft_frame frame;
    uint32_t left;
};

WEFT_ASYNC_BODY(spinner)
{
    do
        weft_sleep(0);
    while (--self->left);
}
WEFT_ASYNC_END

typedef WEFT_TASK(spinner) spinner_task;

struct ring {
    weft_loop loop;
    weft_select backend;
    size_t n;
    uint32_t passes;
    spinner_task
        tasks[]; /* a run ends with the first task; the other tasks go on in the next run */
};

static void ring_arm(void *state, uint32_t passes)
{
    struct ring *const ring = state;
    ring->passes = passes;
    for (size_t i = 1; i < ring->n; i++)
        ring->tasks[i].frame.left = UINT32_MAX;
    weft_loop_create_task(&ring->loop, spinner, &ring->tasks[0],
                          .left = passes - WEFT_STEPS_TO_STOP);
}

static void ring_go(void *state)
{
    struct ring *const ring = state;
    bench_expect(!weft_run_until_complete(&ring->loop, &ring->tasks[0]), "the run ends");
}

static void ring_check(void *state)
{
    struct ring *const ring = state;
    for (size_t i = 1; i < ring->n; i++)
        bench_expect(ring->tasks[i].frame.left == UINT32_MAX - ring->passes,
                     "each task has run once in each pass");
}

/* Runs once, so that every task reaches its yield. */
static void *ring_prepare(size_t n)
{
    struct ring *const ring = bench_allocate(sizeof *ring + n * sizeof ring->tasks[0]);
    weft_select_init(&ring->backend);
    weft_loop_init(&ring->loop, &ring->backend.backend);
    ring->n = n;
    for (size_t i = 1; i < n; i++)
        weft_loop_create_task(&ring->loop, spinner, &ring->tasks[i]);
    ring_arm(ring, LEAST_PASSES);
    ring_go(ring);
    return ring;
}

static void ring_dispose(void *state)
{
    struct ring *const ring = state;
    weft_loop_close(&ring->loop);
    free(ring);
}

/* ---- The floor ---- */

static void spin(struct floor_queue *queue, struct floor_task *task, struct floor_frame *frame)
{
    switch (frame->state) {
    case 0:
        do {
            frame->state = 1;
            floor_push(queue, task);
            return;
        case 1:;
        } while (--frame->left);
        frame->state = 0; /* the task goes on from there when it is armed again */
    }
}

static void *floor_prepare(size_t n)
{
    return floor_ring_create(n, spin);
}

static const size_t sizes[] = {2, 1000, 100000, 0};

const struct bench_workload bench_yield = {
    .name = "yield",
    .what = "a switch to the next task, among n that each weft_sleep(0) in a loop",
    .sizes = sizes,
    .weft = {ring_prepare, ring_arm, ring_go, ring_check, ring_dispose},
    .floor = {floor_prepare, floor_ring_arm, floor_ring_run, floor_ring_check, free},
};

/* ---- A floor for this workload only ----
 * A task has one step, and no coroutine can await another. */

struct direct_task;

struct direct_queue {
    struct direct_task *head, **tail;
};

struct direct_task {
    struct direct_task *next;
    void (*step)(struct direct_queue *queue, struct direct_task *task);
    uint32_t state, left;
    void *spare[3]; /* makes the task as large as the other floor's: 48 bytes */
};

_Static_assert(sizeof(void *) != 8 || sizeof(struct direct_task) == 48, "48 bytes a parked task");

struct direct_ring {
    struct direct_queue queue;
    size_t n;
    struct direct_task tasks[];
};

static void direct_push(struct direct_queue *queue, struct direct_task *task)
{
    task->next = NULL;
    *queue->tail = task;
    queue->tail = &task->next;
}

static void direct_spin(struct direct_queue *queue, struct direct_task *task)
{
    switch (task->state) {
    case 0:
        do {
            task->state = 1;
            direct_push(queue, task);
            return;
        case 1:;
        } while (--task->left);
        task->state = 0;
    }
}

static void *direct_prepare(size_t n)
{
    struct direct_ring *const ring = bench_allocate(sizeof *ring + n * sizeof ring->tasks[0]);
    ring->queue.tail = &ring->queue.head;
    ring->n = n;
    for (size_t i = 0; i < n; i++)
        ring->tasks[i].step = direct_spin;
    return ring;
}

static void direct_arm(void *state, uint32_t passes)
{
    struct direct_ring *const ring = state;
    for (size_t i = 0; i < ring->n; i++) {
        ring->tasks[i].left = passes - 1;
        direct_push(&ring->queue, &ring->tasks[i]);
    }
}

static void direct_go(void *state)
{
    struct direct_queue *const queue = &((struct direct_ring *)state)->queue;
    struct direct_task *task;
    while ((task = queue->head)) {
        queue->head = task->next;
        if (!queue->head)
            queue->tail = &queue->head;
        task->step(queue, task);
    }
}

static void direct_check(void *state)
{
    const struct direct_ring *const ring = state;
    for (size_t i = 0; i < ring->n; i++)
        bench_expect(!ring->tasks[i].left, "each task has had its turns");
}

const struct bench_workload bench_direct = {
    .name = "direct",
    .what = "yield, compared with a floor on which no coroutine can await another",
    .sizes = sizes,
    .weft = {ring_prepare, ring_arm, ring_go, ring_check, ring_dispose},
    .floor = {direct_prepare, direct_arm, direct_go, direct_check, free},
};
