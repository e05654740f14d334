/* SPDX-License-Identifier: MIT */
/* Runs trace programs in tasks with stacks. Blocks and statements are C functions that call each
 * other on the task's own stack. No coroutine of the interpreter in trace/ runs a statement. */
#include "trace/interpreter.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/stackful/stackful.h"
#include "trace/statements.h"

static struct outcome run_statements(struct instance *me, const struct statement *at,
                                     weft_group *group);

/* ---- Statements that wait ---- */

STACKFUL_AWAIT(reset, weft_barrier *barrier;, weft_barrier_reset(self->barrier))
STACKFUL_AWAIT(abort_barrier, weft_barrier *barrier;, weft_barrier_abort(self->barrier))
STACKFUL_AWAIT(put, struct object *object; long item;
               , weft_queue_put(&self->object->queue, self->item))
STACKFUL_AWAIT(put_item, struct object *object; struct item * item;
               , weft_queue_put_item(&self->object->unbounded, self->item))
STACKFUL_AWAIT(get, struct object *object; long *item;
               , weft_queue_get(&self->object->queue, self->item))
STACKFUL_AWAIT(get_item, struct object *object; struct item * *item;
               , weft_queue_get_item(&self->object->unbounded, self->item))
STACKFUL_AWAIT(join, struct object *object;, weft_queue_join(&self->object->queue))
STACKFUL_AWAIT(join_unbounded, struct object *object;, weft_queue_join(&self->object->unbounded))
STACKFUL_AWAIT(shield, weft_future *x; weft_shield shield;
               , weft_await_shielded(&self->shield, self->x))
STACKFUL_AWAIT(wait_first, set_of_program *set; weft_time limit;
               , weft_wait_first(self->set, self->limit))
STACKFUL_AWAIT(wait_first_error, set_of_program *set; weft_time limit;
               , weft_wait_first_error(self->set, self->limit))
STACKFUL_AWAIT(wait_all, set_of_program *set; weft_time limit;
               , weft_wait_all(self->set, self->limit))

static void acquire(struct object *object)
{
    if (object->kind == OBJECT_LOCK)
        stackful_lock_acquire(&object->lock);
    else if (object->kind == OBJECT_CONDITION)
        stackful_lock_acquire(&object->condition.lock);
    else
        stackful_semaphore_acquire(&object->semaphore);
    object->acquired++;
}

static void wait_condition(struct object *object)
{
    const bool held = weft_condition_locked(&object->condition);
    object->released += held;
    stackful_try {
        stackful_condition_wait(&object->condition);
    }
    stackful_finally {
        object->acquired += held;
    }
    stackful_end;
}

static void put_into(struct machine *machine, struct object *object, long value)
{
    if (object->queue.queue.room) {
        stackful_call(put, object, value);
    } else {
        struct item *const item = machine_alloc(machine, sizeof(*item));
        item->value = value;
        stackful_call(put_item, object, item);
    }
    count_put(object, value);
}

static const char *get_from(struct machine *machine, struct object *object)
{
    long value;
    struct item *item;
    if (object->queue.queue.room) {
        stackful_call(get, object, &value);
    } else {
        stackful_call(get_item, object, &item);
        value = item->value;
    }
    count_got(object, value);
    return machine_text(machine, "%ld", value);
}

static const char *wait_for(struct reference x, weft_time delay)
{
    weft_timeout limit = {.task = NULL};
    stackful_with_timeout(&limit, delay) {
        stackful_await(x.future);
    }
    stackful_end;
    return *x.result;
}

static const char *gather(struct instance *me, const struct statement *at)
{
    gather_of_program gather = {0};
    weft_part *parts;
    stackful_check(add_parts(me, at, &gather, NULL, &parts));
    if (collects(at))
        stackful_gather_collect(&gather);
    else
        stackful_gather_all(&gather);
    return value_of_parts(me->machine, at);
}

static const char *wait_set(struct instance *me, const struct statement *at)
{
    set_of_program set = {0};
    weft_part *parts;
    stackful_check(add_parts(me, at, NULL, &set, &parts));
    if (!strcmp(at->words[1], "first"))
        stackful_call(wait_first, &set, limit_of(at));
    else if (!strcmp(at->words[1], "error"))
        stackful_call(wait_first_error, &set, limit_of(at));
    else
        stackful_call(wait_all, &set, limit_of(at));
    return value_of_parts(me->machine, at);
}

static struct reference find_x(struct machine *machine, const char *name)
{
    struct reference x;
    stackful_check(machine_find(machine, name, &x));
    return x;
}

