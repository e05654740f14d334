#include "interpreter/interpreter.h"

#include <stdlib.h>
#include <string.h>

#include "interpreter/machine.h"

WEFT_FORWARD(run_task);
WEFT_FORWARD(run_statement);

/* How a statement or a block ended, other than by an error. */
struct outcome {
    const char *value; /* what it gives, or NULL */
    bool returned;     /* it leaves the coroutine, with `value` */
};

/* ---- Statements that do not wait ---- */

struct on_done {
    weft_handle handle;
    struct machine *machine;
    const char *word;
    int line;
};

static void print_callback(weft_loop *loop, weft_handle *handle)
{
    (void)loop;
    const struct on_done *const on_done = WEFT_HANDLE_OWNER(handle, struct on_done, handle);
    emit(on_done->machine, "-", on_done->line, "callback", on_done->word);
}

static const weft_error *add_on_done(struct machine *machine, const struct statement *at,
                                     struct reference x)
{
    struct on_done *const on_done = machine_alloc(machine, sizeof(*on_done));
    on_done->machine = machine;
    on_done->word = at->words[2];
    on_done->line = at->line;
    return weft_add_done_callback(x.future, &on_done->handle, print_callback);
}

static const char *state_of(struct reference x)
{
    const weft_error *const error = weft_error_of(x.future);
    return !weft_done(x.future) ? "pending" : error ? error_name(error) : *x.result;
}

static void spawn(struct machine *machine, char **words)
{
    struct instance *const instance = machine_new_instance(machine, words[1], words[3]);
    weft_loop_create_task(&machine->loop, run_task, &instance->task, .me = instance);
    machine_add_instance(machine, instance);
}

/* A task's result is its own to give. */
static const weft_error *set_result(struct object *object, const char *word)
{
    return object ? weft_set_result(&object->future, word) : &weft_invalid_state_error;
}

/* Statements about an X that exists. */
static const weft_error *do_with(struct machine *machine, const struct statement *at,
                                 struct reference x, struct outcome *outcome)
{
    switch (at->op) {
    case OP_CANCEL:
        outcome->value = weft_cancel(x.future) ? "yes" : "no";
        return NULL;
    case OP_STATE:
        outcome->value = state_of(x);
        return NULL;
    case OP_ON_DONE:
        return add_on_done(machine, at, x);
    case OP_SET_RESULT:
        return set_result(machine_object(machine, at->words[1]), at->words[2]);
    default:
        return weft_set_error(x.future, machine_error(machine, at->words[2]));
    }
}

static const weft_error *release(struct object *object)
{
    return object->kind == OBJECT_LOCK ? weft_lock_release(&object->lock)
                                       : weft_semaphore_release(&object->semaphore);
}

static bool locked(const struct object *object)
{
    return object->kind == OBJECT_LOCK ? weft_lock_locked(&object->lock)
                                       : weft_semaphore_locked(&object->semaphore);
}

/* Statements about a lock, a semaphore or an event. */
static const weft_error *do_to_object(struct object *object, enum op op, struct outcome *outcome)
{
    if (op == OP_RELEASE)
        return release(object);
    if (op == OP_LOCKED)
        outcome->value = locked(object) ? "yes" : "no";
    else if (op == OP_SET)
        weft_event_set(&object->event);
    else
        weft_event_clear(&object->event);
    return NULL;
}

static const weft_error *do_now(struct machine *machine, const struct statement *at,
                                struct outcome *outcome)
{
    struct reference x;
    const weft_error *unknown;
    switch (at->op) {
    case OP_RAISE:
        return machine_error(machine, at->words[1]);
    case OP_SPAWN:
        spawn(machine, at->words);
        return NULL;
    case OP_LOG:
    case OP_RETURN:
        outcome->value = at->words[1];
        outcome->returned = at->op == OP_RETURN;
        return NULL;
    case OP_RELEASE:
    case OP_LOCKED:
    case OP_SET:
    case OP_CLEAR:
        return do_to_object(machine_object(machine, at->words[1]), at->op, outcome);
    default:
        unknown = machine_find(machine, at->words[1], &x);
        return unknown ? unknown : do_with(machine, at, x, outcome);
    }
}

/* ---- Statements that wait ---- */

