/* SPDX-License-Identifier: MIT */
#include "trace/program.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Lines ---- */

struct line {
    int number, count;
    char **words;
    bool opens; /* ends in a brace, which is not one of its words */
};

struct reader {
    const char *at;
    int number;
    struct line line; /* the next line that is not empty; number 0: none */
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

/* The required words of a statement, one letter each after its name:
 *
 *     w  any word             n  a number              t  a task template     a  "as"
 *     i  an item              p  a number from 1 on    z  a number from 0 on
 *     l  lock or semaphore     e  an event              c  a condition         b  a barrier
 *     q  a queue              m  first, error, all     ?  a number or -
 *     o  fifo, lifo, priority; may be missing          +  any words, at least one */
static const struct form {
    const char *name;
    enum op op;
    const char *words;
    bool block;
} forms[] = {
    {"log", OP_LOG, "w", false},
    {"return", OP_RETURN, "w", false},
    {"raise", OP_RAISE, "w", false},
    {"spawn", OP_SPAWN, "taw", false},
    {"group_spawn", OP_GROUP_SPAWN, "taw", false},
    {"cancel", OP_CANCEL, "w", false},
    {"state", OP_STATE, "w", false},
    {"on_done", OP_ON_DONE, "ww", false},
    {"set_result", OP_SET_RESULT, "ww", false},
    {"set_error", OP_SET_ERROR, "ww", false},
    {"release", OP_RELEASE, "l", false},
    {"locked", OP_LOCKED, "l", false},
    {"set", OP_SET, "e", false},
    {"clear", OP_CLEAR, "e", false},
    {"notify", OP_NOTIFY, "cn", false},
    {"notify_all", OP_NOTIFY_ALL, "c", false},
    {"put_nowait", OP_PUT_NOWAIT, "qi", false},
    {"get_nowait", OP_GET_NOWAIT, "q", false},
    {"task_done", OP_TASK_DONE, "q", false},
    {"sleep", OP_SLEEP, "n", false},
    {"await", OP_AWAIT, "w", false},
    {"acquire", OP_ACQUIRE, "l", false},
    {"wait_event", OP_WAIT_EVENT, "e", false},
    {"wait_condition", OP_WAIT_CONDITION, "c", false},
    {"wait_barrier", OP_WAIT_BARRIER, "b", false},
    {"reset", OP_RESET, "b", false},
    {"abort", OP_ABORT, "b", false},
    {"put", OP_PUT, "qi", false},
    {"get", OP_GET, "q", false},
    {"join", OP_JOIN, "q", false},
    {"shield", OP_SHIELD, "w", false},
    {"wait_for", OP_WAIT_FOR, "nw", false},
    {"gather", OP_GATHER, "+", false},
    {"wait", OP_WAIT, "m?+", false},
    {"call", OP_CALL, "t", false},
    {"repeat", OP_REPEAT, "n", true},
    {"try", OP_TRY, "", true},
    {"with", OP_WITH, "l", true},
    {"timeout", OP_TIMEOUT, "n", true},
    {"group", OP_GROUP, "", true},
};

static const struct object_form {
    const char *name;
    enum object_kind kind;
    const char *words;
} object_forms[] = {
    {"future", OBJECT_FUTURE, "w"},        {"lock", OBJECT_LOCK, "w"},
    {"semaphore", OBJECT_SEMAPHORE, "wz"}, {"bounded", OBJECT_BOUNDED, "wz"},
    {"condition", OBJECT_CONDITION, "w"},  {"event", OBJECT_EVENT, "w"},
    {"barrier", OBJECT_BARRIER, "wp"},     {"queue", OBJECT_QUEUE, "wno"},
};

/* Returns true if a line may have `count` words, its name included, for these letters. */
static bool is_count(const char *letters, int count)
{
    const int most = (int)strlen(letters) + 1;
    if (strchr(letters, '+'))
        return count >= most;
    return count == most || (strchr(letters, 'o') && count == most - 1);
}

static const struct object_form *find_object_form(const struct line *line)
{
    for (size_t i = 0; i < sizeof(object_forms) / sizeof(object_forms[0]); i++)
        if (!strcmp(object_forms[i].name, line->words[0]) &&
            is_count(object_forms[i].words, line->count))
            return &object_forms[i];
    return NULL;
}

static bool is_form(const struct form *form, const struct line *line)
{
    return !strcmp(form->name, line->words[0]) && is_count(form->words, line->count) &&
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

/* Moves the words of the line, from number `from` on, out of the line. */
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

static bool is_part_of_try(const struct block *block)
{
    return (block->count == 2 && !strcmp(block->words[0], "catch")) ||
           (block->count == 1 && !strcmp(block->words[0], "finally"));
}

/* Parses the parts of a statement. A part is a block and its head. `} catch X {` closes one part
 * and opens the next. */
static void parse_parts(struct reader *reader, bool is_try, struct block **end)
{
    for (bool more = true, first = true; more && !reader->problem; first = false) {
        struct block *const block = calloc(1, sizeof(*block));
        block->words = take_words(&reader->line, first ? 0 : 1, &block->count);
        *end = block;
        end = &block->next;
        if (!first && !(is_try && is_part_of_try(block)))
            reader->problem = "this is not a part of a try";
        next_line(reader);
        parse_block(reader, block);
        if (reader->problem)
            return;
        more = reader->line.opens;
        if (!more && reader->line.count > 1)
            reader->problem = "unexpected words after }";
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
        reader->problem = "this is not a statement";
        return statement;
    }
    statement->op = form->op;
    statement->letters = form->words;
    if (form->block) {
        parse_parts(reader, form->op == OP_TRY, &statement->blocks);
    } else {
        statement->words = take_words(&reader->line, 0, &statement->count);
        next_line(reader);
    }
    return statement;
}

/* Parses up to the line that closes the block. */
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
        parse_parts(reader, false, &definition->body);
    } else {
        definition->kind = form->kind;
        definition->letters = form->words;
        definition->words = take_words(&reader->line, 0, &definition->count);
        next_line(reader);
    }
}

