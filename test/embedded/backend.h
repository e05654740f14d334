/* SPDX-License-Identifier: MIT */
/* The backend on the machine's clock and alarm. */
#ifndef BACKEND_H
#define BACKEND_H

#include <core/backend.h>

/* Returns the backend, whose clock is as exact as weft_time and the machine's clock allow. The
 * clock goes on from one loop to the next. Call machine_start_clock first. */
weft_backend *machine_backend(void);

#endif
