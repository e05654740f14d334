/* SPDX-License-Identifier: MIT */
/* The backend of these programs: core/backend/tickless.h on the machine's clock and alarm. With
 * -DPERIODIC it is core/backend/periodic.h on the machine's tick. */
#ifndef CLOCK_H
#define CLOCK_H

#include <core/backend.h>

#include "machine.h"

/* Starts the machine's timers, and returns the backend. Must be called once. */
weft_backend *start_clock(void);

#endif
