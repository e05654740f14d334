/* SPDX-License-Identifier: MIT */
/* Trace programs as text, parsed into trees. doc/conformance.md defines the language. */
#ifndef INTERPRETER_PROGRAM_H
#define INTERPRETER_PROGRAM_H

#include <stdbool.h>

struct block;

enum op {
    /* statements that do not wait */
    OP_LOG,
    OP_RETURN,
    OP_RAISE,
    OP_SPAWN,
    OP_GROUP_SPAWN,
    OP_CANCEL,
    OP_STATE,
    OP_ON_DONE,
    OP_SET_RESULT,
    OP_SET_ERROR,
    OP_RELEASE,
    OP_LOCKED,
    OP_SET,
    OP_CLEAR,
    OP_NOTIFY,
    OP_NOTIFY_ALL,
    OP_PUT_NOWAIT,
    OP_GET_NOWAIT,
    OP_TASK_DONE,
    /* statements that wait */
    OP_SLEEP,
    OP_AWAIT,
    OP_ACQUIRE,
    OP_WAIT_EVENT,
    OP_WAIT_CONDITION,
    OP_WAIT_BARRIER,
    OP_RESET,
    OP_ABORT,
    OP_PUT,
    OP_GET,
    OP_JOIN,
    OP_SHIELD,
    OP_WAIT_FOR,
    OP_GATHER,
    OP_WAIT,
    /* statements that run statements */
    OP_CALL,
    OP_REPEAT,
    OP_TRY,
    OP_WITH,
    OP_TIMEOUT,
    OP_GROUP
};

/* A statement. Its words are the words of its line, or of its first block's line if it has
 * blocks. The first word is its name. */
struct statement {
    struct statement *next;
    enum op op;
    int line;
    const char *letters; /* required words (program.c) */
    int count;
    char **words;
    struct block *blocks; /* one for each part */
};

/* `{ }` and the words before it: `with L`, `catch KIND`, `finally`. */
struct block {
    struct block *next;
    int count;
    char **words;
    struct statement *statements;
};

enum object_kind {
    OBJECT_FUTURE,
    OBJECT_LOCK,
    OBJECT_SEMAPHORE,
    OBJECT_BOUNDED,
    OBJECT_CONDITION,
    OBJECT_EVENT,
    OBJECT_BARRIER,
    OBJECT_QUEUE
};

/* `lock NAME`, or `task NAME { }`. */
struct definition {
    struct definition *next;
    enum object_kind kind; /* an object's */
    const char *letters;   /* required words (program.c) */
    int count;
    char **words;
    struct block *body; /* a task's */
};

struct program {
    struct definition *objects, *tasks;
};

/* Parses a program. If it is malformed, writes one line to standard error and returns NULL. */
struct program *program_parse(const char *text);
void program_free(struct program *program);

/* number_of returns a number that cannot be negative: it turns a negative one into 0. item_of
 * returns an item, which can be negative. */
long long number_of(const char *word);
long item_of(const char *word);

/* Returns the task template `name`, or NULL. */
const struct definition *program_task(const struct program *program, const char *name);

#endif
