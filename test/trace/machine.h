/* What a running trace program consists of: its objects, its tasks, and its trace. */
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
    int line;          /* of the statement that it is in */
    const char *value; /* what it returned */
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
    size_t value;              /* a semaphore's, to begin with */
    size_t acquired, released; /* how often */
    size_t put, got, done;     /* a queue's items, how many, */
    long long sum;             /* and what they add up to that are in it */
    union {
        WEFT_FUTURE(const char *) future;
        weft_lock lock;
        weft_semaphore semaphore; /* bounded or not */
        weft_condition condition;
        weft_event event;
        weft_barrier barrier;
        struct {
            WEFT_QUEUE_OVER(long) queue;
            WEFT_UNBOUNDED_QUEUE(struct item, node) unbounded; /* if the queue has no room */
        };
    };
};

/* What a statement's X names: a task, or an object that is a future. */
struct reference {
    weft_future *future;
    const char **result;
    struct object *object; /* NULL: it is a task */
};

/* Who looks on: how the program is run until one has ended, and what is done when all is over. */
struct watcher {
    const weft_error *(*run)(struct watcher *watcher, struct machine *machine, weft_future *until);
    void (*end)(struct watcher *watcher, struct machine *machine);
};

struct machine {
    const struct program *program;
    struct watcher *watcher; /* NULL: nobody */
    bool dumps;              /* all tasks, with each line of the trace; under a watchdog */
    FILE *out;
    weft_loop loop;
    weft_virtual backend;
    struct object *objects;
    struct instance *instances, **last; /* in the order of creation */
    struct memory *memory;
    size_t steps;      /* that it may still make */
    weft_future never; /* what those who are out of steps wait for */
};

extern const weft_error user_error; /* the kind of the CODEs */

/* Zeroed memory that lives as long as the machine, or until it is freed. */
void *machine_alloc(struct machine *machine, size_t size);
void machine_free_early(struct machine *machine, void *bytes);
const char *machine_text(struct machine *machine, const char *format, ...);
void machine_free(struct machine *machine);

void machine_make_objects(struct machine *machine);

/* What `name` is; `invalid` if it is nothing yet. */
const weft_error *machine_find(struct machine *machine, const char *name, struct reference *found);
struct object *machine_object(struct machine *machine, const char *name);

/* A new instance of the template, with its final label; not yet found by it. */
struct instance *machine_new_instance(struct machine *machine, const char *template_name,
                                      const char *label);
void machine_add_instance(struct machine *machine, struct instance *instance);

/* Frees what a statement or a task ran in, unless `error`, with which it ended, lives there: a
 * group's does. What is still linked to it then is a use of memory that was freed. */
void machine_free_frame(struct machine *machine, void *frame, const weft_error *error);

/* The error CODE; and how an error is written. */
const weft_error *machine_error(struct machine *machine, const char *code);
const char *error_name(struct machine *machine, const weft_error *error);

/* A line of the trace. `value` may be NULL. */
void emit(struct machine *machine, const char *label, int line, const char *what,
          const char *value);

#endif