/* Runs a statement that waits. Returns its value, or NULL. */
static const char *wait_now(struct instance *me, const struct statement *at)
{
    struct machine *const machine = me->machine;
    struct object *const object = machine_object(machine, at->words[1]);
    struct reference x;
    switch (at->op) {
    case OP_SLEEP:
        stackful_sleep(WEFT_MS(number_of(at->words[1])));
        return NULL;
    case OP_AWAIT:
        x = find_x(machine, at->words[1]);
        stackful_await(x.future);
        return *x.result;
    case OP_ACQUIRE:
        acquire(object);
        return NULL;
    case OP_WAIT_EVENT:
        stackful_event_wait(&object->event);
        return NULL;
    case OP_WAIT_CONDITION:
        wait_condition(object);
        return NULL;
    case OP_WAIT_BARRIER:
        stackful_barrier_wait(&object->barrier);
        return NULL;
    case OP_RESET:
        stackful_call(reset, &object->barrier);
        return NULL;
    case OP_ABORT:
        stackful_call(abort_barrier, &object->barrier);
        return NULL;
    case OP_PUT:
        put_into(machine, object, item_of(at->words[2]));
        return NULL;
    case OP_GET:
        return get_from(machine, object);
    case OP_JOIN:
        if (object->queue.queue.room)
            stackful_call(join, object);
        else
            stackful_call(join_unbounded, object);
        return NULL;
    case OP_SHIELD:
        x = find_x(machine, at->words[1]);
        stackful_call(shield, x.future);
        return *x.result;
    case OP_WAIT_FOR:
        return wait_for(find_x(machine, at->words[2]), WEFT_MS(number_of(at->words[1])));
    case OP_GATHER:
        return gather(me, at);
    default:
        return wait_set(me, at);
    }
}

/* ---- Statements that contain other statements ---- */

static struct outcome run_try(struct instance *me, const struct block *parts, weft_group *group)
{
    struct outcome outcome = {NULL, false};
    const struct block *const last = find_finally(parts);
    stackful_try {
        outcome = run_statements(me, parts->statements, group);
    }
    stackful_catch(&weft_base_error, error) {
        const struct block *const handler = find_catch(me->machine, parts, error);
        if (!handler)
            stackful_raise(error);
        outcome = run_statements(me, handler->statements, group);
    }
    stackful_finally {
        if (last)
            (void)run_statements(me, last->statements, group);
    }
    stackful_end;
    return outcome;
}

/* Runs a body that holds an object. Counts a release right before the release, since it may
 * fail. */
static struct outcome run_holding(struct instance *me, const struct statement *at,
                                  struct object *object, weft_group *group)
{
    struct outcome outcome = {NULL, false};
    object->acquired++;
    stackful_try {
        outcome = run_statements(me, at->blocks->statements, group);
    }
    stackful_finally {
        object->released += may_release(object);
    }
    stackful_end;
    return outcome;
}

static struct outcome run_with(struct instance *me, const struct statement *at, weft_group *group)
{
    struct object *const object = machine_object(me->machine, at->blocks->words[1]);
    struct outcome outcome = {NULL, false};
    if (object->kind == OBJECT_LOCK) {
        stackful_with_lock(&object->lock) {
            outcome = run_holding(me, at, object, group);
        }
        stackful_end;
    } else if (object->kind == OBJECT_CONDITION) {
        stackful_with_condition(&object->condition) {
            outcome = run_holding(me, at, object, group);
        }
        stackful_end;
    } else {
        stackful_with_semaphore(&object->semaphore) {
            outcome = run_holding(me, at, object, group);
        }
        stackful_end;
    }
    return outcome;
}

static struct outcome run_timeout(struct instance *me, const struct statement *at,
                                  weft_group *group)
{
    weft_timeout limit = {.task = NULL};
    struct outcome outcome = {NULL, false};
    stackful_with_timeout(&limit, WEFT_MS(number_of(at->blocks->words[1]))) {
        outcome = run_statements(me, at->blocks->statements, group);
    }
    stackful_end;
    return outcome;
}

/* The group's error lies in the group, and lives on when the group's block has ended. */
static struct outcome run_group(struct instance *me, const struct statement *at)
{
    weft_group *const group = machine_alloc(me->machine, sizeof(*group));
    struct outcome outcome = {NULL, false};
    stackful_with_group(group) {
        outcome = run_statements(me, at->blocks->statements, group);
    }
    stackful_end;
    machine_free_early(me->machine, group);
    return outcome;
}