/* Runs the statements of a block, one after the other, and traces how each ends. */
struct run_block {
    weft_frame frame;
    struct instance *me;
    const struct statement *at;
    struct outcome outcome;
    int outer; /* the line of the statement around */
    struct run_statement *inner;
    const weft_error *error;
};

struct run_statement {
    weft_frame frame;
    struct instance *me;
    const struct statement *at;
    struct outcome outcome;
    struct reference x;
    struct run_block block;
    struct run_try *attempt;
    struct object *object;
    int i;
};

struct run_try {
    weft_frame frame;
    struct instance *me;
    const struct block *parts, *handler;
    struct outcome outcome;
    struct run_block block, last;
    const weft_error *error;
    weft_exit left;
};

WEFT_ASYNC(run_block)
{
    self->outer = self->me->line;
    self->inner = machine_alloc(self->me->machine, sizeof(*self->inner));
    for (; self->at && !self->outcome.returned; self->at = self->at->next) {
        self->me->line = self->at->line;
        weft_try {
            weft_call(run_statement, self->inner, .me = self->me, .at = self->at);
        }
        weft_catch(&weft_base_error, self->error) {
            self->me->line = self->outer;
            emit(self->me->machine, self->me->label, self->at->line, "err",
                 error_name(self->error));
            weft_raise(self->error);
        }
        weft_end;
        self->me->line = self->outer;
        self->outcome = self->inner->outcome;
        if (!self->outcome.returned)
            emit(self->me->machine, self->me->label, self->at->line, "ok", self->outcome.value);
    }
    if (!self->outcome.returned)
        self->outcome.value = NULL;
}
WEFT_ASYNC_END

/* The part of a `try` that `error` goes to, or NULL. */
static const struct block *find_catch(const struct block *part, const weft_error *error)
{
    for (; part; part = part->next) {
        if (strcmp(part->words[0], "catch"))
            continue;
        const char *const kind = part->words[1];
        if (!strcmp(kind, error_name(error)) ||
            (!strcmp(kind, "any") && weft_error_is(error, &weft_any_error)))
            break;
    }
    return part;
}

static const struct block *find_finally(const struct block *part)
{
    while (part && strcmp(part->words[0], "finally"))
        part = part->next;
    return part;
}

