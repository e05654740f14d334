/* SPDX-License-Identifier: MIT */
/* pingpong, event: tasks that wait for events. */
#include <stdlib.h>

#include "floor.h"
#include "stage.h"

/* ---- weft ---- */

WEFT_ASYNC(player, struct bench_stage *stage; weft_event * mine, *others;)
{
    for (;;) {
        weft_event_wait(self->mine);
        weft_event_clear(self->mine);
        weft_event_set(self->others);
        if (self->stage && bench_run_is_over(self->stage))
            weft_sleep(0);
    }
}
WEFT_ASYNC_END

struct match {
    struct bench_stage stage;
    weft_event events[2];
    WEFT_TASK(player) players[2];
};

static void *match_prepare(size_t n)
{
    struct match *const match = bench_stage_create(sizeof *match);
    for (size_t i = 0; i < n; i++)
        weft_loop_create_task(&match->stage.loop, player, &match->players[i],
                              .stage = i ? NULL : &match->stage, .mine = &match->events[i],
                              .others = &match->events[1 - i]);
    weft_event_set(&match->events[0]);
    return match;
}

struct listener {
    weft_frame frame;
};

struct herald {
    weft_frame frame;
};

struct audience {
    struct bench_stage stage;
    weft_event event;
    WEFT_TASK(herald) herald;
    WEFT_TASK(listener) listeners[];
};

WEFT_ASYNC_BODY(listener)
{
    for (;;)
        weft_event_wait(&BENCH_STATE(audience)->event);
}
WEFT_ASYNC_END

WEFT_ASYNC_BODY(herald)
{
    for (;;) {
        weft_sleep(0);
        weft_event_set(&BENCH_STATE(audience)->event);
        weft_event_clear(&BENCH_STATE(audience)->event);
        bench_run_is_over(&BENCH_STATE(audience)->stage);
    }
}
WEFT_ASYNC_END

static void *audience_prepare(size_t n)
{
    struct audience *const audience =
        bench_stage_create(sizeof *audience + n * sizeof audience->listeners[0]);
    for (size_t i = 0; i < n; i++)
        weft_loop_create_task(&audience->stage.loop, listener, &audience->listeners[i]);
    weft_loop_create_task(&audience->stage.loop, herald, &audience->herald);
    return audience;
}

/* ---- The floor: a flag, and the list of waiting tasks ---- */

struct floor_event {
    struct floor_list waiters;
    int set;
};

static void set(struct floor_queue *queue, struct floor_event *event)
{
    event->set = 1;
    floor_wake_all(queue, &event->waiters);
}

struct floor_player {
    struct floor_member member; /* the first member */
    struct floor_event *mine, *others;
};

struct floor_match {
    struct floor_stage stage; /* the first member */
    struct floor_event events[2];
    struct floor_player players[2];
};

static void play(struct floor_queue *queue, struct floor_task *task, struct floor_frame *frame)
{
    struct floor_player *const self = (struct floor_player *)(void *)floor_member_of(task);
    switch (frame->state) {
        for (;;) {
        case 0:
            if (!self->mine->set) {
                frame->state = 1;
                floor_park(&self->mine->waiters, task);
                return;
            case 1:
                floor_leave(&self->mine->waiters, task);
            }
            self->mine->set = 0;
            set(queue, self->others);
            if (frame->left && floor_run_is_over(queue, task)) {
                frame->state = 0;
                return;
            }
        }
    }
}

static void *floor_match_prepare(size_t n)
{
    struct floor_match *const match = floor_stage_create(sizeof *match);
    for (size_t i = 0; i < n; i++) {
        struct floor_task *const task = &match->players[i].member.task;
        floor_start(task, play);
        task->root.left = !i; /* this task counts the passes */
        match->players[i].mine = &match->events[i];
        match->players[i].others = &match->events[1 - i];
        floor_push(&match->stage.queue, task);
    }
    match->events[0].set = 1;
    return match;
}

struct floor_audience {
    struct floor_stage stage; /* the first member */
    struct floor_event event;
    struct floor_task herald;
    struct floor_member listeners[];
};

static void listen(struct floor_queue *queue, struct floor_task *task, struct floor_frame *frame)
{
    struct floor_event *const event = &((struct floor_audience *)(void *)queue)->event;
    switch (frame->state) {
        for (;;) {
        case 0:
            if (!event->set) {
                frame->state = 1;
                floor_park(&event->waiters, task);
                return;
            case 1:
                floor_leave(&event->waiters, task);
            }
        }
    }
}

static void proclaim(struct floor_queue *queue, struct floor_task *task, struct floor_frame *frame)
{
    struct floor_event *const event = &((struct floor_audience *)(void *)queue)->event;
    switch (frame->state) {
        for (;;) {
        case 0:
            frame->state = 1;
            floor_push(queue, task);
            return;
        case 1:
            set(queue, event);
            event->set = 0;
            if (floor_run_is_over(queue, task))
                return;
        }
    }
}

static void *floor_audience_prepare(size_t n)
{
    struct floor_audience *const audience =
        floor_stage_create(sizeof *audience + n * sizeof audience->listeners[0]);
    for (size_t i = 0; i < n; i++) {
        floor_start(&audience->listeners[i].task, listen);
        floor_push(&audience->stage.queue, &audience->listeners[i].task);
    }
    floor_start(&audience->herald, proclaim);
    floor_push(&audience->stage.queue, &audience->herald);
    return audience;
}

static const size_t two[] = {2, 0}, many[] = {1000, 100000, 0};

const struct bench_workload bench_pingpong = {
    .name = "pingpong",
    .what = "a hand-off between two tasks, each of which waits for its event, and sets the other's",
    .sizes = two,
    .weft = {match_prepare, bench_stage_arm, bench_stage_run, bench_stage_check,
             bench_stage_dispose},
    .floor = {floor_match_prepare, floor_stage_arm, floor_stage_run, floor_stage_check, free},
};

const struct bench_workload bench_event = {
    .name = "event",
    .what = "a wait for an event, and the end of it; n tasks wait, and one set wakes them",
    .sizes = many,
    .weft = {audience_prepare, bench_stage_arm, bench_stage_run, bench_stage_check,
             bench_stage_dispose},
    .floor = {floor_audience_prepare, floor_stage_arm, floor_stage_run, floor_stage_check, free},
};
