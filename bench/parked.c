/* SPDX-License-Identifier: MIT */
/* beside, asleep, bytes: n parked tasks, and one task that yields meanwhile. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <time.h>

#include "floor.h"
#include "stage.h"

/* ---- weft ---- */

WEFT_ASYNC(yielder, struct bench_stage *stage;)
{
    for (;;) {
        bench_run_is_over(self->stage);
        weft_sleep(0);
    }
}
WEFT_ASYNC_END

struct waiting {
    weft_frame frame;
};

struct sleeping {
    weft_frame frame;
};

union sitter {
    WEFT_TASK(waiting) waiting;
    WEFT_TASK(sleeping) sleeping;
};

struct park {
    struct bench_stage stage;
    weft_event event;
    WEFT_TASK(yielder) yielder;
    union sitter sitters[];
};

WEFT_ASYNC_BODY(waiting)
{
    weft_event_wait(&BENCH_STATE(park)->event);
}
WEFT_ASYNC_END

WEFT_ASYNC_BODY(sleeping)
{
    weft_sleep(WEFT_SECONDS(24 * 60 * 60));
}
WEFT_ASYNC_END

static void yield_beside(struct park *park)
{
    weft_loop_create_task(&park->stage.loop, yielder, &park->yielder, .stage = &park->stage);
    bench_stage_arm(park, LEAST_PASSES);
    bench_stage_run(park); /* so that all tasks are parked */
}

static void *park_of_waiting(size_t n)
{
    struct park *const park = bench_stage_create(sizeof *park + n * sizeof park->sitters[0]);
    for (size_t i = 0; i < n; i++)
        weft_loop_create_task(&park->stage.loop, waiting, &park->sitters[i].waiting);
    yield_beside(park);
    return park;
}

static void *park_of_sleepers(size_t n)
{
    struct park *const park = bench_stage_create(sizeof *park + n * sizeof park->sitters[0]);
    for (size_t i = 0; i < n; i++)
        weft_loop_create_task(&park->stage.loop, sleeping, &park->sitters[i].sleeping);
    yield_beside(park);
    return park;
}

/* ---- The floor ----
 * Waiting tasks are in a queue. The deadlines of sleeping tasks are in a heap. While a task sleeps,
 * the clock is read once in each pass over the ready tasks. */

struct entry {
    uint64_t deadline; /* in microseconds */
    struct floor_task *task;
};

struct floor_park {
    struct floor_stage stage; /* the first member */
    struct floor_queue waiters;
    struct entry *heap;
    size_t asleep;
    struct floor_task yielder, clock;
    struct floor_task sitters[];
};

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1000000 * (uint64_t)time.tv_sec + (uint64_t)time.tv_nsec / 1000;
}

static void sit(struct floor_queue *queue, struct floor_task *task, struct floor_frame *frame)
{
    struct floor_park *const park = (struct floor_park *)(void *)queue;
    frame->state = 1;
    if (park->heap) /* each deadline is later than those before it, so the array is a heap */
        park->heap[park->asleep++] = (struct entry){now() + UINT64_C(86400000000), task};
    else
        floor_push(&park->waiters, task);
}

static void watch_clock(struct floor_queue *queue, struct floor_task *task,
                        struct floor_frame *frame)
{
    const struct floor_park *const park = (struct floor_park *)(void *)queue;
    (void)frame;
    bench_expect(park->heap[0].deadline > now(), "nobody is woken");
    floor_push(queue, task);
}

static void yield(struct floor_queue *queue, struct floor_task *task, struct floor_frame *frame)
{
    switch (frame->state) {
        for (;;) {
        case 0:
            if (floor_run_is_over(queue, task)) {
                frame->state = 1;
                return;
            }
            frame->state = 1;
            floor_push(queue, task);
            return;
        case 1:;
        }
    }
}

/* A run needs no ticks, because only one task yields. */
static void floor_park_run(void *state)
{
    floor_run(&((struct floor_park *)state)->stage.queue);
}

static struct floor_park *floor_park_create(size_t n, struct entry *heap)
{
    struct floor_park *const park = floor_stage_create(sizeof *park + n * sizeof park->sitters[0]);
    floor_init(&park->waiters);
    park->heap = heap;
    for (size_t i = 0; i < n; i++) {
        floor_start(&park->sitters[i], sit);
        floor_push(&park->stage.queue, &park->sitters[i]);
    }
    floor_start(&park->yielder, yield);
    floor_push(&park->stage.queue, &park->yielder);
    if (heap) {
        floor_start(&park->clock, watch_clock);
        floor_push(&park->stage.queue, &park->clock);
    }
    floor_stage_arm(park, LEAST_PASSES);
    floor_park_run(park);
    return park;
}

static void *floor_park_of_waiting(size_t n)
{
    return floor_park_create(n, NULL);
}

static void *floor_park_of_sleepers(size_t n)
{
    return floor_park_create(n, bench_allocate(n * sizeof(struct entry)));
}

static void floor_park_dispose(void *state)
{
    free(((struct floor_park *)state)->heap);
    free(state);
}

static const size_t many[] = {10000, 0}, million[] = {1000000, 0};

const struct bench_workload bench_beside = {
    .name = "beside",
    .what = "a yield of one task beside n that wait for an event",
    .sizes = many,
    .operations = 1,
    .weft = {park_of_waiting, bench_stage_arm, bench_stage_run, bench_stage_check,
             bench_stage_dispose},
    .floor = {floor_park_of_waiting, floor_stage_arm, floor_park_run, floor_stage_check,
              floor_park_dispose},
};

const struct bench_workload bench_asleep = {
    .name = "asleep",
    .what = "a yield of one task beside n that sleep, and a look at the clock",
    .sizes = many,
    .operations = 1,
    .weft = {park_of_sleepers, bench_stage_arm, bench_stage_run, bench_stage_check,
             bench_stage_dispose},
    .floor = {floor_park_of_sleepers, floor_stage_arm, floor_park_run, floor_stage_check,
              floor_park_dispose},
};

const struct bench_workload bench_bytes = {
    .name = "bytes",
    .what = "resident bytes, not ns: of a task that is parked",
    .sizes = million,
    .counts_bytes = true,
    .weft = {park_of_waiting, bench_stage_arm, bench_stage_run, bench_stage_check,
             bench_stage_dispose},
    .floor = {floor_park_of_waiting, floor_stage_arm, floor_park_run, floor_stage_check,
              floor_park_dispose},
};
