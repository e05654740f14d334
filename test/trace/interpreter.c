/* SPDX-License-Identifier: MIT */
#include "trace/interpreter.h"

#include "support/clock.h"
#include "trace/seen.h"
#include "trace/statements.h"

/* ---- Tasks ---- */

WEFT_ASYNC_EXTERN(run_task)
{
    self->body = machine_alloc(self->me->machine, sizeof(*self->body));
    weft_try {
        weft_call(run_block, self->body, .me = self->me, .at = self->me->body->statements);
    }
    weft_catch(&weft_base_error, self->error) {
        emit(self->me->machine, self->me->label, 0, "end err",
             error_name(self->me->machine, self->error));
        machine_free_frame(self->me->machine, self->body, self->error);
        weft_raise(self->error);
    }
    weft_end;
    if (self->body->outcome.returned)
        self->me->value = self->body->outcome.value;
    emit(self->me->machine, self->me->label, 0, "end ok", self->me->value);
    machine_free_frame(self->me->machine, self->body, NULL);
}
WEFT_ASYNC_END

const weft_error *machine_start(struct machine *machine, weft_group *group,
                                struct instance *instance)
{
    if (machine->start)
        return machine->start(machine, group, instance);
    if (group)
        return weft_group_start_task(group, run_task, &instance->task, .me = instance);
    weft_loop_create_task(&machine->loop, run_task, &instance->task, .me = instance);
    return NULL;
}

/* ---- The whole program ---- */

static const weft_error *run_until(struct machine *machine, weft_future *until)
{
    struct watcher *const watcher = machine->watcher;
    return watcher ? watcher->run(watcher, machine, until)
                   : weft_run_until_complete(&machine->loop, until);
}

/* Awaits the tasks that main left behind. */
struct drain {
    weft_frame frame;
    struct instance **left;
    size_t count, i;
    WEFT_GATHER_OVER gather;
    weft_part *parts;
};

WEFT_ASYNC_BODY(drain)
{
    for (; self->i < self->count; self->i++)
        weft_check(weft_gather_add_in(&self->gather, self->parts, self->count,
                                      &self->left[self->i]->task));
    weft_gather_collect(&self->gather);
}
WEFT_ASYNC_END

typedef WEFT_TASK(drain) drain_task;

/* Cancels the tasks that main left behind, and awaits them in a task of its own. */
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
                          .parts = machine_alloc(machine, count * sizeof(weft_part)));
    return run_until(machine, weft_as_future(task));
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

/* Panics, since the clock stands still while anything runs. A program without texts has neither a
 * watchdog nor dumps. */
#if WEFT_TEXTS
static void bark(weft_loop *loop, const weft_slow_call *call)
{
    (void)loop;
    weft_panic(call->location.file, call->location.line, "a step took time on the virtual clock");
}
#endif

static void run_program(struct machine machine)
{
    struct watcher *const watcher = machine.watcher;
    machine.last = &machine.instances;
    weft_virtual_init(&machine.backend);
    machine.backend.now = clock_start();
    weft_loop_init(&machine.loop, &machine.backend.backend);
#if WEFT_TEXTS
    if (machine.dumps)
        weft_set_watchdog(&machine.loop, 0, bark);
    if (machine.seen)
        seen_begin(machine.seen, &machine.loop);
#endif
    weft_loop_create_future(&machine.loop, &machine.never);
    machine_make_objects(&machine);
    struct instance *const first = machine_new_instance(&machine, "main", "main");
    (void)machine_start(&machine, NULL, first);
    machine_add_instance(&machine, first);
    const weft_error *error = run_until(&machine, weft_as_future(&first->task));
    if (error != &weft_deadlock_error)
        error = run_rest(&machine);
    if (error == &weft_deadlock_error)
        print_deadlock(&machine);
    else
        fprintf(machine.out, "done\n");
    if (watcher)
        watcher->end(watcher, &machine);
#if WEFT_TEXTS
    if (machine.seen)
        seen_end(machine.seen);
#endif
    weft_loop_close(&machine.loop);
    machine_free(&machine);
}

void interpret(const struct program *program, FILE *out)
{
    run_program((struct machine){.program = program, .out = out, .steps = SIZE_MAX});
}

void interpret_started(const struct program *program, FILE *out, start_function *start, bool dumps)
{
    run_program((struct machine){
        .program = program, .start = start, .out = out, .steps = SIZE_MAX, .dumps = dumps});
}

void interpret_dumping(const struct program *program, FILE *out)
{
    run_program((struct machine){.program = program, .out = out, .steps = SIZE_MAX, .dumps = true});
}

void interpret_seen(const struct program *program, FILE *out, struct seen *seen, bool dumps)
{
    run_program((struct machine){
        .program = program, .out = out, .steps = SIZE_MAX, .seen = seen, .dumps = dumps});
}

void interpret_within(const struct program *program, FILE *out, size_t steps)
{
    run_program((struct machine){.program = program, .out = out, .steps = steps});
}

void interpret_watched(const struct program *program, FILE *out, struct watcher *watcher)
{
    run_program(
        (struct machine){.program = program, .out = out, .steps = SIZE_MAX, .watcher = watcher});
}
