/* SPDX-License-Identifier: MIT */
/* Measures what operations cost on an emulated machine. Prints a line for each: its name, and the
 * counts of machine_measure for all its repetitions. emulated.py builds and runs the program, and
 * knows the repetitions. */
#include <core/backend/periodic.h>
#include <core/threadsafe.h>
#include <machine.h>
#include <primitives/event.h>
#include <primitives/lock.h>
#include <primitives/queue.h>

enum { TIMES = 1000, TASKS = 4, INTERRUPTS_TAKEN = 100 };

static weft_periodic clock;
static weft_loop loop;
static weft_lock lock;
static WEFT_QUEUE(unsigned char, 1) one;

static uint32_t began;

/* machine_measure has 24 bits on a Cortex-M0: no measured part may take longer. */
static void begin(void)
{
    began = machine_measure();
}

static uint32_t taken(void)
{
#ifdef MACHINE_M0
    return (machine_measure() - began) & 0xFFFFFF;
#else
    return machine_measure() - began;
#endif
}

WEFT_ASYNC(empty)
{
}
WEFT_ASYNC_END

WEFT_ASYNC(yields, int i;)
{
    for (self->i = 0; self->i < TIMES; self->i++)
        weft_sleep(0);
}
WEFT_ASYNC_END

WEFT_ASYNC(contends, int i;)
{
    for (self->i = 0; self->i < TIMES; self->i++) {
        weft_with_lock(&lock)
            weft_sleep(0);
        weft_end;
    }
}
WEFT_ASYNC_END

static uint32_t free_lock, call;

WEFT_ASYNC(alone, int i; struct empty empty;)
{
    begin();
    for (self->i = 0; self->i < TIMES; self->i++) {
        weft_with_lock(&lock) {
        }
        weft_end;
    }
    free_lock = taken();
    begin();
    for (self->i = 0; self->i < TIMES; self->i++)
        weft_call(empty, &self->empty);
    call = taken();
}
WEFT_ASYNC_END

WEFT_ASYNC(puts, int i;)
{
    for (self->i = 0; self->i < TIMES; self->i++)
        weft_queue_put(&one, 1);
}
WEFT_ASYNC_END

WEFT_ASYNC(gets, int i; unsigned char byte;)
{
    for (self->i = 0; self->i < TIMES; self->i++)
        weft_queue_get(&one, &self->byte);
}
WEFT_ASYNC_END

/* ---- From an interrupt to a task ---- */

static weft_threadsafe_handle handle;
static weft_event event;
static uint32_t in_handler, to_task;

void machine_on_after(void)
{
    begin();
    weft_call_soon_threadsafe(&handle);
    in_handler += taken();
}

static void interrupted(weft_loop *called_loop, weft_handle *called_handle)
{
    (void)called_loop, (void)called_handle;
    weft_event_set(&event);
}

WEFT_ASYNC(waits, int i;)
{
    for (self->i = 0; self->i < INTERRUPTS_TAKEN; self->i++) {
        machine_after(1000);
        weft_event_wait(&event);
        to_task += taken();
        weft_event_clear(&event);
    }
    weft_threadsafe_close(&handle); /* the run ends: nothing can wake the loop */
}
WEFT_ASYNC_END

static WEFT_TASK(yields) yielding[TASKS];
static WEFT_TASK(contends) contending[TASKS];
static WEFT_TASK(alone) single;
static WEFT_TASK(puts) putting;
static WEFT_TASK(gets) getting;
static WEFT_TASK(waits) waiting;

/* Runs 1,000 instructions, each of one cycle, by which the counts become instructions or cycles. */
static __attribute__((noinline)) void run_nops(void)
{
    __asm__ volatile(".rept 1000\n\tnop\n\t.endr");
}

/* Runs all tasks to their end. */
static uint32_t measure(void)
{
    begin();
    (void)weft_run_forever(&loop);
    return taken();
}

int main(void)
{
    machine_start_clock();
    weft_periodic_init(&clock, WEFT_MS(1));
    weft_loop_init(&loop, &clock.backend);

    begin();
    machine_put_number("nothing", taken());
    begin();
    run_nops();
    machine_put_number("nops", taken());
    for (int i = 0; i < TASKS; i++)
        weft_loop_create_task(&loop, yields, &yielding[i]);
    machine_put_number("yield", measure());
    for (int i = 0; i < TASKS; i++)
        weft_loop_create_task(&loop, contends, &contending[i]);
    machine_put_number("contended", measure());
    weft_loop_create_task(&loop, alone, &single);
    (void)measure();
    machine_put_number("free", free_lock);
    machine_put_number("call", call);
    weft_queue_init(&one);
    weft_loop_create_task(&loop, puts, &putting);
    weft_loop_create_task(&loop, gets, &getting);
    machine_put_number("queue", measure());

    if (weft_threadsafe_open(&loop, &handle, interrupted))
        return 1;
    weft_loop_create_task(&loop, waits, &waiting);
    (void)measure();
    machine_put_number("interrupt", to_task);
    machine_put_number("handler", in_handler);
    machine_put_number("stack", (unsigned long)machine_stack_used());
    return 0;
}
