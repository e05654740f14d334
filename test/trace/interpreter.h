/* SPDX-License-Identifier: MIT */
/* Runs a trace program on weft, over a virtual clock. */
#ifndef INTERPRETER_INTERPRETER_H
#define INTERPRETER_INTERPRETER_H

#include <stdio.h>

#include "trace/program.h"

struct seen;
struct watcher;

/* Writes the program's trace to `out`. */
void interpret(const struct program *program, FILE *out);
void interpret_dumping(const struct program *program, FILE *out); /* ... with a dump at each line */
void interpret_watched(const struct program *program, FILE *out, struct watcher *watcher);

/* Checks the events of the loop as well (seen.h). If `dumps` is true, dumps too. */
void interpret_seen(const struct program *program, FILE *out, struct seen *seen, bool dumps);

/* Writes the trace of a program whose tasks have stacks (test/stackful/). */
void interpret_stackful(const struct program *program, FILE *out);
void interpret_stackful_dumping(const struct program *program, FILE *out);

/* Writes the trace of a program that may never end: it stops after `steps` steps. */
void interpret_within(const struct program *program, FILE *out, size_t steps);

#endif
