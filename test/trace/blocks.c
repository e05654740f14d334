/* SPDX-License-Identifier: MIT */
/* Statements that contain other statements. */
#include <string.h>

#include "trace/statements.h"

struct run_statement {
    weft_frame frame;
    struct instance *me;
    const struct statement *at;
    weft_group *group;
    struct outcome outcome;
    struct run_wait wait;
    struct run_block block;
    struct run_try *attempt;
    struct object *object;
    weft_timeout limit;
    weft_group own;
    weft_exit left;
    long long i;
};

struct run_try {
    weft_frame frame;
    struct instance *me;
    const struct block *parts, *handler;
    weft_group *group;
    struct outcome outcome;
    struct run_block block, last;
    const weft_error *error;
    weft_exit left;
};

WEFT_FORWARD(run_statement);

bool take_step(struct machine *machine)
{
    if (machine->steps == 0)
        weft_stop(&machine->loop);
    return machine->steps && machine->steps--;
}

/* Frees the frame of a statement; each statement has its own. */
static void free_statement(struct run_block *self, const weft_error *error)
{
    struct machine *const machine = self->me->machine;
    machine_free_frame(machine, self->inner->attempt, error);
    machine_free_frame(machine, self->inner->wait.parts, error);
    machine_free_frame(machine, self->inner, error);
}

WEFT_ASYNC_EXTERN(run_block)
{
    self->outer = self->me->line;
    if (!take_step(self->me->machine))
        weft_await(&self->me->machine->never);
    for (; self->at && !self->outcome.returned; self->at = self->at->next) {
        self->me->line = self->at->line;
        self->inner = machine_alloc(self->me->machine, sizeof(*self->inner));
        weft_try {
            weft_call(run_statement, self->inner, .me = self->me, .at = self->at,
                      .group = self->group);
        }
        weft_catch(&weft_base_error, self->error) {
            self->me->line = self->outer;
            emit(self->me->machine, self->me->label, self->at->line, "err",
                 error_name(self->me->machine, self->error));
            free_statement(self, self->error);
            weft_raise(self->error);
        }
        weft_end;
        self->me->line = self->outer;
        self->outcome = self->inner->outcome;
        free_statement(self, NULL);
        if (!self->outcome.returned)
            emit(self->me->machine, self->me->label, self->at->line, "ok", self->outcome.value);
    }
    if (!self->outcome.returned)
        self->outcome.value = NULL;
}
WEFT_ASYNC_END

/* ---- try ---- */

static bool catches(struct machine *machine, const char *kind, const weft_error *error)
{
    return !strcmp(kind, error_name(machine, error)) ||
           (!strcmp(kind, "any") && weft_error_is(error, &weft_any_error)) ||
           (!strcmp(kind, "group") && weft_error_is(error, &weft_group_error));
}

const struct block *find_catch(struct machine *machine, const struct block *part,
                               const weft_error *error)
{
    while (part && (strcmp(part->words[0], "catch") || !catches(machine, part->words[1], error)))
        part = part->next;
    return part;
}

const struct block *find_finally(const struct block *part)
{
    while (part && strcmp(part->words[0], "finally"))
        part = part->next;
    return part;
}

WEFT_ASYNC_BODY(run_try)
{
    weft_try {
        weft_call(run_block, &self->block, .me = self->me, .at = self->parts->statements,
                  .group = self->group);
        self->outcome = self->block.outcome;
    }
    weft_catch(&weft_base_error, self->error) {
        self->handler = find_catch(self->me->machine, self->parts, self->error);
        if (!self->handler)
            weft_raise(self->error);
        weft_call(run_block, &self->block, .me = self->me, .at = self->handler->statements,
                  .group = self->group);
        self->outcome = self->block.outcome;
    }
    weft_finally(&self->left) {
        self->handler = find_finally(self->parts);
        if (self->handler)
            weft_call(run_block, &self->last, .me = self->me, .at = self->handler->statements,
                      .group = self->group);
    }
    weft_end;
}
WEFT_ASYNC_END

/* ---- Other blocks ---- */

static const struct statement *called(const struct run_statement *self)
{
    return program_task(self->me->machine->program, self->at->words[1])->body->statements;
}

static void take(struct object *object)
{
    object->acquired++;
}

/* Counts a release, right before the release, since it may fail. */
static void give(struct object *object)
{
    object->released += may_release(object);
}

/* Runs a statement's body inside of the block of its object. */
#define RUN_HOLDING(object)                                                                        \
    take(object);                                                                                  \
    weft_try {                                                                                     \
        RUN_BODY(self->group);                                                                     \
    }                                                                                              \
    weft_finally(&self->left) {                                                                    \
        give(object);                                                                              \
    }                                                                                              \
    weft_end
#define RUN_BODY(around)                                                                           \
    weft_call(run_block, &self->block, .me = self->me, .at = self->at->blocks->statements,         \
              .group = (around))

WEFT_ASYNC_BODY(run_statement)
{
    if (self->at->op < OP_SLEEP) {
        weft_check(do_now(self->me, self->at, self->group, &self->outcome));
    } else if (self->at->op < OP_CALL) {
        weft_call(run_wait, &self->wait, .me = self->me, .at = self->at);
        self->outcome.value = self->wait.value;
    } else if (self->at->op == OP_CALL) {
        weft_call(run_block, &self->block, .me = self->me, .at = called(self),
                  .group = self->group);
        self->outcome.value = self->block.outcome.value;
    } else if (self->at->op == OP_REPEAT) {
        for (; self->i < number_of(self->at->blocks->words[1]); self->i++) {
            RUN_BODY(self->group);
            self->outcome = self->block.outcome;
            if (self->outcome.returned)
                break;
        }
    } else if (self->at->op == OP_TRY) {
        self->attempt = machine_alloc(self->me->machine, sizeof(*self->attempt));
        weft_call(run_try, self->attempt, .me = self->me, .parts = self->at->blocks,
                  .group = self->group);
        self->outcome = self->attempt->outcome;
    } else {
        if (self->at->op == OP_TIMEOUT) {
            weft_with_timeout(&self->limit, WEFT_MS(number_of(self->at->blocks->words[1]))) {
                RUN_BODY(self->group);
            }
            weft_end;
        } else if (self->at->op == OP_GROUP) {
            weft_with_group(&self->own) {
                RUN_BODY(&self->own);
            }
            weft_end;
        } else {
            self->object = machine_object(self->me->machine, self->at->blocks->words[1]);
            if (self->object->kind == OBJECT_LOCK) {
                weft_with_lock(&self->object->lock) {
                    RUN_HOLDING(self->object);
                }
                weft_end;
            } else if (self->object->kind == OBJECT_CONDITION) {
                weft_with_condition(&self->object->condition) {
                    RUN_HOLDING(self->object);
                }
                weft_end;
            } else {
                weft_with_semaphore(&self->object->semaphore) {
                    RUN_HOLDING(self->object);
                }
                weft_end;
            }
        }
        self->outcome = self->block.outcome;
    }
}
WEFT_ASYNC_END
