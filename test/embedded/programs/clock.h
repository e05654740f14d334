/* SPDX-License-Identifier: MIT */
/* The backend of these programs: core/backend/tickless.h on the machine's clock and alarm. With
 * -DPERIODIC it is core/backend/periodic.h on the machine's tick. */
#ifndef CLOCK_H
#define CLOCK_H

#include <core/backend.h>
#include <core/time.h>

#include "machine.h"

/* Starts the machine's timer, and returns the backend. Must be called once. */
weft_backend *start_clock(void);

/* The longest delay that the alarm reaches, in units of weft_time. */
weft_time alarm_range(void);

#endif