/* ---- Words ---- */

static bool is_number(const char *word)
{
    word += *word == '-';
    return *word && strspn(word, "0123456789") == strlen(word);
}

/* Returns true if the word is a number that fits and lies between the two. */
static bool is_between(const char *word, long long least, long long most)
{
    errno = 0;
    const long long number = strtoll(word, NULL, 10);
    return is_number(word) && !errno && number >= least && number <= most;
}

static const long long most_of_all = 1000000000000; /* milliseconds: 31 years */

long long number_of(const char *word)
{
    const long long number = strtoll(word, NULL, 10);
    return number < 0 ? 0 : number;
}

long item_of(const char *word)
{
    return strtol(word, NULL, 10);
}

static bool is_one_of(const char *word, const char *a, const char *b, const char *c)
{
    return !strcmp(word, a) || !strcmp(word, b) || !strcmp(word, c);
}

static const struct definition *find_object(const struct program *program, const char *name)
{
    const struct definition *object = program->objects;
    while (object && strcmp(object->words[1], name))
        object = object->next;
    return object;
}

static bool is_object(const struct program *program, const char *name, char letter)
{
    const struct definition *const object = find_object(program, name);
    if (!object)
        return false;
    switch (object->kind) {
    case OBJECT_EVENT:
        return letter == 'e';
    case OBJECT_BARRIER:
        return letter == 'b';
    case OBJECT_QUEUE:
        return letter == 'q';
    case OBJECT_CONDITION:
        return letter == 'c' || letter == 'l';
    default:
        return letter == 'l' && object->kind != OBJECT_FUTURE;
    }
}

