/* Trace programs as text, read into trees. The language is told in doc/conformance.md. */
#ifndef INTERPRETER_PROGRAM_H
#define INTERPRETER_PROGRAM_H

#include <stdbool.h>

struct block;

enum op {
    /* do not wait */
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
    /* wait */
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
    /* run statements */
    OP_CALL,
    OP_REPEAT,
    OP_TRY,
    OP_WITH,
    OP_TIMEOUT,
    OP_GROUP
};

/* A statement: its words, the first of which says what it is, are those of its line; or, with
 * braces, those of its first block. */
struct statement {
    struct statement *next;
    enum op op;
    int line;
    const char *letters; /* what its words have to be */
    int count;
    char **words;
    struct block *blocks; /* one for each part */
};

/* `{ }` and what stands before it: `with L`, `catch KIND`, `finally`. */
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
    const char *letters;   /* what its words have to be */
    int count;
    char **words;
    struct block *body; /* a task's */
};

struct program {
    struct definition *objects, *tasks;
};

/* Reads a program. Returns NULL and writes one line to standard error if it is malformed. */
struct program *program_parse(const char *text);
void program_free(struct program *program);

/* A number, of what cannot be less than 0: a negative one is 0. And an item, which can. */
long long number_of(const char *word);
long item_of(const char *word);

/* The task template `name`, or NULL. */
const struct definition *program_task(const struct program *program, const char *name);

#endif
