/* SPDX-License-Identifier: MIT */
/* sleeps: tasks that sleep for 1 to 50 ms, on the real clock. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <sys/select.h>
#include <time.h>

#include "floor.h"
#include "stage.h"

enum { LONGEST_MS = 50 };

/* Returns a sleep from 1 to LONGEST_MS. Tasks created one after another get very different
 * sleeps. */
static uint32_t milliseconds(size_t i)
{
    return (uint32_t)(1 + i * 7919 % LONGEST_MS);
}

/* ---- weft ---- */

WEFT_ASYNC(sleeper, uint32_t ms;)
{
    weft_sleep(WEFT_MS(self->ms));
}
WEFT_ASYNC_END

typedef WEFT_TASK(sleeper) sleeper_task;

WEFT_ASYNC(warden, struct bench_stage *stage; size_t n, i; sleeper_task * sleepers;)
{
    for (;;) {
        for (self->i = 0; self->i < self->n; self->i++)
            weft_create_task(sleeper, &self->sleepers[self->i], .ms = milliseconds(self->i));
        for (self->i = 0; self->i < self->n; self->i++)
            weft_await(&self->sleepers[self->i]);
        if (bench_run_is_over(self->stage))
            weft_sleep(0);
    }
}
WEFT_ASYNC_END

struct dormitory {
    struct bench_stage stage;
    WEFT_TASK(warden) warden;
    sleeper_task sleepers[];
};

static void *dormitory_prepare(size_t n)
{
    struct dormitory *const dormitory =
        bench_stage_create(sizeof *dormitory + n * sizeof dormitory->sleepers[0]);
    weft_loop_create_task(&dormitory->stage.loop, warden, &dormitory->warden,
                          .stage = &dormitory->stage, .n = n, .sleepers = dormitory->sleepers);
    return dormitory;
}

/* ---- The floor: a binary heap over an array, and select() ---- */

struct entry {
    uint64_t deadline; /* in microseconds */
    struct floor_task *task;
};

struct floor_warden {
    struct floor_task task; /* the first member */
    size_t n, i;
    struct floor_task *sleepers;
};

struct floor_dormitory {
    struct floor_stage stage; /* the first member */
    size_t asleep;
    struct entry *heap;
    struct floor_warden warden;
    struct floor_task sleepers[];
};

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1000000 * (uint64_t)time.tv_sec + (uint64_t)time.tv_nsec / 1000;
}

static void fall_asleep(struct floor_dormitory *dormitory, struct entry entry)
{
    struct entry *const heap = dormitory->heap;
    size_t i = dormitory->asleep++;
    for (; i && entry.deadline < heap[(i - 1) / 2].deadline; i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = entry;
}

static struct floor_task *wake_first(struct floor_dormitory *dormitory)
{
    struct entry *const heap = dormitory->heap;
    struct floor_task *const first = heap[0].task;
    const size_t count = --dormitory->asleep;
    const struct entry last = heap[count];
    size_t i = 0, child;
    while ((child = 2 * i + 1) < count) {
        child += child + 1 < count && heap[child + 1].deadline < heap[child].deadline;
        if (last.deadline <= heap[child].deadline)
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
    return first;
}

static void wait_until(uint64_t deadline)
{
    const uint64_t time = now();
    if (deadline <= time)
        return;
    struct timeval rest = {.tv_sec = (time_t)((deadline - time) / 1000000),
                           .tv_usec = (suseconds_t)((deadline - time) % 1000000)};
    select(0, NULL, NULL, NULL, &rest);
}

static void wake_due(struct floor_dormitory *dormitory)
{
    const uint64_t time = now();
    while (dormitory->asleep && dormitory->heap[0].deadline <= time)
        floor_push(&dormitory->stage.queue, wake_first(dormitory));
}

enum { ENDED = UINT16_MAX };

static void sleep_once(struct floor_queue *queue, struct floor_task *task,
                       struct floor_frame *frame)
{
    switch (frame->state) {
    case 0:
        fall_asleep((struct floor_dormitory *)(void *)queue,
                    (struct entry){now() + 1 + 1000 * (uint64_t)frame->left, task});
        frame->state = 1;
        return;
    case 1:
        frame->state = ENDED;
        if (task->waiter)
            floor_push(queue, task->waiter);
    }
}

static void create_and_await(struct floor_queue *queue, struct floor_task *task,
                             struct floor_frame *frame)
{
    struct floor_warden *const self = (struct floor_warden *)(void *)task;
    switch (frame->state) {
        for (;;) {
        case 0:
            for (self->i = 0; self->i < self->n; self->i++) {
                floor_start(&self->sleepers[self->i], sleep_once);
                self->sleepers[self->i].root.left = milliseconds(self->i);
                floor_push(queue, &self->sleepers[self->i]);
            }
            for (self->i = 0; self->i < self->n; self->i++) {
                if (self->sleepers[self->i].root.state != ENDED) {
                    self->sleepers[self->i].waiter = task;
                    frame->state = 1;
                    return;
                }
                /* fall through */
            case 1:;
            }
            if (floor_run_is_over(queue, task)) {
                frame->state = 0;
                return;
            }
        }
    }
}

static void *floor_dormitory_prepare(size_t n)
{
    struct floor_dormitory *const dormitory =
        floor_stage_create(sizeof *dormitory + n * sizeof dormitory->sleepers[0]);
    dormitory->heap = bench_allocate(n * sizeof dormitory->heap[0]);
    floor_start(&dormitory->warden.task, create_and_await);
    dormitory->warden.n = n;
    dormitory->warden.sleepers = dormitory->sleepers;
    floor_push(&dormitory->stage.queue, &dormitory->warden.task);
    return dormitory;
}

static void floor_dormitory_run(void *state)
{
    struct floor_dormitory *const dormitory = state;
    for (;;) {
        floor_run(&dormitory->stage.queue);
        if (!dormitory->asleep)
            return;
        wait_until(dormitory->heap[0].deadline);
        wake_due(dormitory);
    }
}

static void floor_dormitory_dispose(void *state)
{
    free(((struct floor_dormitory *)state)->heap);
    free(state);
}

static const size_t sizes[] = {100000, 0};

const struct bench_workload bench_sleeps = {
    .name = "sleeps",
    .what = "a task that is created, sleeps for 1 to 50 ms on the real clock, and is awaited; n at "
            "a time",
    .sizes = sizes,
    .most_rounds = 10,
    .weft = {dormitory_prepare, bench_stage_arm, bench_stage_run, bench_stage_check,
             bench_stage_dispose},
    .floor = {floor_dormitory_prepare, floor_stage_arm, floor_dormitory_run, floor_stage_check,
              floor_dormitory_dispose},
};
