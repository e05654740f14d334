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

typedef WEFT_GATHER_OVER gather_of_program;
typedef WEFT_WAIT_SET_OVER set_of_program;

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
    gather_of_program gather;
    set_of_program set;
};

WEFT_DECLARE(run_wait);

/* Returns the queue's engine, for any type of items. */
const weft_queue_ *engine_of(const struct object *object);

/* Count items that are put and got, and their sum. */
void count_put(struct object *object, long value);
void count_got(struct object *object, long value);

/* Returns true if a release would succeed. */
bool may_release(const struct object *object);

/* Counts a step. Returns false when none is left: the task waits for ever. */
bool take_step(struct machine *machine);

/* Adds the Xs of a `gather` or `wait` to `gather` or `set`. *parts is a new array for them. */
const weft_error *add_parts(struct instance *me, const struct statement *at,
                            gather_of_program *gather, set_of_program *set, weft_part **parts);

/* Returns true for a `gather collect`. */
bool collects(const struct statement *at);

/* Returns the limit of a `wait`. */
weft_time limit_of(const struct statement *at);

/* Returns the value of a `gather` or `wait` that has ended. */
const char *value_of_parts(struct machine *machine, const struct statement *at);

/* Returns the clause of a `try` that `error` goes to, or its finally; NULL: there is none. */
const struct block *find_catch(struct machine *machine, const struct block *part,
                               const weft_error *error);
const struct block *find_finally(const struct block *part);

/* Runs a statement that does not wait. */
const weft_error *do_now(struct instance *me, const struct statement *at, weft_group *group,
                         struct outcome *outcome);

WEFT_DECLARE(run_task);

/* Runs a program whose tasks are started in another way. */
void interpret_started(const struct program *program, FILE *out, start_function *start, bool dumps);

#endif
