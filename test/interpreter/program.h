/* Trace programs as text, read into trees. The language is told in doc/conformance.md. */
#ifndef INTERPRETER_PROGRAM_H
#define INTERPRETER_PROGRAM_H

#include <stdbool.h>

struct block;

enum op {
    OP_LOG,
    OP_SLEEP,
    OP_SPAWN,
    OP_CALL,
    OP_AWAIT,
    OP_CANCEL,
    OP_STATE,
    OP_ON_DONE,
    OP_SET_RESULT,
    OP_SET_ERROR,
    OP_RAISE,
    OP_RETURN,
    OP_REPEAT,
    OP_TRY,
    OP_ACQUIRE,
    OP_RELEASE,
    OP_LOCKED,
    OP_WITH,
    OP_SET,
    OP_CLEAR,
    OP_WAIT_EVENT
};

/* A statement: its words, the first of which says what it is, are those of its line; or, with
 * braces, those of its first block. */
struct statement {
    struct statement *next;
    enum op op;
    int line;
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

enum object_kind { OBJECT_FUTURE, OBJECT_LOCK, OBJECT_SEMAPHORE, OBJECT_BOUNDED, OBJECT_EVENT };

/* `lock NAME`, or `task NAME { }`. */
struct definition {
    struct definition *next;
    enum object_kind kind; /* an object's */
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

/* The task template `name`, or NULL. */
const struct definition *program_task(const struct program *program, const char *name);

#endif
