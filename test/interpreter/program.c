#include "interpreter/program.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Lines ---- */

struct line {
    int number, count;
    char **words;
    bool opens; /* ends in a brace, which is not among its words */
};

struct reader {
    const char *at;
    int number;
    struct line line; /* the next one that is not empty; number 0: there is none */
    const char *problem;
};

static char *copy_word(const char *from, size_t length)
{
    char *const word = malloc(length + 1);
    memcpy(word, from, length);
    word[length] = '\0';
    return word;
}

static void free_words(int count, char **words)
{
    for (int i = 0; i < count; i++)
        free(words[i]);
    free(words);
}

static void add_word(struct line *line, const char *from, size_t length)
{
    line->words = realloc(line->words, (size_t)(line->count + 1) * sizeof(*line->words));
    line->words[line->count++] = copy_word(from, length);
}

static void split(struct line *line, const char *from, const char *end)
{
    while (from < end && *from != '#') {
        const char *word = from;
        while (from < end && !isspace((unsigned char)*from) && *from != '#')
            from++;
        if (from > word)
            add_word(line, word, (size_t)(from - word));
        else
            from++;
    }
    if (line->count > 1 && !strcmp(line->words[line->count - 1], "{")) {
        free(line->words[--line->count]);
        line->opens = true;
    }
}

static void next_line(struct reader *reader)
{
    reader->line = (struct line){.number = 0};
    while (*reader->at && !reader->line.count) {
        const char *end = reader->at + strcspn(reader->at, "\n");
        reader->number++;
        split(&reader->line, reader->at, end);
        reader->at = *end ? end + 1 : end;
    }
    reader->line.number = reader->line.count ? reader->number : 0;
}

static bool at_close(const struct reader *reader)
{
    return reader->line.count && !strcmp(reader->line.words[0], "}");
}

/* ---- Statements ---- */

static const struct form {
    const char *name;
    enum op op;
    int count; /* of words, its name among them */
    bool block;
} forms[] = {
    {"log", OP_LOG, 2, false},
    {"sleep", OP_SLEEP, 2, false},
    {"spawn", OP_SPAWN, 4, false},
    {"call", OP_CALL, 2, false},
    {"await", OP_AWAIT, 2, false},
    {"cancel", OP_CANCEL, 2, false},
    {"state", OP_STATE, 2, false},
    {"on_done", OP_ON_DONE, 3, false},
    {"set_result", OP_SET_RESULT, 3, false},
    {"set_error", OP_SET_ERROR, 3, false},
    {"raise", OP_RAISE, 2, false},
    {"return", OP_RETURN, 2, false},
    {"repeat", OP_REPEAT, 2, true},
    {"try", OP_TRY, 1, true},
    {"acquire", OP_ACQUIRE, 2, false},
    {"release", OP_RELEASE, 2, false},
    {"locked", OP_LOCKED, 2, false},
    {"with", OP_WITH, 2, true},
    {"set", OP_SET, 2, false},
    {"clear", OP_CLEAR, 2, false},
    {"wait_event", OP_WAIT_EVENT, 2, false},
};

static const struct object_form {
    const char *name;
    enum object_kind kind;
    int count; /* of words */
} object_forms[] = {
    {"future", OBJECT_FUTURE, 2},   {"lock", OBJECT_LOCK, 2},   {"semaphore", OBJECT_SEMAPHORE, 3},
    {"bounded", OBJECT_BOUNDED, 3}, {"event", OBJECT_EVENT, 2},
};

static const struct object_form *find_object_form(const struct line *line)
{
    for (size_t i = 0; i < sizeof(object_forms) / sizeof(object_forms[0]); i++)
        if (!strcmp(object_forms[i].name, line->words[0]) && object_forms[i].count == line->count)
            return &object_forms[i];
    return NULL;
}

static bool is_form(const struct form *form, const struct line *line)
{
    return !strcmp(form->name, line->words[0]) && form->count == line->count &&
           form->block == line->opens;
}

static const struct form *find_form(const struct line *line)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (is_form(&forms[i], line))
            return &forms[i];
    return NULL;
}

/* ---- Trees ---- */

static void parse_block(struct reader *reader, struct block *block);

/* Takes the words of the line from number `from` on. */
static char **take_words(struct line *line, int from, int *count)
{
    char **const words = line->words;
    if (from) {
        free(words[0]);
        memmove(words, words + 1, (size_t)(line->count - 1) * sizeof(*words));
    }
    *count = line->count - from;
    line->words = NULL;
    return words;
}

/* A part is a block with its head; `} catch X {` closes one and opens the next. */
static void parse_parts(struct reader *reader, struct block **end)
{
    for (bool more = true, first = true; more && !reader->problem; first = false) {
        struct block *const block = calloc(1, sizeof(*block));
        block->words = take_words(&reader->line, first ? 0 : 1, &block->count);
        *end = block;
        end = &block->next;
        next_line(reader);
        parse_block(reader, block);
        if (reader->problem)
            return;
        more = reader->line.opens;
        if (!more && reader->line.count > 1)
            reader->problem = "a line goes on behind }";
    }
    free_words(reader->line.count, reader->line.words);
    next_line(reader);
}

