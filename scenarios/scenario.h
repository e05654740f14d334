/* What the lessons share. A lesson is a coroutine without arguments; scenario.c has the main
 * program, which runs those that LESSONS names, on a loop of weft. */
#ifndef WEFT_SCENARIOS_SCENARIO_H
#define WEFT_SCENARIOS_SCENARIO_H

#include <stdio.h>

#include "weft.h"

struct lesson {
    const char *name;
    const weft_code *code;
};

struct scenario {
    const char *name;
    const struct lesson *lessons; /* up to one without a name */
};

/* Up to one without a name: what this program can run. */
extern const struct scenario scenarios[];

/* LESSONS(file, {"lesson", &coroutine_code}, ...);
 * Ends a file of lessons: the table of them, in order. A program is one such file and scenario.c;
 * one of several is compiled with -DSEVERAL_SCENARIOS, and defines `scenarios` in a file of its
 * own. */
#define LESSONS(file, ...)                                                                         \
    const struct lesson file##_lessons[] = {__VA_ARGS__, {NULL, NULL}};                            \
    SCENARIOS_(file)
#ifdef SEVERAL_SCENARIOS
#define SCENARIOS_(file) extern const struct lesson file##_lessons[]
#else
#define SCENARIOS_(file) const struct scenario scenarios[] = {{#file, file##_lessons}, {NULL, NULL}}
#endif

/* In a coroutine: asyncio.get_running_loop().time() */
#define now() weft_loop_time(weft_running_loop())

/* print(f"Total: {elapsed:.2f} s ({note})"), without the parentheses if `note` is NULL. */
void print_total(weft_time elapsed, const char *note);

/* {"data": data, "id": id}, and print(f"Received result: {result}") of one. */
struct data {
    char data[40];
    int id;
};

void print_result(const struct data *result);

/* class Fail(Exception): pass */
extern const weft_error fail_error;

#endif
