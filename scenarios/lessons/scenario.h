/* SPDX-License-Identifier: MIT */
/* What the lessons share. A lesson is a coroutine without arguments. scenario.c has main(),
 * which runs the lessons in LESSONS on a loop of weft, or as style.h says. */
#ifndef WEFT_SCENARIOS_SCENARIO_H
#define WEFT_SCENARIOS_SCENARIO_H

#include <stdio.h>

#include "weft.h"

/* ---- The program --------------------------------------------------------------------------- */

struct lesson {
    const char *name;
    const void *code; /* what the style runs (style.h): a weft_code, or what a thread starts */
};

struct scenario {
    const char *name;
    const struct lesson *lessons; /* ends with an entry whose name is NULL */
    const char
        *section; /* heading of the section in README.md; NULL in a program of one scenario */
};

/* All scenarios of this program; ends with an entry whose name is NULL. Each style has a table. */
extern const struct scenario scenarios[], stackful_scenarios[], threads_scenarios[];

/* LESSONS(file, LESSON(coroutine), {"lesson", &coroutine_code}, ...);
 * Defines the table of a file's lessons, in order, at the end of the file. LESSON makes the
 * entry of a lesson that has the name of its coroutine. A program consists of one such file of each
 * style and scenario.c. The program of all files is compiled with -DSEVERAL_SCENARIOS; its tables
 * are in lessons.c and styles.c. The header of another style defines STYLE_TABLE before it includes
 * this header: its file defines only a table, FILE_STYLE. */
#define LESSONS(file, ...)                                                                         \
    const struct lesson STYLE_TABLE(file)[] = {__VA_ARGS__, {NULL, NULL}};                         \
    SCENARIOS_(file)
#define LESSON(coroutine)                                                                          \
    {                                                                                              \
#coroutine, &coroutine##_code                                                              \
    }
#if defined STYLE_TABLE
#define SCENARIOS_(file) extern const struct lesson STYLE_TABLE(file)[]
#else
#define STYLE_TABLE(file) file##_lessons
#ifdef SEVERAL_SCENARIOS
#define SCENARIOS_(file) extern const struct lesson file##_lessons[]
#else
#define SCENARIOS_(file)                                                                           \
    extern const struct lesson file##_stackful[], file##_threads[];                                \
    const struct scenario scenarios[] = {{#file, file##_lessons, NULL}, {NULL, NULL, NULL}};       \
    const struct scenario stackful_scenarios[] = {{#file, file##_stackful, NULL},                  \
                                                  {NULL, NULL, NULL}};                             \
    const struct scenario threads_scenarios[] = {{#file, file##_threads, NULL}, {NULL, NULL, NULL}}
#endif
#endif

/* Ends the program, unless the condition is true. `otherwise` says what is wrong. */
void require(bool condition, const char *otherwise);

/* ---- What Python has (values.c) ------------------------------------------------------------- */

/* str: a text that a coroutine can return or raise as a value. text(...) is f"{...}": it takes a
 * format of printf's, and truncates a text that does not fit. */
struct text {
    char s[48];
};

struct text text(const char *format, ...);

/* None, in place of a text. */
extern const struct text none;
bool is_none(struct text text);

/* list, of texts: results = [], results.append(f"{...}"), results.pop(0). A list has room for 8
 * texts. An append to a full list, or a pop from an empty list, ends the program. */
struct list {
    int length;
    struct text items[8];
};

void append(struct list *list, struct text item);
struct text pop(struct list *list);

/* class Fail(Exception): pass
 * Fail(f"{...}"): raises that error, which stands, with its text, in the frame of the coroutine
 * that raises it. */
extern const weft_error fail_error;

struct failure {
    weft_error error;
    struct text text;
};

const weft_error *fail(struct failure *failure, struct text text);

/* ---- What the lessons have ------------------------------------------------------------------ */

/* In a coroutine: asyncio.get_running_loop().time() */
#define now() weft_loop_time(weft_running_loop())

/* In a coroutine: print(f"Total: {now() - start:.2f} s ({note})"). Leaves the parentheses out if
 * `note` is NULL. */
#define total(start, note) print_total(now() - (start), note)
void print_total(weft_time elapsed, const char *note);

/* {"data": data, "id": id}, and print(f"Received result: {result}"). */
struct data {
    struct text data;
    int id;
};

void print_result(const struct data *result);

#endif