WEFT_ASYNC(run_try)
{
    weft_try {
        weft_call(run_block, &self->block, .me = self->me, .at = self->parts->statements);
        self->outcome = self->block.outcome;
    }
    weft_catch(&weft_base_error, self->error) {
        self->handler = find_catch(self->parts, self->error);
        if (!self->handler)
            weft_raise(self->error);
        weft_call(run_block, &self->block, .me = self->me, .at = self->handler->statements);
        self->outcome = self->block.outcome;
    }
    weft_finally(&self->left) {
        self->handler = find_finally(self->parts);
        if (self->handler)
            weft_call(run_block, &self->last, .me = self->me, .at = self->handler->statements);
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(run_statement)
{
    if (self->at->op == OP_SLEEP) {
        weft_sleep(WEFT_MS(atoi(self->at->words[1])));
    } else if (self->at->op == OP_CALL) {
        weft_call(
            run_block, &self->block, .me = self->me,
            .at = program_task(self->me->machine->program, self->at->words[1])->body->statements);
        self->outcome.value = self->block.outcome.value;
    } else if (self->at->op == OP_AWAIT) {
        weft_check(machine_find(self->me->machine, self->at->words[1], &self->x));
        weft_await(self->x.future);
        self->outcome.value = *self->x.result;
    } else if (self->at->op == OP_REPEAT) {
        for (; self->i < atoi(self->at->blocks->words[1]); self->i++) {
            weft_call(run_block, &self->block, .me = self->me, .at = self->at->blocks->statements);
            self->outcome = self->block.outcome;
            if (self->outcome.returned)
                break;
        }
    } else if (self->at->op == OP_ACQUIRE) {
        self->object = machine_object(self->me->machine, self->at->words[1]);
        if (self->object->kind == OBJECT_LOCK)
            weft_lock_acquire(&self->object->lock);
        else
            weft_semaphore_acquire(&self->object->semaphore);
    } else if (self->at->op == OP_WITH) {
        self->object = machine_object(self->me->machine, self->at->blocks->words[1]);
        if (self->object->kind == OBJECT_LOCK) {
            weft_with_lock(&self->object->lock) {
                weft_call(run_block, &self->block, .me = self->me,
                          .at = self->at->blocks->statements);
            }
            weft_end;
        } else {
            weft_with_semaphore(&self->object->semaphore) {
                weft_call(run_block, &self->block, .me = self->me,
                          .at = self->at->blocks->statements);
            }
            weft_end;
        }
        self->outcome = self->block.outcome;
    } else if (self->at->op == OP_WAIT_EVENT) {
        self->object = machine_object(self->me->machine, self->at->words[1]);
        weft_event_wait(&self->object->event);
    } else if (self->at->op == OP_TRY) {
        self->attempt = machine_alloc(self->me->machine, sizeof(*self->attempt));
        weft_call(run_try, self->attempt, .me = self->me, .parts = self->at->blocks);
        self->outcome = self->attempt->outcome;
    } else {
        weft_check(do_now(self->me->machine, self->at, &self->outcome));
    }
}
WEFT_ASYNC_END

/* ---- Tasks ---- */

WEFT_ASYNC(run_task)
{
    self->body = machine_alloc(self->me->machine, sizeof(*self->body));
    weft_try {
        weft_call(run_block, self->body, .me = self->me, .at = self->me->body->statements);
    }
    weft_catch(&weft_base_error, self->error) {
        emit(self->me->machine, self->me->label, 0, "end err", error_name(self->error));
        weft_raise(self->error);
    }
    weft_end;
    if (self->body->outcome.returned)
        self->me->value = self->body->outcome.value;
    emit(self->me->machine, self->me->label, 0, "end ok", self->me->value);
}
WEFT_ASYNC_END

/* ---- The whole program ---- */

/* Awaits those that main left behind. */
struct drain {
    weft_frame frame;
    struct instance **left;
    size_t count, i;
    weft_gather gather;
    weft_gather_part *parts;
};

WEFT_ASYNC(drain)
{
    for (; self->i < self->count; self->i++)
        weft_check(weft_gather_add_in(&self->gather, self->parts, self->count,
                                      &self->left[self->i]->task));
    weft_gather_collect(self);
}
WEFT_ASYNC_END

typedef WEFT_TASK(drain) drain_task;

/* Cancels what main left behind, and awaits it in a task of its own. */
static const weft_error *run_rest(struct machine *machine)
{
    struct instance **left;
    size_t count = 0;
    for (struct instance *instance = machine->instances; instance; instance = instance->next)
        count += !weft_done(&instance->task);
    if (!count)
        return NULL;
    left = machine_alloc(machine, count * sizeof(struct instance *));
    count = 0;
    for (struct instance *instance = machine->instances; instance; instance = instance->next)
        if (weft_cancel(&instance->task))
            left[count++] = instance;
    drain_task *const task = machine_alloc(machine, sizeof(*task));
    weft_loop_create_task(&machine->loop, drain, task, .left = left, .count = count,
                          .parts = machine_alloc(machine, count * sizeof(weft_gather_part)));
    return weft_run_until_complete(&machine->loop, task);
}

static void print_deadlock(struct machine *machine)
{
    fprintf(machine->out, "deadlock ");
    const char *separator = "";
    for (struct instance *instance = machine->instances; instance; instance = instance->next) {
        if (weft_done(&instance->task))
            continue;
        fprintf(machine->out, "%s%s:%d", separator, instance->label, instance->line);
        separator = " ";
    }
    fprintf(machine->out, "\n");
}

void interpret(const struct program *program, FILE *out)
{
    struct machine machine = {.program = program, .out = out};
    machine.last = &machine.instances;
    weft_virtual_init(&machine.port);
    weft_loop_init(&machine.loop, &machine.port.port);
    machine_make_objects(&machine);
    spawn(&machine, (char *[]){"spawn", "main", "as", "main"});
    const weft_error *error = weft_run_until_complete(&machine.loop, &machine.instances->task);
    if (error != &weft_deadlock_error)
        error = run_rest(&machine);
    if (error == &weft_deadlock_error)
        print_deadlock(&machine);
    else
        fprintf(out, "done\n");
    weft_loop_close(&machine.loop);
    machine_free(&machine);
}
