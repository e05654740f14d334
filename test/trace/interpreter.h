/* Runs a trace program on weft, over a virtual clock. */
#ifndef INTERPRETER_INTERPRETER_H
#define INTERPRETER_INTERPRETER_H

#include <stdio.h>

#include "trace/program.h"

struct watcher;

/* Writes the program's trace to `out`. */
void interpret(const struct program *program, FILE *out);
void interpret_dumping(const struct program *program, FILE *out); /* and a dump with each line */
void interpret_watched(const struct program *program, FILE *out, struct watcher *watcher);

/* The same for a program that may never end: after so many steps it stops where it is. */
void interpret_within(const struct program *program, FILE *out, size_t steps);

#endif
