/* Runs a trace program on weft, over a virtual clock. */
#ifndef INTERPRETER_INTERPRETER_H
#define INTERPRETER_INTERPRETER_H

#include <stdio.h>

#include "interpreter/program.h"

/* Writes the program's trace to `out`. */
void interpret(const struct program *program, FILE *out);

#endif
