/* SPDX-License-Identifier: MIT */
/* core/backend/tickless.h, on the machine's clock and alarm. */
#include "backend.h"
#include "clock.h"

__attribute__((weak)) void on_tick(void)
{
}

void machine_on_tick(void)
{
    on_tick();
}

weft_backend *start_clock(void)
{
    static weft_tickless backend;
    machine_backend_init(&backend);
    return &backend.backend;
}
