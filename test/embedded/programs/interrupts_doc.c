/* SPDX-License-Identifier: MIT */
/* Runs the code of doc/interrupts.md on the m3, whose devices it uses. The check makes documented.h
 * of that code. */
#include "documented.h"

#include "machine.h"

/* ---- The machine calls the handlers ---- */

void machine_on_tick(void)
{
    SysTick_Handler();
    count_tick();
}

void machine_on_software_interrupt(void)
{
    PendSV_Handler();
}

static unsigned presses;

void machine_on_after(void)
{
    presses++;
    button_handler();
    (void)machine_receive(presses % 4 ? 'x' : '\n');
    machine_after(50000);
}

/* The machine's handler has read the byte already. */
void machine_on_byte(unsigned char byte)
{
    (void)weft_byte_ring_put(&received, byte);
}

/* ---- Tasks ---- */

static unsigned beats;

WEFT_ASYNC(beat)
{
    for (;;) {
        weft_sleep(WEFT_MS(10));
        beats++;
    }
}
WEFT_ASYNC_END

/* Reads lines for a second: each has 3 characters, and takes 200 ms. */
WEFT_ASYNC(demo, WEFT_TASK(count_presses) count; WEFT_TASK(serve_uart) serve; unsigned pressed;)
{
    weft_create_task(count_presses, &self->count);
    weft_create_task(serve_uart, &self->serve);
    machine_listen();
    machine_after(50000);
    weft_sleep(WEFT_SECONDS(1));
    self->pressed = (unsigned)self->count.frame.pressed;
}
WEFT_ASYNC_END

static weft_loop loop;
static WEFT_TASK(demo) first, second;
static WEFT_TASK(beat) beating;

int main(void)
{
    machine_start_clock();
    weft_loop_init(&loop, begin_board_clock());
    if (weft_run(&loop, demo, &first))
        return 1;
    machine_put_number("presses", presses);
    machine_put_number("counted", first.frame.pressed);
    if (presses < 18 || first.frame.pressed + 1 < presses)
        return 2;
    weft_threadsafe_close(&button.pressed);
    weft_byte_ring_close(&received);
    button.event = (weft_event){0};
    if (weft_loop_close(&loop))
        return 3;

    /* On the tick, with a second loop. The machine's tick is not SysTick, whose interrupts QEMU
     * loses. So begin_tick_clock is compiled only. */
    begin_urgent_loop();
    weft_loop_create_task(&urgent, beat, &beating);
    urgent_wake(NULL);
    weft_periodic_init(&tick_clock, WEFT_MS(1));
    weft_loop_init(&loop, &tick_clock.backend);
    machine_start_tick();
    const unsigned begin = presses;
    if (weft_run(&loop, demo, &second))
        return 4;
    machine_put_number("counted", second.frame.pressed);
    machine_put_number("beats", beats);
    return second.frame.pressed + 1 < presses - begin || beats < 80 || beats > 100 ? 5 : 0;
}
