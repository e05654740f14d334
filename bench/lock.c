/* SPDX-License-Identifier: MIT */
/* lock, semaphore: tasks that each yield while they hold a lock, or a permit. */
#include <stdlib.h>

#include "floor.h"
#include "stage.h"

enum { PERMITS = 10 };

/* ---- weft ---- */

struct contender {
    weft_frame frame;
    bool counts; /* this task counts the passes */
};

struct crowd {
    struct bench_stage stage;
    weft_lock lock;
    WEFT_TASK(contender) contenders[];
};

WEFT_ASYNC_BODY(contender)
{
    for (;;) {
        weft_with_lock(&BENCH_STATE(crowd)->lock)
            weft_sleep(0);
        weft_end;
        if (self->counts && bench_run_is_over(&BENCH_STATE(crowd)->stage))
            weft_sleep(0);
    }
}
WEFT_ASYNC_END

static void *crowd_prepare(size_t n)
{
    struct crowd *const crowd = bench_stage_create(sizeof *crowd + n * sizeof crowd->contenders[0]);
    for (size_t i = 0; i < n; i++)
        weft_loop_create_task(&crowd->stage.loop, contender, &crowd->contenders[i], .counts = !i);
    return crowd;
}

struct guest {
    weft_frame frame;
    bool counts; /* this task counts the passes */
};

struct inn {
    struct bench_stage stage;
    weft_semaphore semaphore;
    WEFT_TASK(guest) guests[];
};

WEFT_ASYNC_BODY(guest)
{
    for (;;) {
        weft_with_semaphore(&BENCH_STATE(inn)->semaphore)
            weft_sleep(0);
        weft_end;
        if (self->counts && bench_run_is_over(&BENCH_STATE(inn)->stage))
            weft_sleep(0);
    }
}
WEFT_ASYNC_END

static void *inn_prepare(size_t n)
{
    struct inn *const inn = bench_stage_create(sizeof *inn + n * sizeof inn->guests[0]);
    weft_semaphore_init(&inn->semaphore, PERMITS);
    for (size_t i = 0; i < n; i++)
        weft_loop_create_task(&inn->stage.loop, guest, &inn->guests[i], .counts = !i);
    return inn;
}

/* ---- The floor ----
 * The number of free permits, and the list of waiting tasks. A permit is free until the woken task
 * takes it. */

struct floor_crowd {
    struct floor_stage stage; /* the first member */
    struct floor_list waiters;
    size_t free; /* permits that are free; a lock has one */
    struct floor_member contenders[];
};

static int acquire(struct floor_crowd *crowd, struct floor_task *task)
{
    if (crowd->free && !crowd->waiters.first) {
        crowd->free--;
        return 1;
    }
    floor_park(&crowd->waiters, task);
    return 0;
}

static void take(struct floor_crowd *crowd, struct floor_task *task)
{
    floor_leave(&crowd->waiters, task);
    crowd->free--;
}

static void release(struct floor_crowd *crowd)
{
    crowd->free++;
    for (struct floor_link *link = crowd->waiters.first; link; link = link->next)
        if (floor_wake(&crowd->stage.queue, link))
            break;
}

static void contend(struct floor_queue *queue, struct floor_task *task, struct floor_frame *frame)
{
    struct floor_crowd *const crowd = (struct floor_crowd *)(void *)queue;
    switch (frame->state) {
        for (;;) {
        case 0:
            if (!acquire(crowd, task)) {
                frame->state = 1;
                return;
            case 1:
                take(crowd, task);
            }
            frame->state = 2;
            floor_push(queue, task);
            return;
        case 2:
            release(crowd);
            if (frame->left && floor_run_is_over(queue, task)) {
                frame->state = 0;
                return;
            }
        }
    }
}

static struct floor_crowd *floor_crowd_create(size_t n, size_t permits)
{
    struct floor_crowd *const crowd =
        floor_stage_create(sizeof *crowd + n * sizeof crowd->contenders[0]);
    crowd->free = permits;
    for (size_t i = 0; i < n; i++) {
        floor_start(&crowd->contenders[i].task, contend);
        crowd->contenders[i].task.root.left = !i; /* this task counts the passes */
        floor_push(&crowd->stage.queue, &crowd->contenders[i].task);
    }
    return crowd;
}

static void *floor_crowd_prepare(size_t n)
{
    return floor_crowd_create(n, 1);
}

static void *floor_inn_prepare(size_t n)
{
    return floor_crowd_create(n, PERMITS);
}

static const size_t sizes[] = {100, 0};

const struct bench_workload bench_lock = {
    .name = "lock",
    .what = "a hand-off of a lock among n tasks, each of which yields while it holds it",
    .sizes = sizes,
    .weft = {crowd_prepare, bench_stage_arm, bench_stage_run, bench_stage_check,
             bench_stage_dispose},
    .floor = {floor_crowd_prepare, floor_stage_arm, floor_stage_run, floor_stage_check, free},
};

const struct bench_workload bench_semaphore = {
    .name = "semaphore",
    .what = "a hand-off of one of 10 permits among n tasks, each of which yields while it has it",
    .sizes = sizes,
    .weft = {inn_prepare, bench_stage_arm, bench_stage_run, bench_stage_check, bench_stage_dispose},
    .floor = {floor_inn_prepare, floor_stage_arm, floor_stage_run, floor_stage_check, free},
};
