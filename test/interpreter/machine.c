#include "interpreter/machine.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const weft_error user_error = {.text = "a CODE"};

/* ---- Memory ---- */

struct memory {
    struct memory *next;
    max_align_t bytes[];
};

void *machine_alloc(struct machine *machine, size_t size)
{
    struct memory *const memory = calloc(1, sizeof(*memory) + size);
    memory->next = machine->memory;
    machine->memory = memory;
    return memory->bytes;
}

const char *machine_text(struct machine *machine, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char buffer[4096];
    vsnprintf(buffer, sizeof(buffer), format, arguments);
    va_end(arguments);
    return strcpy(machine_alloc(machine, strlen(buffer) + 1), buffer);
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

void machine_make_objects(struct machine *machine)
{
    struct object **end = &machine->objects;
    for (const struct definition *d = machine->program->objects; d; d = d->next) {
        struct object *const object = *end = machine_alloc(machine, sizeof(*object));
        end = &object->next;
        object->name = d->words[1];
        object->kind = d->kind;
        if (d->kind == OBJECT_FUTURE)
            weft_loop_create_future(&machine->loop, &object->future);
        else if (d->kind == OBJECT_SEMAPHORE || d->kind == OBJECT_BOUNDED)
            object->semaphore.value = strtoul(d->words[2], NULL, 10);
        if (d->kind == OBJECT_BOUNDED) {
            object->semaphore.bound = object->semaphore.value;
            object->semaphore.bounded = true;
        }
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
        *found = (struct reference){weft_as_future(&instance->task), &instance->value};
    else if (object && object->kind == OBJECT_FUTURE)
        *found = (struct reference){weft_as_future(&object->future), &object->future.result};
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

const char *error_name(const weft_error *error)
{
    return weft_error_is(error, &user_error)                 ? error->text
           : weft_error_is(error, &weft_cancelled_error)     ? "cancelled"
           : weft_error_is(error, &weft_invalid_state_error) ? "invalid"
                                                             : error->text;
}

/* ---- The trace ---- */

void emit(struct machine *machine, const char *label, int line, const char *what, const char *value)
{
    const weft_time now = weft_loop_time(&machine->loop);
    fprintf(machine->out, "%llu %s %d %s", (unsigned long long)(now / WEFT_MS(1)), label, line,
            what);
    fprintf(machine->out, value ? " %s\n" : "\n", value);
}
