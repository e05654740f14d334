/* SPDX-License-Identifier: MIT */
/* The values of Python that the lessons use: texts, lists and failures. */
#include <stdarg.h>
#include <string.h>

#include "scenario.h"

const weft_error fail_error = {.text = "Fail"};
const struct text none = {""};

struct text text(const char *format, ...)
{
    struct text made;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(made.s, sizeof(made.s), format, arguments);
    va_end(arguments);
    return made;
}

bool is_none(struct text text)
{
    return !*text.s;
}

void append(struct list *list, struct text item)
{
    require(list->length < (int)(sizeof(list->items) / sizeof(*list->items)), "the list is full");
    list->items[list->length++] = item;
}

struct text pop(struct list *list)
{
    require(list->length > 0, "pop from an empty list");
    const struct text item = list->items[0];
    list->length--;
    memmove(&list->items[0], &list->items[1], (size_t)list->length * sizeof(item));
    return item;
}

const weft_error *fail(struct failure *failure, struct text text)
{
    failure->text = text;
    failure->error = (weft_error){.kind = &fail_error, .text = failure->text.s};
    return &failure->error;
}

void print_result(const struct data *result)
{
    printf("Received result: {'data': '%s', 'id': %d}\n", result->data.s, result->id);
}
