/* What the examples of hosts have weft do: the same tasks, whoever drives the loop. */
#ifndef EXAMPLES_DEMO_H
#define EXAMPLES_DEMO_H

#include "weft.h"

/* Starts them. Some of them never end by themselves. */
void demo_start(weft_loop *loop);

/* The host's word to one of them, which waits for three: between two runs, or in a callback. False:
 * there is no room for it, and it is not heard. */
bool demo_hear(int number);

/* Whether the task that all are there for has ended; the others, and the loop, go on. */
bool demo_is_done(void);

/* asyncio's shutdown for a host, which cannot wait: asks all tasks to end. They have when
 * weft_first_task finds none, some runs later: they may await in their finally blocks. */
void demo_cancel_all(weft_loop *loop);

/* When that is so: prints what became of them. 0: all is as it should be; else 1. */
int demo_report(void);

#endif
