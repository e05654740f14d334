/* SPDX-License-Identifier: MIT */
/* From a recording to files and the terminal: for weft-trace and for the scenarios. */
#ifndef WEFT_TRACE_OUTPUT_H
#define WEFT_TRACE_OUTPUT_H

#include <stdio.h>

#include "render.h"

/* What is wanted of a recording. NULL: not wanted. */
struct outputs {
    FILE *terminal;
    const char *timeline;   /* the name of a file: an SVG if it ends with .svg, else text */
    const char *json;       /* the name of a file */
    struct picture picture; /* of the terminal */
};

/* Returns what a terminal can show. Without a terminal: 80 columns, or COLUMNS of the environment,
 * without colours, in UTF-8. NO_COLOR in the environment: without colours. */
struct picture picture_of(FILE *file);

/* Each function reports a problem on standard error, and then returns false. `program` is the name
 * that the report begins with. */
bool read_file(struct buffer *buffer, const char *name, const char *program);
bool write_file(const struct buffer *buffer, const char *name, const char *program);

/* Writes what is wanted. `title` may be NULL. */
bool show_recording(const struct buffer *recording, const char *title,
                    const struct outputs *outputs, const char *program);

#endif
