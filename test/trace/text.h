/* SPDX-License-Identifier: MIT */
/* A whole file as one string. */
#ifndef INTERPRETER_TEXT_H
#define INTERPRETER_TEXT_H

#include <stdio.h>

/* Reads the rest of `in` into one string, which the caller must free. */
char *read_all(FILE *in);

/* Ends the text at `at` after its line `mark`, which has a newline at both ends. Returns the
 * text behind the mark, or NULL if there is no mark. */
char *text_cut(char *at, const char *mark);

#endif
