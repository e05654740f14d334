/* SPDX-License-Identifier: MIT */
/* Statements that wait. */
#include <string.h>

#include "trace/statements.h"

/* ---- Statements with several names ---- */

/* Returns the index of the first word that names an awaitable. */
static int first_x(const struct statement *at)
{
    return at->op == OP_WAIT ? 3 : strcmp(at->words[1], "collect") ? 1 : 2;
}

bool collects(const struct statement *at)
{
    return !strcmp(at->words[1], "collect");
}

const weft_error *add_parts(struct instance *me, const struct statement *at,
                            gather_of_program *gather, set_of_program *set, weft_part **parts)
{
    struct machine *const machine = me->machine;
    const int first = first_x(at), count = at->count - first;
    const weft_error *error = NULL;
    *parts = machine_alloc(machine, (size_t)count * sizeof(weft_part));
    for (int i = first; i < at->count && !error; i++) {
        struct reference x;
        error = machine_find(machine, at->words[i], &x);
        if (!error && at->op == OP_GATHER)
            error = weft_gather_add_in(gather, *parts, (size_t)count, x.future);
        else if (!error)
            error = weft_wait_add_in(set, *parts, (size_t)count, x.future);
    }
    return error;
}

static const weft_error *add_all(struct run_wait *self)
{
    return add_parts(self->me, self->at, &self->gather, &self->set, &self->parts);
}

/* Returns the results of a gather as text, or the names of the awaitables of a wait that have
 * ended. */
const char *value_of_parts(struct machine *machine, const struct statement *at)
{
    const bool is_wait = at->op == OP_WAIT;
    const char *text = is_wait ? "{" : "[", *separator = "";
    for (int i = first_x(at); i < at->count; i++) {
        struct reference x;
        machine_find(machine, at->words[i], &x);
        if (!weft_done(x.future))
            continue;
        const weft_error *const error = weft_error_of(x.future);
        const char *const word = is_wait ? at->words[i]
                                 : error ? error_name(machine, error)
                                         : *x.result;
        text = machine_text(machine, "%s%s%s", text, separator, word);
        separator = ",";
    }
    return machine_text(machine, "%s%s", text, is_wait ? "}" : "]");
}

weft_time limit_of(const struct statement *at)
{
    return strcmp(at->words[2], "-") ? WEFT_MS(number_of(at->words[2])) : WEFT_FOREVER;
}

WEFT_ASYNC_EXTERN(run_wait)
{
    self->object = machine_object(self->me->machine, self->at->words[1]);
    if (self->at->op == OP_SLEEP) {
        weft_sleep(WEFT_MS(number_of(self->at->words[1])));
    } else if (self->at->op == OP_AWAIT) {
        weft_check(machine_find(self->me->machine, self->at->words[1], &self->x));
        weft_await(self->x.future);
        self->value = *self->x.result;
    } else if (self->at->op == OP_ACQUIRE) {
        if (self->object->kind == OBJECT_LOCK)
            weft_lock_acquire(&self->object->lock);
        else if (self->object->kind == OBJECT_CONDITION)
            weft_condition_acquire(&self->object->condition);
        else
            weft_semaphore_acquire(&self->object->semaphore);
        self->object->acquired++;
    } else if (self->at->op == OP_WAIT_EVENT) {
        weft_event_wait(&self->object->event);
    } else if (self->at->op == OP_WAIT_CONDITION) {
        self->held = weft_condition_locked(&self->object->condition);
        self->object->released += self->held;
        weft_try {
            weft_condition_wait(&self->object->condition);
        }
        weft_finally(&self->left) {
            self->object->acquired += self->held;
        }
        weft_end;
    } else if (self->at->op == OP_WAIT_BARRIER) {
        weft_barrier_wait(&self->object->barrier, &self->barrier);
    } else if (self->at->op == OP_RESET) {
        weft_barrier_reset(&self->object->barrier);
    } else if (self->at->op == OP_ABORT) {
        weft_barrier_abort(&self->object->barrier);
    } else if (self->at->op == OP_PUT) {
        if (self->object->queue.queue.room) {
            weft_queue_put(&self->object->queue, item_of(self->at->words[2]));
        } else {
            self->node = machine_alloc(self->me->machine, sizeof(*self->node));
            self->node->value = item_of(self->at->words[2]);
            weft_queue_put_item(&self->object->unbounded, self->node);
        }
        count_put(self->object, item_of(self->at->words[2]));
    } else if (self->at->op == OP_GET) {
        if (self->object->queue.queue.room) {
            weft_queue_get(&self->object->queue, &self->item);
        } else {
            weft_queue_get_item(&self->object->unbounded, &self->node);
            self->item = self->node->value;
        }
        count_got(self->object, self->item);
        self->value = machine_text(self->me->machine, "%ld", self->item);
    } else if (self->at->op == OP_JOIN) {
        if (self->object->queue.queue.room)
            weft_queue_join(&self->object->queue);
        else
            weft_queue_join(&self->object->unbounded);
    } else if (self->at->op == OP_SHIELD) {
        weft_check(machine_find(self->me->machine, self->at->words[1], &self->x));
        weft_await_shielded(&self->shield, self->x.future);
        self->value = *self->x.result;
    } else if (self->at->op == OP_WAIT_FOR) {
        weft_check(machine_find(self->me->machine, self->at->words[2], &self->x));
        weft_wait_for(&self->limit, self->x.future, WEFT_MS(number_of(self->at->words[1])));
        self->value = *self->x.result;
    } else if (self->at->op == OP_GATHER) {
        weft_check(add_all(self));
        if (collects(self->at))
            weft_gather_collect(&self->gather);
        else
            weft_gather_all(&self->gather);
        self->value = value_of_parts(self->me->machine, self->at);
    } else {
        weft_check(add_all(self));
        if (!strcmp(self->at->words[1], "first"))
            weft_wait_first(&self->set, limit_of(self->at));
        else if (!strcmp(self->at->words[1], "error"))
            weft_wait_first_error(&self->set, limit_of(self->at));
        else
            weft_wait_all(&self->set, limit_of(self->at));
        self->value = value_of_parts(self->me->machine, self->at);
    }
}
WEFT_ASYNC_END
