/* SPDX-License-Identifier: MIT */
/* The state of a running trace program: its objects, its tasks and its trace. */
#ifndef INTERPRETER_MACHINE_H
#define INTERPRETER_MACHINE_H

#include <stdio.h>
#include <weft.h>

#include "trace/program.h"

struct machine;
struct instance;
struct run_block;

/* The coroutine of every task. */
struct run_task {
    weft_frame frame;
    struct instance *me;
    struct run_block *body;
    const weft_error *error;
};

typedef WEFT_TASK(run_task) task_of_program;

/* A task of the program, by its label. */
struct instance {
    struct instance *next;
    struct machine *machine;
    const char *label;
    const struct block *body;
    int line;          /* number of its current statement's line */
    const char *value; /* the value that it returned */
    task_of_program task;
};

/* An item of a queue without a bound. */
struct item {
    weft_queue_node node;
    long value;
};

/* A shared object, by its name. */
struct object {
    struct object *next;
    const char *name;
    enum object_kind kind;
    size_t value;              /* of a semaphore: its initial value */
    size_t acquired, released; /* how many times */
    size_t put, got, done;     /* of a queue: how many items */
    long long sum;             /* of a queue: the sum of the items in it */
    union {
        WEFT_FUTURE(const char *) future;
        weft_lock lock;
        weft_semaphore semaphore; /* bounded or not */
        weft_condition condition;
        weft_event event;
        weft_barrier barrier;
        struct {
            WEFT_QUEUE_OVER(long) queue;
            WEFT_UNBOUNDED_QUEUE(struct item, node) unbounded; /* of a queue without a bound */
        };
    };
};

/* What the X of a statement names: a task, or a future. */
struct reference {
    weft_future *future;
    const char **result;
    struct object *object; /* NULL: a task */
};

/* An observer of the run. It runs the loop until a task has ended, and acts when the program has
 * ended. */
struct seen;
struct watcher {
    const weft_error *(*run)(struct watcher *watcher, struct machine *machine, weft_future *until);
    void (*end)(struct watcher *watcher, struct machine *machine);
};

/* Starts the task of an instance in a group, or in the loop if `group` is NULL. Returns the error
 * of a group that refuses the task. */
typedef const weft_error *start_function(struct machine *machine, weft_group *group,
                                         struct instance *instance);

struct machine {
    const struct program *program;
    start_function *start;   /* NULL: a task runs the coroutine run_task */
    struct watcher *watcher; /* may be NULL */
    struct seen *seen;       /* checks the events of the loop; may be NULL */
    bool dumps;              /* dump all tasks at each line of the trace, under a watchdog */
    FILE *out;
    weft_loop loop;
    weft_virtual backend;
    struct object *objects;
    struct instance *instances, **last; /* in the order of creation */
    struct memory *memory;
    size_t steps;      /* steps left */
    weft_future never; /* awaited by tasks when no step is left */
};

extern const weft_error user_error; /* the kind of all CODEs */

/* Returns zeroed memory. It lives until machine_free_early, or as long as the machine. */
void *machine_alloc(struct machine *machine, size_t size);
void machine_free_early(struct machine *machine, void *bytes);
const char *machine_text(struct machine *machine, const char *format, ...);
void machine_free(struct machine *machine);

void machine_make_objects(struct machine *machine);

/* Finds the task or object `name`. Returns `invalid` if the name has no meaning yet. */
const weft_error *machine_find(struct machine *machine, const char *name, struct reference *found);
struct object *machine_object(struct machine *machine, const char *name);

/* Returns a new instance of the template, with its final label. The label does not find the
 * instance yet. */
struct instance *machine_new_instance(struct machine *machine, const char *template_name,
                                      const char *label);
void machine_add_instance(struct machine *machine, struct instance *instance);

/* Calls machine->start. */
start_function machine_start;

/* Frees the frame of a statement or task, unless `error`, with which it ended, lives in the
 * frame. (The error of a group does.) A link into a freed frame is a use after free. */
void machine_free_frame(struct machine *machine, void *frame, const weft_error *error);

/* machine_error returns the error CODE. error_name returns the name of an error in a trace. */
const weft_error *machine_error(struct machine *machine, const char *code);
const char *error_name(struct machine *machine, const weft_error *error);

/* Writes a line of the trace. `value` may be NULL. */
void emit(struct machine *machine, const char *label, int line, const char *what,
          const char *value);

#endif
