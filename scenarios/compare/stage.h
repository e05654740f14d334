/* SPDX-License-Identifier: MIT */
/* A loop of weft, for stackless.c and stackful.c: its tasks run until one of them has made all
 * passes of a round. */
#ifndef WEFT_SCENARIOS_COMPARE_STAGE_H
#define WEFT_SCENARIOS_COMPARE_STAGE_H

#include "compare.h"
#include "weft.h"

struct stage {
    weft_loop loop; /* the first member, so that a task finds the stage by its loop */
    weft_select backend;
    size_t n;
    size_t left;  /* passes */
    size_t count; /* operations of this round */
    struct round round;
    int pipes[2][2]; /* of the two tasks of `pipe` */
    weft_lock lock;
};

static inline struct stage *stage_of(weft_loop *loop)
{
    return (struct stage *)(void *)loop;
}

/* Counts a pass. After the last one, stops the loop at the end of this tick. */
static inline void count_pass(struct stage *stage)
{
    if (--stage->left == 0)
        weft_stop(&stage->loop);
}

/* The stage of the child. */
extern struct stage the_stage;

void open_stage(size_t n);

/* `run` of an operation: runs the loop for `passes` passes. */
double run_stage(void *state, size_t passes);
/* `measure` of an operation whose task times the round itself. */
void measure_stage(void *state, size_t passes, struct round *round);

void open_pipes(void);
void put_byte(int descriptor);
void get_byte(int descriptor);

#endif
