/* SPDX-License-Identifier: MIT */
#include "core/backend/tickless.h"

#include "core/backend/machine.h"

/* Interrupts stay off from the look at the loop until the machine sleeps. An interrupt that comes
 * in between is pending then, and ends the sleep at once. The hardware timer is armed while
 * interrupts are off: an alarm that came before the sleep would be lost. How long to sleep is
 * computed while interrupts are on. An interrupt's handler that runs in between makes the alarm
 * late by its own duration. The sleep of a task may be late by that in any case. */
static void tickless_sleep(weft_backend *backend, weft_time until)
{
    const weft_time left = weft_time_left(until, backend->now(backend));
    if (!left)
        return;
    const unsigned before = weft_disable_interrupts();
    if (!WEFT_LOAD_(backend->loop->threadsafe_calls)) {
        WEFT_CONTAINER_(backend, weft_tickless, backend)->arm(left);
        weft_wait_for_interrupt();
    }
    weft_restore_interrupts(before);
}

/* Does nothing: the interrupt that calls this function has ended the sleep. But with NULL, no run
 * would wait for a thread-safe call. */
static void tickless_wake(weft_backend *backend)
{
    (void)backend;
}

void weft_tickless_init(weft_tickless *backend, weft_time (*now)(weft_backend *backend),
                        weft_tickless_arm *arm, weft_time resolution)
{
    *backend = (weft_tickless){.backend = {.now = now,
                                           .sleep = tickless_sleep,
                                           .resolution = resolution,
                                           .wake = tickless_wake},
                               .arm = arm};
}
