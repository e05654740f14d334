/* SPDX-License-Identifier: MIT */
#include "clock.h"

#ifdef PERIODIC

#include <core/backend/periodic.h>

static weft_periodic backend;

void machine_on_tick(void)
{
    weft_periodic_tick(&backend);
}

weft_backend *start_clock(void)
{
    weft_periodic_init(&backend, WEFT_MS(1));
    machine_start_tick();
    machine_start_clock(); /* for machine_after */
    return &backend.backend;
}

#else

#include "backend.h"

weft_backend *start_clock(void)
{
    static weft_tickless backend;
    machine_backend_init(&backend);
    return &backend.backend;
}

#endif
