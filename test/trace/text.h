/* A whole file as one string. */
#ifndef INTERPRETER_TEXT_H
#define INTERPRETER_TEXT_H

#include <stdio.h>

/* The rest of `in`, which the caller frees. */
char *read_all(FILE *in);

/* Ends the text at `at` behind its line `mark`, which has a newline at both ends, and returns what
 * comes then; NULL without one. */
char *text_cut(char *at, const char *mark);

#endif
