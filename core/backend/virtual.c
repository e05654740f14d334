/* SPDX-License-Identifier: MIT */
#include "core/backend/virtual.h"

#include "core/loop.h"

static weft_time virtual_now(weft_backend *backend)
{
    return WEFT_CONTAINER_(backend, weft_virtual, backend)->now;
}

#if WEFT_TIME_BITS < 64
/* Returns true if the timer is due one unit later than `until`, at 0 or at WEFT_FOREVER. As an
 * argument of sleep() both have another meaning. */
static bool is_due_next(const weft_virtual *clock, weft_time until)
{
    return until == clock->now && !weft_timers_may_be_due_(&clock->backend.loop->timers, until);
}
#endif

static void virtual_sleep(weft_backend *backend, weft_time until)
{
    weft_virtual *const clock = WEFT_CONTAINER_(backend, weft_virtual, backend);
#if WEFT_TIME_BITS == 64
    if (until > clock->now)
        clock->now = until;
#else
    const weft_time left = weft_time_left(until, clock->now);
    if (until && left != WEFT_FOREVER)
        clock->now = weft_wrap_(clock->now + left + is_due_next(clock, until));
#endif
}

void weft_virtual_init(weft_virtual *backend)
{
    *backend = (weft_virtual){.backend = {.now = virtual_now, .sleep = virtual_sleep}};
}