static bool is_word(const struct program *program, const char *word, char letter)
{
    switch (letter) {
    case 'w':
    case '+':
        return true;
    case 'n':
        return is_between(word, -most_of_all, most_of_all);
    case 'z':
        return is_between(word, 0, most_of_all);
    case 'p':
        return is_between(word, 1, most_of_all);
    case 'i':
        return is_between(word, LONG_MIN, LONG_MAX);
    case 't':
        return program_task(program, word);
    case 'a':
        return !strcmp(word, "as");
    case 'm':
        return is_one_of(word, "first", "error", "all");
    case 'o':
        return is_one_of(word, "fifo", "lifo", "priority");
    case '?':
        return !strcmp(word, "-") || is_between(word, -most_of_all, most_of_all);
    default:
        return is_object(program, word, letter);
    }
}

static const char *wrong_in_block(const struct program *program, const struct block *block);

/* Returns the first word that does not match its letter, or NULL. */
static const char *wrong_word(const struct program *program, char *const *words, int count,
                              const char *letters)
{
    for (int i = 1; i < count && letters[i - 1]; i++)
        if (!is_word(program, words[i], letters[i - 1]))
            return words[i];
    return NULL;
}

static bool returns(const struct block *block);

static bool has_return(const struct statement *statement)
{
    for (; statement; statement = statement->next)
        if (statement->op == OP_RETURN || returns(statement->blocks))
            return true;
    return false;
}

static bool returns(const struct block *block)
{
    while (block && !has_return(block->statements))
        block = block->next;
    return block;
}

/* Returns the error of a wrong `finally`, or NULL. A try has at most one `finally`, and a
 * `finally` contains no `return`. */
static const char *wrong_finally(const struct block *block)
{
    int count = 0;
    for (; block; block = block->next) {
        const bool finally = !strcmp(block->words[0], "finally");
        count += finally;
        if (finally && (count > 1 || has_return(block->statements)))
            return block->words[0];
    }
    return NULL;
}

static const char *wrong_in(const struct program *program, const struct statement *statement)
{
    const char *wrong = NULL;
    for (; statement && !wrong; statement = statement->next) {
        const struct block *const block = statement->blocks;
        wrong = block ? wrong_word(program, block->words, block->count, statement->letters)
                      : wrong_word(program, statement->words, statement->count, statement->letters);
        if (!wrong)
            wrong = wrong_finally(block);
        if (!wrong)
            wrong = wrong_in_block(program, block);
    }
    return wrong;
}

static const char *wrong_in_block(const struct program *program, const struct block *block)
{
    const char *wrong = NULL;
    for (; block && !wrong; block = block->next)
        wrong = wrong_in(program, block->statements);
    return wrong;
}

static const char *name_of(const struct definition *definition)
{
    return definition->body ? definition->body->words[1] : definition->words[1];
}

static const char *named_twice(const struct definition *definition)
{
    for (; definition; definition = definition->next)
        for (const struct definition *other = definition->next; other; other = other->next)
            if (!strcmp(name_of(definition), name_of(other)))
                return name_of(other);
    return NULL;
}

static const char *wrong_in_program(const struct program *program)
{
    const char *wrong = named_twice(program->objects);
    if (!wrong)
        wrong = named_twice(program->tasks);
    for (const struct definition *d = program->objects; d && !wrong; d = d->next)
        wrong = wrong_word(program, d->words, d->count, d->letters);
    for (const struct definition *task = program->tasks; task && !wrong; task = task->next)
        wrong = wrong_in_block(program, task->body);
    return wrong;
}

struct program *program_parse(const char *text)
{
    struct program *const program = calloc(1, sizeof(*program));
    struct reader reader = {.at = text};
    for (next_line(&reader); reader.line.number && !reader.problem;)
        parse_definition(&reader, program);
    if (!reader.problem && !program_task(program, "main"))
        reader.problem = "there is no task main";
    const char *const wrong = reader.problem ? NULL : wrong_in_program(program);
    if (!reader.problem && !wrong)
        return program;
    if (wrong)
        fprintf(stderr, "'%s' is not allowed here\n", wrong);
    else
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
