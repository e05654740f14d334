/* SPDX-License-Identifier: MIT */
/* The tasks of the examples of hosts: each host drives the loop in its own way. */
#ifndef EXAMPLES_DEMO_H
#define EXAMPLES_DEMO_H

#include "weft.h"

/* Starts the tasks. One of them ends only when it is cancelled. */
void demo_start(weft_loop *loop);

/* Passes a number of the host to a task, which waits for three. Call it between two runs or in a
 * callback. Returns false if the queue has no room; then the number is lost. */
bool demo_receive(int number);

/* Returns true if the main task has ended. Other tasks may still run. */
bool demo_is_done(void);

/* Cancels all tasks, as asyncio's shutdown does, but without waiting, since a host cannot wait. The
 * tasks have ended when weft_first_task returns NULL. That can take several runs, because tasks may
 * await in their finally blocks. */
void demo_cancel_all(weft_loop *loop);

/* Prints the results, after all tasks have ended. Returns 0 if they are as expected, else 1. */
int demo_report(void);

#endif
