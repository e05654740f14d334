/* A whole file as one string. */
#ifndef INTERPRETER_TEXT_H
#define INTERPRETER_TEXT_H

#include <stdio.h>

/* The rest of `in`, which the caller frees. */
char *read_all(FILE *in);

#endif
