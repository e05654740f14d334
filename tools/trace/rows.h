/* SPDX-License-Identifier: MIT */
/* Which rows and columns a picture has. */
#ifndef WEFT_TRACE_ROWS_H
#define WEFT_TRACE_ROWS_H

#include "model.h"

enum row_kind { TASK_ROW, BLOCK_ROW, LEFT_OUT_ROW, LOCK_ROW };

struct row {
    enum row_kind kind;
    int task;   /* TASK_ROW, BLOCK_ROW: the task. LEFT_OUT_ROW: their parent, or NONE */
    int index;  /* BLOCK_ROW: the blocks of this depth. LOCK_ROW: the lock. */
    int level;  /* of the task in the tree; a root has level 0 */
    char *tree; /* the lines of the tree in front of the name, in UTF-8 */
    char *name; /* "" for a BLOCK_ROW */
};

/* The columns are the steps that are shown, in order. */
struct column {
    int step;
    uint64_t time;
    bool gap; /* the clock moved between the column before and this one */
};

struct view {
    const struct model *model;
    struct row *rows;
    int row_count, row_room;
    struct column *columns;
    int column_count, column_room;
    int *row_of_task;    /* NONE: the task is left out */
    int *column_of_step; /* the first column that is not before the step; step_count + 1 elements */
    int tasks_left_out, steps_left_out;
};

/* Chooses at most `most` tasks: those that failed, then parents before their children, then those
 * created first. 0: all tasks. The caller frees the view with free_view. */
struct view choose_view(const struct model *model, int most);
void free_view(struct view *view);

/* Returns true if the task is shown. False for NONE. */
bool is_shown(const struct view *view, int task);

#endif
