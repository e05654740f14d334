/* SPDX-License-Identifier: MIT */
/* Feeds the watchdog for twice its time, and then no more. Ends with 0 after the reset by the
 * watchdog, and with 1 if no reset comes. */
#include "machine.h"

static volatile unsigned ticks;

void machine_on_tick(void)
{
    ticks++;
}

int main(void)
{
    if (machine_was_reset_by_watchdog())
        return 0;
    machine_start_tick();
    machine_start_watchdog(100);
    for (unsigned i = 1; i <= 20; i++) {
        while (ticks < i * 10)
            continue;
        machine_feed_watchdog();
    }
    machine_puts("fed\n");
    while (ticks < 1000)
        continue;
    return 1;
}
