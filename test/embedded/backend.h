/* SPDX-License-Identifier: MIT */
/* The tickless backend on the machine's clock and alarm. */
#ifndef BACKEND_H
#define BACKEND_H

#include <core/backend/tickless.h>

/* Initialises the backend, and starts the machine's clock. The backend's time is as exact as
 * weft_time and the machine's clock allow. A program may have one such backend. */
void machine_backend_init(weft_tickless *backend);

#endif
