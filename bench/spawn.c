/* SPDX-License-Identifier: MIT */
/* spawn: a task creates n tasks, which return at once, and then awaits each of them. */
#include <stdlib.h>

#include "bench.h"
#include "floor.h"
#include "weft.h"

/* ---- weft ---- */

struct child {
    weft_frame frame;
};

WEFT_ASYNC_BODY(child)
{
}
WEFT_ASYNC_END

typedef WEFT_TASK(child) child_task;

struct creator {
    weft_frame frame;
    uint32_t left;
    size_t n, i;
    child_task *children;
};

WEFT_ASYNC_BODY(creator)
{
    for (;;) {
        for (self->i = 0; self->i < self->n; self->i++)
            weft_create_task(child, &self->children[self->i]);
        for (self->i = 0; self->i < self->n; self->i++)
            weft_await(&self->children[self->i]);
        if (!--self->left) {
            weft_stop(weft_running_loop());
            weft_sleep(0);
        }
    }
}
WEFT_ASYNC_END

struct family {
    weft_loop loop;
    weft_select backend;
    WEFT_TASK(creator) creator;
    child_task children[];
};

static void *family_prepare(size_t n)
{
    struct family *const family = bench_allocate(sizeof *family + n * sizeof family->children[0]);
    weft_select_init(&family->backend);
    weft_loop_init(&family->loop, &family->backend.backend);
    weft_loop_create_task(&family->loop, creator, &family->creator, .n = n,
                          .children = family->children);
    return family;
}

static void family_arm(void *state, uint32_t passes)
{
    struct family *const family = state;
    family->creator.frame.left = passes;
}

static void family_go(void *state)
{
    struct family *const family = state;
    bench_expect(!weft_run_forever(&family->loop), "a creator runs until it stops the loop");
}

static void family_check(void *state)
{
    struct family *const family = state;
    bench_expect(!family->creator.frame.left && family->creator.frame.i == family->creator.frame.n,
                 "all children were created and awaited");
}

static void family_dispose(void *state)
{
    struct family *const family = state;
    weft_loop_close(&family->loop);
    free(family);
}

/* ---- The floor: fills in each task, and wakes the task that waits for it ---- */

enum { ENDED = UINT16_MAX };

struct floor_creator {
    struct floor_task task; /* the first member */
    size_t n, i;
    struct floor_task *children;
};

struct floor_family {
    struct floor_queue queue;
    struct floor_creator creator;
    struct floor_task children[];
};

static void end_at_once(struct floor_queue *queue, struct floor_task *child,
                        struct floor_frame *frame)
{
    switch (frame->state) {
    case 0:
        frame->state = ENDED;
        if (child->waiter)
            floor_push(queue, child->waiter);
    }
}

static void spawn(struct floor_queue *queue, struct floor_task *child)
{
    *child = (struct floor_task){.frame = &child->root, .root.step = end_at_once};
    floor_push(queue, child);
}

static void create_and_await(struct floor_queue *queue, struct floor_task *task,
                             struct floor_frame *frame)
{
    struct floor_creator *const self = (struct floor_creator *)(void *)task;
    switch (frame->state) {
    case 0:
        for (;;) {
            for (self->i = 0; self->i < self->n; self->i++)
                spawn(queue, &self->children[self->i]);
            for (self->i = 0; self->i < self->n; self->i++) {
                if (self->children[self->i].root.state != ENDED) {
                    self->children[self->i].waiter = task;
                    frame->state = 1;
                    return;
                }
                /* fall through */
            case 1:;
            }
            if (!--frame->left) {
                frame->state = 2; /* the task goes on from there when it is armed again */
                return;
            }
            /* fall through */
        case 2:;
        }
    }
}

static void *floor_prepare(size_t n)
{
    struct floor_family *const family =
        bench_allocate(sizeof *family + n * sizeof family->children[0]);
    floor_init(&family->queue);
    family->creator.task.frame = &family->creator.task.root;
    family->creator.task.root.step = create_and_await;
    family->creator.n = n;
    family->creator.children = family->children;
    return family;
}

static void floor_arm(void *state, uint32_t passes)
{
    struct floor_family *const family = state;
    family->creator.task.root.left = passes;
    floor_push(&family->queue, &family->creator.task);
}

static void floor_go(void *state)
{
    struct floor_family *const family = state;
    floor_run(&family->queue);
}

static void floor_check(void *state)
{
    struct floor_family *const family = state;
    bench_expect(!family->creator.task.root.left && family->creator.i == family->creator.n,
                 "all children were created and awaited");
}

static const size_t sizes[] = {1, 1000, 100000, 0};

const struct bench_workload bench_spawn = {
    .name = "spawn",
    .what = "a task that is created, returns at once and is awaited; n at a time",
    .sizes = sizes,
    .weft = {family_prepare, family_arm, family_go, family_check, family_dispose},
    .floor = {floor_prepare, floor_arm, floor_go, floor_check, free},
};
