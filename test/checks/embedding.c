/* SPDX-License-Identifier: MIT */
/* Runs the light of doc/embedding.md (lamp.c) on a simulated machine with two interrupts. They come
 * at each pair of moments at which they can come. Neither must be lost, and the machine must never
 * sleep while one is pending. */
#include <stdio.h>
#include <stdlib.h>

#define main lamp_main /* the program's own main is compiled only */
#include "lamp.c"
#undef main

/* ---- The machine ---- */

static weft_periodic ticks;

weft_backend *board_start(void)
{
    return &ticks.backend;
}

void board_set_led(bool on)
{
    (void)on;
}

enum { BUTTON, OTHER, PRESSES };
static struct {
    bool on; /* interrupts are enabled */
    bool pending[PRESSES];
    bool serves_in_sleep; /* as on an AVR, which sleeps with interrupts enabled */
    bool ticks;           /* the machine has a timer interrupt too */
    unsigned moment;      /* moments at which an interrupt can come, counted from 1 */
    unsigned presses[PRESSES];
} machine;

static void fail(const char *why)
{
    printf("failed: %s (presses at %u and %u)\n", why, machine.presses[0], machine.presses[1]);
    exit(1);
}

static weft_threadsafe_handle other;
static weft_event other_event;

static void hear_other(weft_loop *loop, weft_handle *handle)
{
    (void)loop, (void)handle;
    weft_event_set(&other_event);
}

/* Serves the interrupt if it is pending and enabled. Returns true if it was. */
static bool serve(int which)
{
    if (!machine.pending[which])
        return false;
    machine.pending[which] = machine.on = false;
    if (which == BUTTON)
        button_interrupt();
    else
        weft_call_soon_threadsafe(&other);
    return machine.on = true;
}

static void serve_all(void)
{
    while (serve(BUTTON) || serve(OTHER))
        continue;
}

static bool is_pending(void)
{
    return machine.pending[BUTTON] || machine.pending[OTHER];
}

static void pass_moment(void)
{
    if (!other.loop)
        return; /* no interrupt is enabled */
    machine.moment++;
    for (int i = 0; i < PRESSES; i++)
        machine.pending[i] |= machine.moment == machine.presses[i];
    if (machine.on)
        serve_all();
}

unsigned weft_disable_interrupts(void)
{
    const unsigned before = machine.on;
    if (before)
        pass_moment();
    machine.on = false;
    return before;
}

void weft_restore_interrupts(unsigned before)
{
    if (!before)
        return;
    machine.on = true;
    serve_all();
    pass_moment();
}

static unsigned last_press(void)
{
    const unsigned *const moments = machine.presses;
    return moments[BUTTON] > moments[OTHER] ? moments[BUTTON] : moments[OTHER];
}

/* Without a timer, only the button ends a sleep. If the button is not pressed again, the sleep
 * never ends. */
void weft_wait_for_interrupt(void)
{
    if (machine.on)
        fail("the machine sleeps with interrupts disabled");
    pass_moment();
    while (!is_pending() && !machine.ticks && machine.moment < last_press())
        pass_moment();
    if (!is_pending() && !machine.ticks)
        fail("the machine must wake up");
    if (machine.ticks)
        weft_periodic_tick(&ticks);
    if (!machine.serves_in_sleep)
        return;
    machine.on = true;
    serve_all();
    machine.on = false;
}

/* ---- A program ---- */

WEFT_ASYNC(hear, weft_event *event;)
{
    weft_event_wait(self->event);
    weft_event_clear(self->event);
}
WEFT_ASYNC_END

WEFT_ASYNC(blink, weft_time begun, ended;)
{
    self->begun = weft_loop_time(weft_running_loop());
    weft_sleep(WEFT_MS(5));
    self->ended = weft_loop_time(weft_running_loop());
}
WEFT_ASYNC_END

WEFT_ASYNC(program, weft_group group; WEFT_TASK(hear) hear[PRESSES];
           WEFT_TASK(blink) blink;)
{
    weft_check(open_button(weft_running_loop()));
    weft_check(weft_threadsafe_open(weft_running_loop(), &other, hear_other));
    weft_with_group(&self->group) {
        weft_group_create_task(&self->group, hear, &self->hear[BUTTON], .event = &button.event);
        weft_group_create_task(&self->group, hear, &self->hear[OTHER], .event = &other_event);
        if (machine.ticks)
            weft_group_create_task(&self->group, blink, &self->blink);
    }
    weft_end;
    weft_threadsafe_close(&button.pressed);
    weft_threadsafe_close(&other);
}
WEFT_ASYNC_END

static void run(unsigned first, unsigned second, bool ticks_too, bool serves_in_sleep)
{
    static weft_loop loop;
    static WEFT_TASK(program) task;
    machine.on = true;
    machine.serves_in_sleep = serves_in_sleep;
    machine.ticks = ticks_too;
    machine.moment = 0;
    machine.presses[0] = first;
    machine.presses[1] = second;
    weft_periodic_init(&ticks, WEFT_MS(1));
    ticks.now = 0 - WEFT_MS(3) * (WEFT_TIME_BITS != 64); /* a clock that wraps does so in the run */
    weft_loop_init(&loop, &ticks.backend);
    if (weft_run(&loop, program, &task))
        fail("the program must end without an error");
    const struct blink *const blink = &task.frame.blink.frame;
    if (ticks_too && !weft_has_passed(blink->begun + WEFT_MS(5), blink->ended))
        fail("a sleep ended early");
    weft_loop_close(&loop);
}

int main(void)
{
    unsigned runs = 0;
    for (int how = 0; how < 4; how++)
        for (unsigned first = 1; first < 60; first++)
            for (unsigned second = 1; second < 60; second++, runs++)
                run(first, second, how & 1, how & 2);
    printf("%u passed, 0 failed\n", runs);
    return 0;
}
