/* How statements are run. */
#ifndef INTERPRETER_STATEMENTS_H
#define INTERPRETER_STATEMENTS_H

#include "trace/machine.h"

/* How a statement or a block ended, other than by an error. */
struct outcome {
    const char *value; /* what it gives, or NULL */
    bool returned;     /* it leaves the coroutine, with `value` */
};

/* Runs the statements of a block, one after the other, and traces how each ends. */
struct run_block {
    weft_frame frame;
    struct instance *me;
    const struct statement *at;
    weft_group *group; /* the innermost one around, or NULL */
    struct outcome outcome;
    int outer; /* the line of the statement around */
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
    bool held; /* the condition's lock */
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

/* The queue that an object is, whatever its items. */
const weft_queue_ *engine_of(const struct object *object);

/* Items come and go. */
void count_put(struct object *object, long value);
void count_got(struct object *object, long value);

/* Whether a release of it would succeed. */
bool may_release(const struct object *object);

/* A statement that does not wait. */
const weft_error *do_now(struct instance *me, const struct statement *at, weft_group *group,
                         struct outcome *outcome);

WEFT_DECLARE(run_task);

#endif