static struct statement *parse_statement(struct reader *reader)
{
    struct statement *const statement = calloc(1, sizeof(*statement));
    const struct form *const form = find_form(&reader->line);
    statement->line = reader->line.number;
    if (!form) {
        reader->problem = "this is no statement";
        return statement;
    }
    statement->op = form->op;
    if (form->block) {
        parse_parts(reader, &statement->blocks);
    } else {
        statement->words = take_words(&reader->line, 0, &statement->count);
        next_line(reader);
    }
    return statement;
}

/* Reads up to the line that closes it. */
static void parse_block(struct reader *reader, struct block *block)
{
    struct statement **end = &block->statements;
    while (!reader->problem && !at_close(reader)) {
        if (!reader->line.number) {
            reader->problem = "a block is not closed";
            return;
        }
        *end = parse_statement(reader);
        end = &(*end)->next;
    }
}

static void parse_definition(struct reader *reader, struct program *program)
{
    const bool task = !strcmp(reader->line.words[0], "task");
    struct definition **end = task ? &program->tasks : &program->objects;
    while (*end)
        end = &(*end)->next;
    const struct object_form *const form = find_object_form(&reader->line);
    if (task != reader->line.opens || (task ? reader->line.count != 2 : !form)) {
        reader->problem = "expected `task NAME {` or an object";
        return;
    }
    struct definition *const definition = *end = calloc(1, sizeof(*definition));
    if (task) {
        parse_parts(reader, &definition->body);
    } else {
        definition->kind = form->kind;
        definition->words = take_words(&reader->line, 0, &definition->count);
        next_line(reader);
    }
}

/* ---- Names ---- */

static const char *unknown_in_block(const struct program *program, const struct block *block);

static const struct definition *find_object(const struct program *program, const char *name)
{
    const struct definition *object = program->objects;
    while (object && strcmp(object->words[1], name))
        object = object->next;
    return object;
}

static bool has_kind(const struct definition *object, enum op op)
{
    if (op == OP_SET || op == OP_CLEAR || op == OP_WAIT_EVENT)
        return object->kind == OBJECT_EVENT;
    return object->kind == OBJECT_LOCK || object->kind == OBJECT_SEMAPHORE ||
           object->kind == OBJECT_BOUNDED;
}

/* The object that the statement names and that is not there, or of another kind; or NULL. */
static const char *unknown_object(const struct program *program, const struct statement *statement)
{
    if (statement->op < OP_ACQUIRE)
        return NULL;
    const char *const name = statement->blocks ? statement->blocks->words[1] : statement->words[1];
    const struct definition *const object = find_object(program, name);
    return object && has_kind(object, statement->op) ? NULL : name;
}

/* The template or object that a statement in there names and that does not exist, or NULL. */
static const char *unknown_in(const struct program *program, const struct statement *statement)
{
    const char *unknown = NULL;
    for (; statement && !unknown; statement = statement->next) {
        const bool names_one = statement->op == OP_SPAWN || statement->op == OP_CALL;
        if (names_one && !program_task(program, statement->words[1]))
            unknown = statement->words[1];
        else
            unknown = unknown_object(program, statement);
        if (!unknown)
            unknown = unknown_in_block(program, statement->blocks);
    }
    return unknown;
}

static const char *unknown_in_block(const struct program *program, const struct block *block)
{
    const char *unknown = NULL;
    for (; block && !unknown; block = block->next)
        unknown = unknown_in(program, block->statements);
    return unknown;
}

static bool has_unknown_names(const struct program *program)
{
    for (const struct definition *task = program->tasks; task; task = task->next)
        if (unknown_in_block(program, task->body))
            return true;
    return false;
}

struct program *program_parse(const char *text)
{
    struct program *const program = calloc(1, sizeof(*program));
    struct reader reader = {.at = text};
    for (next_line(&reader); reader.line.number && !reader.problem;)
        parse_definition(&reader, program);
    if (!reader.problem && !program_task(program, "main"))
        reader.problem = "there is no task main";
    else if (!reader.problem && has_unknown_names(program))
        reader.problem = "a task or object is named that is not there";
    if (!reader.problem)
        return program;
    fprintf(stderr, "line %d: %s\n", reader.number, reader.problem);
    if (reader.line.words)
        free_words(reader.line.count, reader.line.words);
    program_free(program);
    return NULL;
}

const struct definition *program_task(const struct program *program, const char *name)
{
    for (const struct definition *task = program->tasks; task; task = task->next)
        if (task->body && !strcmp(task->body->words[1], name))
            return task;
    return NULL;
}

static void free_blocks(struct block *block);

static void free_statements(struct statement *statement)
{
    while (statement) {
        struct statement *const next = statement->next;
        free_blocks(statement->blocks);
        free_words(statement->count, statement->words);
        free(statement);
        statement = next;
    }
}

static void free_blocks(struct block *block)
{
    while (block) {
        struct block *const next = block->next;
        free_statements(block->statements);
        free_words(block->count, block->words);
        free(block);
        block = next;
    }
}

static void free_definitions(struct definition *definition)
{
    while (definition) {
        struct definition *const next = definition->next;
        free_blocks(definition->body);
        free_words(definition->count, definition->words);
        free(definition);
        definition = next;
    }
}

void program_free(struct program *program)
{
    free_definitions(program->objects);
    free_definitions(program->tasks);
    free(program);
}
