/* SPDX-License-Identifier: MIT */
/* timeout: blocks with a limit that is never reached. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <time.h>

#include "floor.h"
#include "stage.h"

enum { LIMIT_SECONDS = 3600 };

/* ---- weft ---- */

WEFT_ASYNC(hurried, struct bench_stage *stage; weft_timeout limit;)
{
    for (;;) {
        weft_with_timeout(&self->limit, WEFT_SECONDS(LIMIT_SECONDS))
            weft_sleep(0);
        weft_end;
        if (self->stage && bench_run_is_over(self->stage))
            weft_sleep(0);
    }
}
WEFT_ASYNC_END

struct office {
    struct bench_stage stage;
    WEFT_TASK(hurried) tasks[];
};

static void *office_prepare(size_t n)
{
    struct office *const office = bench_stage_create(sizeof *office + n * sizeof office->tasks[0]);
    for (size_t i = 0; i < n; i++)
        weft_loop_create_task(&office->stage.loop, hurried, &office->tasks[i],
                              .stage = i ? NULL : &office->stage);
    return office;
}

/* ---- The floor ----
 * A binary heap of timers, which know their index in it. Each block reads the clock, so that no
 * limit is early. A task that yields as the others do checks if a limit has been reached. */

struct timer {
    uint64_t deadline; /* in microseconds */
    size_t place;
    int reached;
};

struct floor_hurried {
    struct floor_task task; /* the first member */
    struct timer timer;
};

struct floor_office {
    struct floor_stage stage; /* the first member */
    struct timer **heap;
    size_t armed;
    struct floor_task clock;
    struct floor_hurried tasks[];
};

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1000000 * (uint64_t)time.tv_sec + (uint64_t)time.tv_nsec / 1000;
}

static void place(struct floor_office *office, struct timer *timer, size_t i)
{
    office->heap[i] = timer;
    timer->place = i;
}

static void rise(struct floor_office *office, struct timer *timer, size_t i)
{
    for (; i && timer->deadline < office->heap[(i - 1) / 2]->deadline; i = (i - 1) / 2)
        place(office, office->heap[(i - 1) / 2], i);
    place(office, timer, i);
}

static void sink(struct floor_office *office, struct timer *timer, size_t i)
{
    struct timer **const heap = office->heap;
    size_t child;
    while ((child = 2 * i + 1) < office->armed) {
        child += child + 1 < office->armed && heap[child + 1]->deadline < heap[child]->deadline;
        if (timer->deadline <= heap[child]->deadline)
            break;
        place(office, heap[child], i);
        i = child;
    }
    place(office, timer, i);
}

static void arm(struct floor_office *office, struct timer *timer)
{
    timer->deadline = now() + 1 + LIMIT_SECONDS * UINT64_C(1000000);
    timer->reached = 0;
    rise(office, timer, office->armed++);
}

static void disarm(struct floor_office *office, struct timer *timer)
{
    struct timer *const last = office->heap[--office->armed];
    const size_t i = timer->place;
    if (last == timer)
        return;
    if (last->deadline < timer->deadline)
        rise(office, last, i);
    else
        sink(office, last, i);
}

static void watch_clock(struct floor_queue *queue, struct floor_task *task,
                        struct floor_frame *frame)
{
    struct floor_office *const office = (struct floor_office *)(void *)queue;
    const uint64_t time = office->armed ? now() : 0;
    (void)frame;
    while (office->armed && office->heap[0]->deadline <= time) {
        office->heap[0]->reached = 1;
        disarm(office, office->heap[0]);
    }
    floor_push(queue, task);
}

static void hurry(struct floor_queue *queue, struct floor_task *task, struct floor_frame *frame)
{
    struct floor_office *const office = (struct floor_office *)(void *)queue;
    struct timer *const timer = &((struct floor_hurried *)(void *)task)->timer;
    switch (frame->state) {
        for (;;) {
        case 0:
            arm(office, timer);
            frame->state = 1;
            floor_push(queue, task);
            return;
        case 1:
            bench_expect(!timer->reached, "no limit is reached");
            disarm(office, timer);
            if (frame->left && floor_run_is_over(queue, task)) {
                frame->state = 0;
                return;
            }
        }
    }
}

static void *floor_office_prepare(size_t n)
{
    struct floor_office *const office =
        floor_stage_create(sizeof *office + n * sizeof office->tasks[0]);
    office->heap = bench_allocate(n * sizeof office->heap[0]);
    floor_start(&office->clock, watch_clock);
    floor_push(&office->stage.queue, &office->clock);
    for (size_t i = 0; i < n; i++) {
        floor_start(&office->tasks[i].task, hurry);
        office->tasks[i].task.root.left = !i; /* this task counts the passes */
        floor_push(&office->stage.queue, &office->tasks[i].task);
    }
    return office;
}

static void floor_office_dispose(void *state)
{
    free(((struct floor_office *)state)->heap);
    free(state);
}

static const size_t sizes[] = {1, 1000, 0};

const struct bench_workload bench_timeout = {
    .name = "timeout",
    .what = "a block with a limit, never reached, around a yield, in each of n tasks",
    .sizes = sizes,
    .weft = {office_prepare, bench_stage_arm, bench_stage_run, bench_stage_check,
             bench_stage_dispose},
    .floor = {floor_office_prepare, floor_stage_arm, floor_stage_run, floor_stage_check,
              floor_office_dispose},
};
