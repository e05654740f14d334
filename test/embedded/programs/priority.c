/* SPDX-License-Identifier: MIT */
/* Two loops. The tasks of the first one may compute for a long time. The urgent loop runs in the
 * software interrupt, which preempts the first loop and is preempted by the other interrupts. The
 * loops share nothing but a byte ring and thread-safe calls. */
#include <core/backend/machine.h>
#include <core/threadsafe.h>
#include <primitives/byte_ring.h>
#include <primitives/event.h>

#include "clock.h"

enum { ROUNDS = 10, COMPUTES_MS = 50, EVENT_US = 1500, BEAT_MS = 5 };

static volatile uint32_t ms; /* counted by the tick */

/* ---- The urgent loop ---- */

static weft_loop urgent;
static volatile uint32_t due_ms; /* when the urgent loop has a timer to look at */

static weft_time urgent_now(weft_backend *backend)
{
    (void)backend;
    return (weft_time)(WEFT_MS(1) * ms);
}

/* The loop never sleeps: the software interrupt returns. */
static void urgent_sleep(weft_backend *backend, weft_time until)
{
    (void)backend, (void)until;
}

static void urgent_wake(weft_backend *backend)
{
    (void)backend;
    machine_request_software_interrupt();
}

static weft_backend urgent_backend = {
    .now = urgent_now, .sleep = urgent_sleep, .resolution = WEFT_MS(1), .wake = urgent_wake};

/* Runs the urgent loop until it has nothing to do. A thread-safe call requests the interrupt
 * again. */
void machine_on_software_interrupt(void)
{
    weft_time left;
    do {
        (void)weft_run_once(&urgent);
        const weft_time next = weft_next_run(&urgent);
        left = weft_time_left(next, urgent_now(NULL));
    } while (!left);
    due_ms =
        left == WEFT_FOREVER ? UINT32_MAX : ms + (uint32_t)((left + WEFT_MS(1) - 1) / WEFT_MS(1));
}

/* The tick must not look at the loop, which it may have interrupted. */
void on_tick(void)
{
    ms++;
    if (ms >= due_ms)
        machine_request_software_interrupt();
}

/* ---- Its tasks ---- */

static weft_threadsafe_handle rang;
static weft_event event;
static weft_byte_ring to_main;
static volatile bool computes; /* the first loop does not give way */
static uint32_t rang_at, worst;
static unsigned served, served_in_time, beats;

void machine_on_after(void)
{
    rang_at = machine_measure();
    (void)weft_call_soon_threadsafe(&rang);
}

static void hear(weft_loop *loop, weft_handle *handle)
{
    (void)loop, (void)handle;
    weft_event_set(&event);
}

WEFT_ASYNC(serve)
{
    for (;;) {
        weft_event_wait(&event);
        weft_event_clear(&event);
        const uint32_t took = (machine_measure() - rang_at) & 0xFFFFFF; /* m0 has 24 bits */
        if (took > worst)
            worst = took;
        served++;
        served_in_time += computes;
        machine_after(EVENT_US);
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(beat)
{
    for (;;) {
        weft_sleep(WEFT_MS(BEAT_MS));
        beats++;
        (void)weft_byte_ring_put(&to_main, (unsigned char)beats);
    }
}
WEFT_ASYNC_END

/* ---- The first loop ---- */

static unsigned arrived;

/* Hears each beat of the urgent loop, though late. */
WEFT_ASYNC(listen, unsigned char byte;)
{
    for (;;) {
        weft_byte_ring_get(&to_main, &self->byte);
        if (self->byte == (unsigned char)(arrived + 1))
            arrived++;
    }
}
WEFT_ASYNC_END

/* Computes, and does not give way. */
static void compute_for(uint32_t time_ms)
{
    const uint32_t begin = ms;
    computes = true;
    while (ms - begin < time_ms)
        continue;
    computes = false;
}

WEFT_ASYNC(compute, unsigned char array[32]; WEFT_TASK(listen) listen; int i;)
{
    weft_check(
        weft_byte_ring_open(weft_running_loop(), &to_main, self->array, sizeof(self->array)));
    weft_create_task(listen, &self->listen);
    for (self->i = 0; self->i < ROUNDS; self->i++) {
        compute_for(COMPUTES_MS);
        weft_sleep(WEFT_MS(1));
    }
    weft_cancel(&self->listen);
    weft_byte_ring_close(&to_main);
}
WEFT_ASYNC_END

static weft_loop loop;
static WEFT_TASK(compute) task;
static WEFT_TASK(serve) serving;
static WEFT_TASK(beat) beating;

int main(void)
{
    weft_loop_init(&urgent, &urgent_backend);
    if (weft_threadsafe_open(&urgent, &rang, hear))
        return 1;
    weft_loop_create_task(&urgent, serve, &serving);
    weft_loop_create_task(&urgent, beat, &beating);
    weft_loop_init(&loop, start_clock());
    machine_request_software_interrupt();
    machine_after(EVENT_US);
    const weft_error *const error = weft_run(&loop, compute, &task);
    const uint32_t end = ms;
    machine_put_number("ms", end);
    machine_put_number("served", served);
    machine_put_number("served while the first loop computed", served_in_time);
    machine_put_number("beats", beats);
    machine_put_number("arrived by the first loop", arrived);
    machine_put_number("longest from interrupt to task", worst);
    machine_put_number("stack", (unsigned long)machine_stack_used());
    /* An event comes every 1.5 ms and a little. A beat comes every 6 ms: 5 and the resolution. */
    if (served < end / 2 || served > end || served_in_time < served - served / 10)
        return 2;
    if (beats < end / (BEAT_MS + 2) || beats > end / BEAT_MS || arrived + 1 < beats)
        return 3;
    return error != NULL;
}
