/* SPDX-License-Identifier: MIT */
/* Statements that do not wait. */
#include <stdlib.h>

#include "trace/statements.h"

/* ---- Tasks ---- */

static void spawn(struct machine *machine, char **words)
{
    struct instance *const instance = machine_new_instance(machine, words[1], words[3]);
    (void)machine_start(machine, NULL, instance);
    machine_add_instance(machine, instance);
}

static const weft_error *group_spawn(struct machine *machine, weft_group *group, char **words)
{
    struct instance *const instance = machine_new_instance(machine, words[1], words[3]);
    if (!group)
        return &weft_invalid_state_error;
    const weft_error *const refused = machine_start(machine, group, instance);
    if (!refused)
        machine_add_instance(machine, instance);
    return refused;
}

/* ---- What a name stands for ---- */

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

static const char *state_of(struct machine *machine, struct reference x)
{
    const weft_error *const error = weft_error_of(x.future);
    return !weft_done(x.future) ? "pending" : error ? error_name(machine, error) : *x.result;
}

/* Refuses a task: only the task itself sets its result. */
static const weft_error *set_result(struct object *object, const char *word)
{
    return object ? weft_set_result(&object->future, word) : &weft_invalid_state_error;
}

static const weft_error *do_with_x(struct machine *machine, const struct statement *at,
                                   const char **value)
{
    struct reference x;
    const weft_error *const unknown = machine_find(machine, at->words[1], &x);
    if (unknown)
        return unknown;
    switch (at->op) {
    case OP_CANCEL:
        *value = weft_cancel(x.future) ? "yes" : "no";
        return NULL;
    case OP_STATE:
        *value = state_of(machine, x);
        return NULL;
    case OP_ON_DONE:
        return add_on_done(machine, at, x);
    case OP_SET_RESULT:
        return set_result(x.object, at->words[2]);
    default:
        return weft_set_error(x.future, machine_error(machine, at->words[2]));
    }
}

/* ---- Locks and semaphores, events, conditions ---- */

static const weft_error *release(struct object *object)
{
    return object->kind == OBJECT_LOCK        ? weft_lock_release(&object->lock)
           : object->kind == OBJECT_CONDITION ? weft_condition_release(&object->condition)
                                              : weft_semaphore_release(&object->semaphore);
}

bool may_release(const struct object *object)
{
    const weft_semaphore *const semaphore = &object->semaphore;
    return object->kind == OBJECT_LOCK ? weft_lock_locked(&object->lock)
           : object->kind == OBJECT_CONDITION
               ? weft_condition_locked(&object->condition)
               : !semaphore->bounded || semaphore->value < semaphore->bound;
}

static bool locked(const struct object *object)
{
    return object->kind == OBJECT_LOCK        ? weft_lock_locked(&object->lock)
           : object->kind == OBJECT_CONDITION ? weft_condition_locked(&object->condition)
                                              : weft_semaphore_locked(&object->semaphore);
}

const weft_queue_ *engine_of(const struct object *object)
{
    return object->queue.queue.room ? &object->queue.queue : &object->unbounded.queue;
}

void count_put(struct object *object, long value)
{
    object->put++;
    object->sum += value;
}

void count_got(struct object *object, long value)
{
    object->got++;
    object->sum -= value;
}

static const weft_error *put_nowait(struct machine *machine, struct object *object, long value)
{
    if (!object->queue.queue.room || !weft_queue_full(&object->queue))
        count_put(object, value);
    if (object->queue.queue.room)
        return weft_queue_put_nowait(&object->queue, value);
    struct item *const item = machine_alloc(machine, sizeof(*item));
    item->value = value;
    return weft_queue_put_item_nowait(&object->unbounded, item);
}

static const weft_error *get_nowait(struct machine *machine, struct object *object,
                                    const char **value)
{
    long number = 0;
    struct item *item = NULL;
    const weft_error *const error = object->queue.queue.room
                                        ? weft_queue_get_nowait(&object->queue, &number)
                                        : weft_queue_get_item_nowait(&object->unbounded, &item);
    if (error)
        return error;
    number = item ? item->value : number;
    count_got(object, number);
    *value = machine_text(machine, "%ld", number);
    return NULL;
}

static const weft_error *do_with_object(struct machine *machine, const struct statement *at,
                                        const char **value)
{
    struct object *const object = machine_object(machine, at->words[1]);
    switch (at->op) {
    case OP_RELEASE:
        object->released += may_release(object);
        return release(object);
    case OP_LOCKED:
        *value = locked(object) ? "yes" : "no";
        return NULL;
    case OP_SET:
        weft_event_set(&object->event);
        return NULL;
    case OP_CLEAR:
        weft_event_clear(&object->event);
        return NULL;
    case OP_NOTIFY:
        return weft_condition_notify(&object->condition, (size_t)number_of(at->words[2]));
    case OP_NOTIFY_ALL:
        return weft_condition_notify_all(&object->condition);
    case OP_PUT_NOWAIT:
        return put_nowait(machine, object, item_of(at->words[2]));
    case OP_GET_NOWAIT:
        return get_nowait(machine, object, value);
    default:
        object->done += engine_of(object)->unfinished > 0;
        return object->queue.queue.room ? weft_queue_task_done(&object->queue)
                                        : weft_queue_task_done(&object->unbounded);
    }
}

const weft_error *do_now(struct instance *me, const struct statement *at, weft_group *group,
                         struct outcome *outcome)
{
    switch (at->op) {
    case OP_RETURN:
        outcome->returned = true;
        outcome->value = at->words[1];
        return NULL;
    case OP_LOG:
        outcome->value = at->words[1];
        return NULL;
    case OP_RAISE:
        return machine_error(me->machine, at->words[1]);
    case OP_SPAWN:
        spawn(me->machine, at->words);
        return NULL;
    case OP_GROUP_SPAWN:
        return group_spawn(me->machine, group, at->words);
    default:
        return at->op < OP_RELEASE ? do_with_x(me->machine, at, &outcome->value)
                                   : do_with_object(me->machine, at, &outcome->value);
    }
}
