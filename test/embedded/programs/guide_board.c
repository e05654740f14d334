/* SPDX-License-Identifier: MIT */
/* board.h of doc/embedding.md, on an emulated machine. Prints each change of the LED, with the time
 * in milliseconds, and ends the program after several changes. With BUTTON, the button of lamp.c is
 * pressed after 1, 3 and 10 seconds. */
#include "board.h"

#include "machine.h"

enum { CHANGES = 4 };

static weft_periodic tick_clock;

void machine_on_tick(void)
{
    weft_periodic_tick(&tick_clock);
}

#ifdef BUTTON
void button_interrupt(void);

void machine_on_after(void)
{
    static const uint32_t until_next_us[] = {2000000, 7000000};
    static unsigned presses;
    button_interrupt();
    if (presses < 2)
        machine_after(until_next_us[presses++]);
}
#endif

weft_backend *board_start(void)
{
    weft_periodic_init(&tick_clock, WEFT_MS(1));
    machine_start_tick();
    machine_start_clock(); /* for machine_after */
#ifdef BUTTON
    machine_after(1000000);
#endif
    return &tick_clock.backend;
}

void board_set_led(bool on)
{
    static unsigned changes;
    weft_backend *const backend = &tick_clock.backend;
    machine_put_number(on ? "on" : "off", (unsigned long)(backend->now(backend) / WEFT_MS(1)));
    if (++changes == CHANGES)
        machine_exit(0);
}
