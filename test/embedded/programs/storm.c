/* SPDX-License-Identifier: MIT */
/* A storm of interrupts. First at a pace at which the task takes every byte. Then with one
 * interrupt after the other, so that a small ring is full most of the time. Each byte is either
 * taken, in order, or was refused and counted. Meanwhile the tick interrupts too, and each call of
 * its handle reaches the loop. */
#include <core/threadsafe.h>
#include <primitives/byte_ring.h>
#include <primitives/event.h>

#include "clock.h"

enum { BYTES = 2000, PRIME = 251, MANY_TICKS = 50 };

#ifdef MACHINE_AVR
enum { PACE_US = 500 };
#else
enum { PACE_US = 100 };
#endif

static weft_byte_ring received;
static volatile uint16_t sent, refused;
static uint16_t pace;
static bool is_over;

/* ---- Interrupts ---- */

/* Sends a byte in each interrupt, and asks for the next interrupt. */
void machine_on_after(void)
{
    if (sent + refused == BYTES)
        return;
    if (weft_byte_ring_put(&received, (unsigned char)(sent % PRIME)))
        sent = (uint16_t)(sent + 1);
    else
        refused = (uint16_t)(refused + 1);
    machine_after(pace);
}

static weft_threadsafe_handle ticked;
static volatile uint16_t ticks;
static uint16_t ticks_seen;
static weft_event enough;

void on_tick(void)
{
    ticks = (uint16_t)(ticks + 1);
    (void)weft_call_soon_threadsafe(&ticked);
}

/* ---- Tasks ---- */

static void see_ticks(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    const unsigned before = weft_disable_interrupts();
    ticks_seen = ticks;
    weft_restore_interrupts(before);
    if (ticks_seen >= MANY_TICKS)
        weft_event_set(&enough);
}

/* Takes bytes until none comes any more. Returns the first byte that is out of order, or -1. */
WEFT_ASYNC(take, uint16_t taken; int wrong; unsigned char byte;)
{
    self->wrong = -1;
    while (self->taken < sent || sent + refused < BYTES) {
        weft_byte_ring_get(&received, &self->byte);
        if (self->byte != self->taken % PRIME && self->wrong < 0)
            self->wrong = self->taken;
        self->taken++;
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(spin, bool *is_over;)
{
    while (!*self->is_over)
        weft_yield;
}
WEFT_ASYNC_END

WEFT_ASYNC(program, unsigned char array[16]; WEFT_TASK(take) take; WEFT_TASK(spin) spin; int storm;
           uint16_t refused; bool failed;)
{
    weft_check(weft_threadsafe_open(weft_running_loop(), &ticked, see_ticks));
    for (self->storm = 0; self->storm < 2; self->storm++) {
        weft_check(
            weft_byte_ring_open(weft_running_loop(), &received, self->array, sizeof(self->array)));
        sent = refused = 0;
        pace = self->storm ? 1 : PACE_US;
        is_over = false;
        weft_create_task(take, &self->take);
        if (self->storm)
            weft_create_task(spin, &self->spin, .is_over = &is_over);
        machine_after(pace);
        weft_await(&self->take);
        is_over = true;
        if (self->storm)
            weft_await(&self->spin);
        machine_put_number("taken", self->take.frame.taken);
        machine_put_number("refused", refused);
        if (self->take.frame.wrong >= 0 || self->take.frame.taken != sent ||
            weft_byte_ring_lost(&received) != refused || sent + refused != BYTES)
            self->failed = true;
        if (!self->storm && refused)
            self->failed = true;
        weft_byte_ring_close(&received);
    }
    weft_event_wait(&enough);
    weft_threadsafe_close(&ticked);
}
WEFT_ASYNC_END

static weft_loop loop;
static WEFT_TASK(program) task;

int main(void)
{
    weft_loop_init(&loop, start_clock());
    machine_start_tick();
    const weft_error *const error = weft_run(&loop, program, &task);
    machine_put_number("stack", (unsigned long)machine_stack_used());
    return error ? 1 : task.frame.failed ? 2 : 0;
}
