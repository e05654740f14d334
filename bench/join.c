/* SPDX-License-Identifier: MIT */
/* gather, group: tasks that return at once, and are awaited together. */
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
           weft_part * parts; WEFT_GATHER_OVER gather;)
{
    for (;;) {
        for (self->i = 0; self->i < self->n; self->i++) {
            weft_create_task(child, &self->children[self->i]);
            weft_check(
                weft_gather_add_in(&self->gather, self->parts, self->n, &self->children[self->i]));
        }
        weft_gather_all(&self->gather);
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

/* ---- The floors ----
 * Both have a list of all children. A group wakes its parent when its list is empty. A gather has a
 * part for each child, which is linked in the child while the gather waits. */

struct floor_part {
    struct floor_part *next; /* in the list of parts that wait for one child */
    struct floor_parent *parent;
    struct floor_child *child;
};

struct floor_child {
    struct floor_member member; /* the first member */
    struct floor_part *parts;
    struct floor_parent *parent;
};

struct floor_parent {
    struct floor_task task; /* the first member */
    struct floor_list all;
    size_t n, open;
    struct floor_child *children;
    struct floor_part *parts; /* of a gather; NULL: a group */
};

struct floor_nursery {
    struct floor_stage stage; /* the first member */
    struct floor_parent parent;
    struct floor_child children[];
};

static void end_at_once(struct floor_queue *queue, struct floor_task *task,
                        struct floor_frame *frame)
{
    struct floor_child *const self = (struct floor_child *)(void *)floor_member_of(task);
    struct floor_parent *const parent = self->parent;
    (void)frame;
    floor_leave(&parent->all, task);
    for (struct floor_part *part = self->parts; part; part = part->next)
        if (--part->parent->open == 0)
            floor_push(queue, &part->parent->task);
    if (!parent->parts && !parent->all.first)
        floor_push(queue, &parent->task);
}

static void create(struct floor_queue *queue, struct floor_parent *parent,
                   struct floor_child *child)
{
    floor_start(&child->member.task, end_at_once);
    child->parts = NULL;
    child->parent = parent;
    floor_list_append(&parent->all, &child->member.link);
    floor_push(queue, &child->member.task);
}

static void create_and_join(struct floor_queue *queue, struct floor_task *task,
                            struct floor_frame *frame)
{
    struct floor_parent *const self = (struct floor_parent *)(void *)task;
    switch (frame->state) {
        for (;;) {
        case 0:
            for (size_t i = 0; i < self->n; i++) {
                create(queue, self, &self->children[i]);
                if (self->parts)
                    self->parts[i] = (struct floor_part){NULL, self, &self->children[i]};
            }
            for (size_t i = 0; self->parts && i < self->n; i++)
                self->parts[i].child->parts = &self->parts[i];
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

static void *floor_gathering_prepare(size_t n)
{
    struct floor_nursery *const nursery = floor_nursery_prepare(n);
    nursery->parent.parts = bench_allocate(n * sizeof nursery->parent.parts[0]);
    return nursery;
}

static void floor_nursery_dispose(void *state)
{
    free(((struct floor_nursery *)state)->parent.parts);
    free(state);
}

static const size_t sizes[] = {1000, 100000, 0};

const struct bench_workload bench_gather = {
    .name = "gather",
    .what = "a task that is created, returns at once and is gathered with n - 1 others",
    .sizes = sizes,
    .weft = {gathering_prepare, bench_stage_arm, bench_stage_run, bench_stage_check,
             gathering_dispose},
    .floor = {floor_gathering_prepare, floor_stage_arm, floor_stage_run, floor_stage_check,
              floor_nursery_dispose},
};

const struct bench_workload bench_group = {
    .name = "group",
    .what = "a task that is created in a group of n and returns at once",
    .sizes = sizes,
    .weft = {nursery_prepare, bench_stage_arm, bench_stage_run, bench_stage_check,
             bench_stage_dispose},
    .floor = {floor_nursery_prepare, floor_stage_arm, floor_stage_run, floor_stage_check,
              floor_nursery_dispose},
};
