/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "stage.h"

#include <unistd.h>

struct stage the_stage;

void open_stage(size_t n)
{
    the_stage.n = n;
    weft_select_init(&the_stage.backend);
    weft_loop_init(&the_stage.loop, &the_stage.backend.backend);
}

double run_stage(void *state, size_t passes)
{
    struct stage *const stage = state;
    stage->left = passes;
    stage->count = 0;
    expect(!weft_run_forever(&stage->loop), "the tasks run until one stops the loop");
    expect(stage->left == 0, "all passes were made");
    return (double)stage->count;
}

void measure_stage(void *state, size_t passes, struct round *round)
{
    struct stage *const stage = state;
    run_stage(stage, passes);
    *round = stage->round;
}

void open_pipes(void)
{
    expect(!pipe(the_stage.pipes[0]) && !pipe(the_stage.pipes[1]), "there are pipes");
}

void put_byte(int descriptor)
{
    expect(write(descriptor, "x", 1) == 1, "a byte is written");
}

void get_byte(int descriptor)
{
    char byte;
    expect(read(descriptor, &byte, 1) == 1, "a byte is read");
}
