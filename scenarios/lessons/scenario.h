/* What the lessons share. A lesson is a coroutine without arguments; scenario.c has the main
 * program, which runs those that LESSONS names, on a loop of weft. */
#ifndef WEFT_SCENARIOS_SCENARIO_H
#define WEFT_SCENARIOS_SCENARIO_H

#include <stdio.h>

#include "weft.h"

/* ---- The program --------------------------------------------------------------------------- */

struct lesson {
    const char *name;
    const weft_code *code;
};

struct scenario {
    const char *name;
    const struct lesson *lessons; /* up to one without a name */
    const char *section;          /* what it is a part of; NULL in a program of one scenario */
};

/* Up to one without a name: what this program can run. */
extern const struct scenario scenarios[];

/* LESSONS(file, LESSON(coroutine), {"lesson", &coroutine_code}, ...);
 * Ends a file of lessons: the table of them, in order; LESSON of those that are called as their
 * coroutine is. A program is one such file and scenario.c; one of several (lessons.c) is compiled
 * with -DSEVERAL_SCENARIOS, and defines `scenarios` in a file of its own. */
#define LESSONS(file, ...)                                                                         \
    const struct lesson file##_lessons[] = {__VA_ARGS__, {NULL, NULL}};                            \
    SCENARIOS_(file)
#define LESSON(coroutine)                                                                          \
    {                                                                                              \
#coroutine, &coroutine##_code                                                              \
    }
#ifdef SEVERAL_SCENARIOS
#define SCENARIOS_(file) extern const struct lesson file##_lessons[]
#else
#define SCENARIOS_(file)                                                                           \
    const struct scenario scenarios[] = {{#file, file##_lessons, NULL}, {NULL, NULL, NULL}}
#endif

/* ---- What Python has ------------------------------------------------------------------------ */

/* str: a text that a coroutine can return, or raise, as a value; and f"{...}": one of printf's
 * formats, cut off where it does not fit. */
struct text {
    char s[48];
};

struct text text(const char *format, ...);

/* None, where a text could be. */
extern const struct text none;
bool is_none(struct text text);

/* list, of texts: results = [], results.append(f"{...}"), results.pop(0). It has room for 8;
 * whoever appends to a full one, or pops of an empty one, ends the program. */
struct list {
    int length;
    struct text items[8];
};

void append(struct list *list, struct text item);
struct text pop(struct list *list);

/* class Fail(Exception): pass
 * Fail(f"{...}"): one, with its text, in the frame of the coroutine that raises it. */
extern const weft_error fail_error;

struct failure {
    weft_error error;
    struct text text;
};

const weft_error *fail(struct failure *failure, struct text text);

/* ---- What the lessons have ------------------------------------------------------------------ */

/* In a coroutine: asyncio.get_running_loop().time() */
#define now() weft_loop_time(weft_running_loop())

/* In a coroutine: print(f"Total: {now() - start:.2f} s ({note})"), without the parentheses if
 * `note` is NULL. */
#define total(start, note) print_total(now() - (start), note)
void print_total(weft_time elapsed, const char *note);

/* {"data": data, "id": id}, and print(f"Received result: {result}") of one. */
struct data {
    struct text data;
    int id;
};

void print_result(const struct data *result);

#endif
