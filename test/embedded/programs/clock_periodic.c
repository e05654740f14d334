/* SPDX-License-Identifier: MIT */
/* core/backend/periodic.h, on the machine's tick. */
#include <core/backend/periodic.h>

#include "clock.h"

static weft_periodic backend;

__attribute__((weak)) void on_tick(void)
{
}

void machine_on_tick(void)
{
    weft_periodic_tick(&backend);
    on_tick();
}

weft_backend *start_clock(void)
{
    weft_periodic_init(&backend, WEFT_MS(1));
    machine_start_tick();
    machine_start_clock(); /* for machine_after */
    return &backend.backend;
}
