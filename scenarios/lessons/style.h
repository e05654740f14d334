/* SPDX-License-Identifier: MIT */
/* Styles: a lesson is written with coroutines without stacks (scenarios/lessons/), with coroutines
 * that have stacks (scenarios/stackful/), or with threads (scenarios/threads/). The option --style
 * chooses one of these. */
#ifndef WEFT_SCENARIOS_STYLE_H
#define WEFT_SCENARIOS_STYLE_H

#include "scenario.h"

/* What the options of the command line say. */
struct options {
    const struct style *style;
    bool virtual; /* --virtual */
    bool debugs;  /* WEFT_DEBUG=1 in the environment: the loops run in debug mode */
    double speed; /* --speed: how often faster than the real clock the clock of the lessons is */
};

/* Exit statuses. The program exits with the greatest status of its lessons. */
enum status { OK, FAILED, USAGE, DEADLOCK };

struct style {
    const char *name;                 /* what follows --style */
    const struct scenario *scenarios; /* ends with an entry whose name is NULL */
    /* NULL: the lessons can run on the virtual clock. Otherwise the reason why they cannot. Then
     * the style has a --speed. */
    const char *real_time_only;
    /* Runs a lesson, and returns its exit status. */
    int (*run)(const struct lesson *lesson, const struct options *options);
};

/* The styles of this program; ends with NULL. The first one is the default. */
extern const struct style *const styles[];
extern const struct style stackless_style, stackful_style, threads_style;

/* Runs a lesson that is a coroutine of weft, on a new loop with the clock that the options name.
 * `start` runs the lesson's coroutine `code` as a task in `memory`, which has weft_task_size(code)
 * bytes, as weft_run_code does; it gets `data` too. Returns the exit status. */
typedef const weft_error *start_function(weft_loop *loop, const weft_code *code, void *memory,
                                         void *data);
int run_on_a_loop(const struct lesson *lesson, const struct options *options, start_function *start,
                  void *data);

#endif
