/* SPDX-License-Identifier: MIT */
/* How the interpreter runs statements. */
#ifndef INTERPRETER_STATEMENTS_H
#define INTERPRETER_STATEMENTS_H

#include "trace/machine.h"

/* How a statement or block ended, unless by an error. */
struct outcome {
    const char *value; /* the statement's value, or NULL */
    bool returned;     /* the coroutine returns `value` */
};

/* Runs the statements of a block in order, and traces how each ends. */
struct run_block {
    weft_frame frame;
    struct instance *me;
    const struct statement *at;
    weft_group *group; /* the innermost group around the block, or NULL */
    struct outcome outcome;
    int outer; /* line of the statement around the block */
    struct run_statement *inner;
    const weft_error *error;
};

WEFT_DECLARE(run_block);

/* A statement that waits. */
struct run_wait {
    weft_frame frame;
    struct instance *me;
    const struct statement *at;
    const char *value;
    struct object *object;
    bool held; /* the condition's lock is held */
    weft_exit left;
    struct reference x;
    long item;
    struct item *node;
    struct weft_barrier_wait barrier;
    weft_shield shield;
    weft_timeout limit;
    weft_part *parts; /* one for each X */
    WEFT_GATHER_OVER gather;
    WEFT_WAIT_SET_OVER set;
};

WEFT_DECLARE(run_wait);

/* Returns the queue's engine, for any type of items. */
const weft_queue_ *engine_of(const struct object *object);

/* Count items that are put and got, and their sum. */
void count_put(struct object *object, long value);
void count_got(struct object *object, long value);

/* Returns true if a release would succeed. */
bool may_release(const struct object *object);

/* Runs a statement that does not wait. */
const weft_error *do_now(struct instance *me, const struct statement *at, weft_group *group,
                         struct outcome *outcome);

WEFT_DECLARE(run_task);

#endif
