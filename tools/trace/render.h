/* SPDX-License-Identifier: MIT */
/* The pictures of a model. Each function appends to a buffer. */
#ifndef WEFT_TRACE_RENDER_H
#define WEFT_TRACE_RENDER_H

#include "buffer.h"
#include "model.h"

enum axis {
    AXIS_AUTO,  /* steps if the clock stands still in each step, else time */
    AXIS_STEPS, /* a column for each step, and a gap where the clock moves */
    AXIS_TIME
};

struct picture {
    enum axis axis;
    int most_tasks; /* tasks that have a row; 0: the default of each picture */
    int width;      /* of the terminal, in columns */
    bool colour;    /* the terminal has colours */
    bool ascii;     /* the terminal has no UTF-8 */
};

void draw_terminal(struct buffer *buffer, const struct model *model, const struct picture *picture);
void draw_svg(struct buffer *buffer, const struct model *model, const struct picture *picture);
void write_json(struct buffer *buffer, const struct model *model);

#endif
