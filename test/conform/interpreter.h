/* Runs a trace program on weft, over a virtual clock. */
#ifndef CONFORM_INTERPRETER_H
#define CONFORM_INTERPRETER_H

#include <stdio.h>

#include "conform/program.h"

/* Writes the program's trace to `out`. */
void interpret(const struct program *program, FILE *out);

#endif