static struct outcome repeat(struct instance *me, const struct statement *at, weft_group *group)
{
    struct outcome outcome = {NULL, false};
    for (long long i = 0; i < number_of(at->blocks->words[1]) && !outcome.returned; i++)
        outcome = run_statements(me, at->blocks->statements, group);
    return outcome;
}

static struct outcome run_statement(struct instance *me, const struct statement *at,
                                    weft_group *group)
{
    struct outcome outcome = {NULL, false};
    if (at->op < OP_SLEEP) {
        stackful_check(do_now(me, at, group, &outcome));
    } else if (at->op < OP_CALL) {
        outcome.value = wait_now(me, at);
    } else if (at->op == OP_CALL) {
        const struct definition *const called = program_task(me->machine->program, at->words[1]);
        outcome.value = run_statements(me, called->body->statements, group).value;
    } else if (at->op == OP_REPEAT) {
        outcome = repeat(me, at, group);
    } else if (at->op == OP_TRY) {
        outcome = run_try(me, at->blocks, group);
    } else if (at->op == OP_TIMEOUT) {
        outcome = run_timeout(me, at, group);
    } else if (at->op == OP_GROUP) {
        outcome = run_group(me, at);
    } else {
        outcome = run_with(me, at, group);
    }
    return outcome;
}

/* Runs the statements of a block in order, and traces how each ends. */
static struct outcome run_statements(struct instance *me, const struct statement *at,
                                     weft_group *group)
{
    const int outer = me->line;
    struct outcome outcome = {NULL, false};
    if (!take_step(me->machine))
        stackful_await(&me->machine->never);
    for (; at && !outcome.returned; at = at->next) {
        me->line = at->line;
        stackful_try {
            outcome = run_statement(me, at, group);
        }
        stackful_catch(&weft_base_error, error) {
            me->line = outer;
            emit(me->machine, me->label, at->line, "err", error_name(me->machine, error));
            stackful_raise(error);
        }
        stackful_end;
        me->line = outer;
        if (!outcome.returned)
            emit(me->machine, me->label, at->line, "ok", outcome.value);
    }
    if (!outcome.returned)
        outcome.value = NULL;
    return outcome;
}

/* ---- Tasks ---- */

STACKFUL(run_on_stack, struct instance *me;)
{
    struct instance *const me = self->me;
    struct outcome outcome = {NULL, false};
    stackful_try {
        outcome = run_statements(me, me->body->statements, NULL);
    }
    stackful_catch(&weft_base_error, error) {
        emit(me->machine, me->label, 0, "end err", error_name(me->machine, error));
        stackful_raise(error);
    }
    stackful_end;
    if (outcome.returned)
        me->value = outcome.value;
    emit(me->machine, me->label, 0, "end ok", me->value);
}

typedef WEFT_TASK(run_on_stack) task_on_stack;
_Static_assert(sizeof(task_on_stack) <= sizeof(task_of_program), "it lies in the instance's task");

static const weft_error *start(struct machine *machine, weft_group *group,
                               struct instance *instance)
{
    task_on_stack *const task = (task_on_stack *)(void *)&instance->task;
    if (group)
        return weft_group_start_task(group, run_on_stack, task, .me = instance);
    weft_loop_create_task(&machine->loop, run_on_stack, task, .me = instance);
    return NULL;
}

/* ---- The whole program ---- */

/* A program may end in a deadlock, so that stacks are left. All programs use one pool. */
static void interpret_on_stacks(const struct program *program, FILE *out, bool dumps)
{
    static struct stackful_pool pool;
    const char *const switcher = getenv("STACKFUL_SWITCH");
    const struct stackful_options options = {
        .size = 256 * 1024,
        .switcher =
            switcher && strcmp(switcher, "ucontext") == 0 ? STACKFUL_UCONTEXT : STACKFUL_BEST};
    if (!pool.page)
        stackful_pool_init(&pool, &options);
    stackful_use_pool(&pool);
    interpret_started(program, out, start, dumps);
    if (pool.in_use > pool.count || !pool.peak)
        weft_panic(__FILE__, __LINE__, "no task had a stack");
    stackful_pool_reclaim(&pool);
}

void interpret_stackful(const struct program *program, FILE *out)
{
    interpret_on_stacks(program, out, false);
}

void interpret_stackful_dumping(const struct program *program, FILE *out)
{
    interpret_on_stacks(program, out, true);
}
