/* SIGQUIT (Ctrl-\) has all tasks of a loop written to standard error, and the program goes on. */
#ifndef WEFT_SCENARIOS_ON_QUIT_H
#define WEFT_SCENARIOS_ON_QUIT_H

#include "weft.h"

/* From now on, for this loop; until no_dump_on_quit, which comes before the loop is closed. One
 * loop at a time. Where it cannot be had, SIGQUIT does what it always does. */
void dump_on_quit(weft_loop *loop);
void no_dump_on_quit(void);

/* Writes a text to a FILE: a weft_write, for weft_dump. */
void write_text(const char *text, void *file);

#endif
