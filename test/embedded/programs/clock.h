/* SPDX-License-Identifier: MIT */
/* The backend of a program: clock_tickless.c or clock_periodic.c. */
#ifndef CLOCK_H
#define CLOCK_H

#include <core/backend.h>

#include "machine.h"

/* Starts the machine's timers, and returns the backend. Must be called once. */
weft_backend *start_clock(void);

/* A hook of the program: the tick's interrupt calls it, if the machine's tick is started.
 * clock_periodic.c starts it. */
void on_tick(void);

#endif
