/* SPDX-License-Identifier: MIT */
#include "trace/machine.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "support/clock.h"

const weft_error user_error = {.text = "a CODE"};

/* ---- Memory ---- */

struct memory {
    struct memory *next, *previous;
    size_t size;
    max_align_t bytes[];
};

void *machine_alloc(struct machine *machine, size_t size)
{
    struct memory *const memory = calloc(1, sizeof(*memory) + size);
    memory->size = size;
    memory->next = machine->memory;
    if (memory->next)
        memory->next->previous = memory;
    machine->memory = memory;
    return memory->bytes;
}

/* Overwrites the memory before it frees it, so that a later use shows even without a sanitizer. */
void machine_free_early(struct machine *machine, void *bytes)
{
    if (!bytes)
        return;
    struct memory *const memory = WEFT_CONTAINER_(bytes, struct memory, bytes);
    if (memory->next)
        memory->next->previous = memory->previous;
    if (memory->previous)
        memory->previous->next = memory->next;
    else
        machine->memory = memory->next;
    memset(bytes, 0xDB, memory->size);
    free(memory);
}

void machine_free_frame(struct machine *machine, void *frame, const weft_error *error)
{
    if (!weft_error_is(error, &weft_group_error))
        machine_free_early(machine, frame);
}

const char *machine_text(struct machine *machine, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *const text = machine_alloc(machine, (size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

void machine_free(struct machine *machine)
{
    while (machine->memory) {
        struct memory *const next = machine->memory->next;
        free(machine->memory);
        machine->memory = next;
    }
}

/* ---- Names ---- */

WEFT_QUEUE_BEFORE(lesser, long, a, b, *a < *b)
WEFT_QUEUE_BEFORE(lesser_item, struct item, a, b, a->value < b->value)

static void make_bounded_queue(struct machine *machine, struct object *object, const char *order,
                               size_t room)
{
    long *const items = machine_alloc(machine, room * sizeof(*items));
    if (!strcmp(order, "fifo"))
        weft_queue_init_over(&object->queue, items, room);
    else if (!strcmp(order, "lifo"))
        weft_lifo_queue_init_over(&object->queue, items, room);
    else
        weft_priority_queue_init_over(&object->queue, items, room, lesser);
}

static void make_unbounded_queue(struct object *object, const char *order)
{
    if (!strcmp(order, "fifo"))
        weft_unbounded_queue_init(&object->unbounded);
    else if (!strcmp(order, "lifo"))
        weft_unbounded_lifo_queue_init(&object->unbounded);
    else
        weft_unbounded_priority_queue_init(&object->unbounded, lesser_item);
}

static void make_object(struct machine *machine, struct object *object, char **words, int count)
{
    const size_t n = count > 2 ? (size_t)number_of(words[2]) : 0;
    const char *const order = count > 3 ? words[3] : "fifo";
    object->value = n;
    if (object->kind == OBJECT_FUTURE)
        weft_loop_create_future(&machine->loop, &object->future);
    else if (object->kind == OBJECT_SEMAPHORE)
        object->semaphore = (weft_semaphore)WEFT_SEMAPHORE(n);
    else if (object->kind == OBJECT_BOUNDED)
        object->semaphore = (weft_semaphore)WEFT_BOUNDED_SEMAPHORE(n);
    else if (object->kind == OBJECT_BARRIER)
        object->barrier = (weft_barrier)WEFT_BARRIER(n);
    else if (object->kind == OBJECT_QUEUE && n)
        make_bounded_queue(machine, object, order, n);
    else if (object->kind == OBJECT_QUEUE)
        make_unbounded_queue(object, order);
}

void machine_make_objects(struct machine *machine)
{
    struct object **end = &machine->objects;
    for (const struct definition *d = machine->program->objects; d; d = d->next) {
        struct object *const object = *end = machine_alloc(machine, sizeof(*object));
        end = &object->next;
        object->name = d->words[1];
        object->kind = d->kind;
        make_object(machine, object, d->words, d->count);
    }
}

static struct instance *find_instance(const struct machine *machine, const char *label)
{
    struct instance *instance = machine->instances;
    while (instance && strcmp(instance->label, label))
        instance = instance->next;
    return instance;
}

struct object *machine_object(struct machine *machine, const char *name)
{
    struct object *object = machine->objects;
    while (object && strcmp(object->name, name))
        object = object->next;
    return object;
}

const weft_error *machine_find(struct machine *machine, const char *name, struct reference *found)
{
    struct instance *const instance = find_instance(machine, name);
    struct object *const object = instance ? NULL : machine_object(machine, name);
    if (instance)
        *found = (struct reference){weft_as_future(&instance->task), &instance->value, NULL};
    else if (object && object->kind == OBJECT_FUTURE)
        *found =
            (struct reference){weft_as_future(&object->future), &object->future.result, object};
    else
        return &weft_invalid_state_error;
    return NULL;
}

struct instance *machine_new_instance(struct machine *machine, const char *template_name,
                                      const char *label)
{
    struct instance *const instance = machine_alloc(machine, sizeof(*instance));
    instance->machine = machine;
    instance->body = program_task(machine->program, template_name)->body;
    instance->value = "-";
    instance->label = label;
    for (int n = 2; find_instance(machine, instance->label); n++)
        instance->label = machine_text(machine, "%s.%d", label, n);
    return instance;
}

void machine_add_instance(struct machine *machine, struct instance *instance)
{
    *machine->last = instance;
    machine->last = &instance->next;
}

/* ---- Errors ---- */

const weft_error *machine_error(struct machine *machine, const char *code)
{
    weft_error *const error = machine_alloc(machine, sizeof(*error));
    *error = (weft_error){.kind = &user_error, .text = code};
    return error;
}

static const char *group_name(struct machine *machine, const weft_error *error)
{
    const char *text = "group(", *separator = "";
    for (weft_error_walk at = weft_first_error(error); at.error; weft_next_error(&at)) {
        text = machine_text(machine, "%s%s%s", text, separator, error_name(machine, at.error));
        separator = ",";
    }
    return machine_text(machine, "%s)", text);
}

const char *error_name(struct machine *machine, const weft_error *error)
{
    static const struct {
        const weft_error *kind;
        const char *name;
    } names[] = {
        {&weft_cancelled_error, "cancelled"},   {&weft_timeout_error, "timeout"},
        {&weft_broken_barrier_error, "broken"}, {&weft_queue_empty_error, "empty"},
        {&weft_queue_full_error, "full"},       {&weft_invalid_state_error, "invalid"},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (weft_error_is(error, names[i].kind))
            return names[i].name;
    return weft_error_is(error, &weft_group_error) ? group_name(machine, error) : error->text;
}

/* ---- The trace ---- */

#if WEFT_TEXTS
static void count_lines(const char *text, void *lines)
{
    for (; *text; text++)
        *(size_t *)lines += *text == '\n';
}

/* Dumps all tasks. A dump has at least one line for each task. */
static void dump(weft_loop *loop)
{
    size_t lines = 0, tasks = 0;
    for (weft_task *task = weft_first_task(loop); task; task = weft_next_task(task))
        tasks++;
    weft_dump(loop, count_lines, &lines);
    if (lines < tasks)
        weft_panic(__FILE__, __LINE__, "a dump left tasks out");
}
#endif

void emit(struct machine *machine, const char *label, int line, const char *what, const char *value)
{
    const weft_time now = weft_wrap_(weft_loop_time(&machine->loop) - clock_start());
    fprintf(machine->out, "%llu %s %d %s", (unsigned long long)(now / WEFT_MS(1)), label, line,
            what);
    fprintf(machine->out, value ? " %s\n" : "\n", value);
#if WEFT_TEXTS
    if (machine->dumps)
        dump(&machine->loop);
#endif
}
