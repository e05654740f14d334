/* gather, group: tasks that are created, return at once and are awaited all together. */
#include <stdlib.h>

#include "floor.h"
#include "stage.h"

/* ---- weft ---- */

WEFT_ASYNC(child)
{
}
WEFT_ASYNC_END

typedef WEFT_TASK(child) child_task;

WEFT_ASYNC(gatherer, struct bench_stage *stage; size_t n, i; child_task * children;
           weft_part * parts; weft_gather gather;)
{
    for (;;) {
        for (self->i = 0; self->i < self->n; self->i++) {
            weft_create_task(child, &self->children[self->i]);
            weft_check(
                weft_gather_add_in(&self->gather, self->parts, self->n, &self->children[self->i]));
        }
        weft_gather_all(self);
        if (bench_run_is_over(self->stage))
            weft_sleep(0);
    }
}
WEFT_ASYNC_END

struct gathering {
    struct bench_stage stage;
    WEFT_TASK(gatherer) gatherer;
    weft_part *parts;
    child_task children[];
};

static void *gathering_prepare(size_t n)
{
    struct gathering *const gathering =
        bench_stage_create(sizeof *gathering + n * sizeof gathering->children[0]);
    gathering->parts = bench_allocate(n * sizeof gathering->parts[0]);
    weft_loop_create_task(&gathering->stage.loop, gatherer, &gathering->gatherer,
                          .stage = &gathering->stage, .n = n, .children = gathering->children,
                          .parts = gathering->parts);
    return gathering;
}

static void gathering_dispose(void *state)
{
    weft_part *const parts = ((struct gathering *)state)->parts;
    bench_stage_dispose(state);
    free(parts);
}

WEFT_ASYNC(parent, struct bench_stage *stage; size_t n, i; child_task * children; weft_group group;)
{
    for (;;) {
        weft_with_group(&self->group) {
            for (self->i = 0; self->i < self->n; self->i++)
                weft_group_create_task(&self->group, child, &self->children[self->i]);
        }
        weft_end;
        if (bench_run_is_over(self->stage))
            weft_sleep(0);
    }
}
WEFT_ASYNC_END

struct nursery {
    struct bench_stage stage;
    WEFT_TASK(parent) parent;
    child_task children[];
};

static void *nursery_prepare(size_t n)
{
    struct nursery *const nursery =
        bench_stage_create(sizeof *nursery + n * sizeof nursery->children[0]);
    weft_loop_create_task(&nursery->stage.loop, parent, &nursery->parent, .stage = &nursery->stage,
                          .n = n, .children = nursery->children);
    return nursery;
}

/* ---- The floor of both: who awaits counts the ends, and the last one wakes it ---- */

struct floor_parent {
    struct floor_task task; /* first */
    size_t n, open;
    struct floor_task *children;
};

struct floor_nursery {
    struct floor_stage stage; /* first */
    struct floor_parent parent;
    struct floor_task children[];
};

static void end_at_once(struct floor_queue *queue, struct floor_task *task,
                        struct floor_frame *frame)
{
    struct floor_parent *const parent = (struct floor_parent *)(void *)task->waiter;
    (void)frame;
    if (--parent->open == 0)
        floor_push(queue, &parent->task);
}

static void create_and_join(struct floor_queue *queue, struct floor_task *task,
                            struct floor_frame *frame)
{
    struct floor_parent *const self = (struct floor_parent *)(void *)task;
    switch (frame->state) {
        for (;;) {
        case 0:
            for (size_t i = 0; i < self->n; i++) {
                floor_start(&self->children[i], end_at_once);
                self->children[i].waiter = task;
                floor_push(queue, &self->children[i]);
            }
            self->open = self->n;
            frame->state = 1;
            return;
        case 1:
            if (floor_run_is_over(queue, task)) {
                frame->state = 0;
                return;
            }
        }
    }
}

static void *floor_nursery_prepare(size_t n)
{
    struct floor_nursery *const nursery =
        floor_stage_create(sizeof *nursery + n * sizeof nursery->children[0]);
    floor_start(&nursery->parent.task, create_and_join);
    nursery->parent.n = n;
    nursery->parent.children = nursery->children;
    floor_push(&nursery->stage.queue, &nursery->parent.task);
    return nursery;
}

static const size_t sizes[] = {1000, 100000, 0};

const struct bench_workload bench_gather = {
    .name = "gather",
    .what = "a task that is created, returns at once and is gathered with n - 1 others",
    .sizes = sizes,
    .weft = {gathering_prepare, bench_stage_arm, bench_stage_run, bench_stage_check,
             gathering_dispose},
    .floor = {floor_nursery_prepare, floor_stage_arm, floor_stage_run, floor_stage_check, free},
};

const struct bench_workload bench_group = {
    .name = "group",
    .what = "a task that is created in a group of n and returns at once",
    .sizes = sizes,
    .weft = {nursery_prepare, bench_stage_arm, bench_stage_run, bench_stage_check,
             bench_stage_dispose},
    .floor = {floor_nursery_prepare, floor_stage_arm, floor_stage_run, floor_stage_check, free},
};
