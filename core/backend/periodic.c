/* SPDX-License-Identifier: MIT */
#include "core/backend/periodic.h"

#include "core/backend/machine.h"

/* A read of the clock may take several instructions, and the interrupt may come in between. Two
 * reads that agree are whole. */
static weft_time periodic_now(weft_backend *backend)
{
    const weft_periodic *const clock = WEFT_CONTAINER_(backend, weft_periodic, backend);
    weft_time now, again = clock->now;
    do {
        now = again;
        again = clock->now;
    } while (now != again);
    return now;
}

/* Interrupts stay off from the last look until the machine sleeps. An interrupt that comes in
 * between is pending then, and ends the sleep at once. So a tick that comes after `now` was read
 * must not be slept through. To compare the low bits of the clock is enough: if they miss a tick,
 * the next tick ends the sleep. */
static void periodic_sleep(weft_backend *backend, weft_time until)
{
    const weft_periodic *const clock = WEFT_CONTAINER_(backend, weft_periodic, backend);
    const weft_time now = periodic_now(backend);
    if (!weft_time_left(until, now))
        return;
    const unsigned before = weft_disable_interrupts();
    if ((unsigned)clock->now == (unsigned)now && !WEFT_LOAD_(backend->loop->threadsafe_calls))
        weft_wait_for_interrupt();
    weft_restore_interrupts(before);
}

/* Does nothing: the interrupt that calls this function has ended the sleep. But with NULL, no run
 * would wait for a thread-safe call. */
static void periodic_wake(weft_backend *backend)
{
    (void)backend;
}

void weft_periodic_init(weft_periodic *backend, weft_time period)
{
    *backend = (weft_periodic){.backend = {.now = periodic_now,
                                           .sleep = periodic_sleep,
                                           .resolution = period,
                                           .wake = periodic_wake}};
}
