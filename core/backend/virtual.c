/* SPDX-License-Identifier: MIT */
#include "core/backend/virtual.h"

static weft_time virtual_now(weft_backend *backend)
{
    return WEFT_CONTAINER_(backend, weft_virtual, backend)->now;
}

static void virtual_sleep(weft_backend *backend, weft_time until)
{
    weft_virtual *const clock = WEFT_CONTAINER_(backend, weft_virtual, backend);
    if (until && !weft_has_passed(until, clock->now))
        clock->now = until;
}

void weft_virtual_init(weft_virtual *backend)
{
    *backend = (weft_virtual){.backend = {.now = virtual_now, .sleep = virtual_sleep}};
}
