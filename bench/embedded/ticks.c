/* SPDX-License-Identifier: MIT */
/* The backend of the measured programs, for each width and unit of weft_time. It is not counted as
 * weft's. */
#include <core/backend/machine.h>

#ifdef __x86_64__ /* core/backend/machine.c has the other machines */
unsigned weft_disable_interrupts(void)
{
    unsigned long before;
    __asm__ volatile("pushfq\n\tpop %0\n\tcli" : "=r"(before) : : "memory");
    return before & 0x200;
}

void weft_restore_interrupts(unsigned before)
{
    if (before)
        __asm__ volatile("sti" : : : "memory");
}

void weft_wait_for_interrupt(void)
{
    __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
}
#endif

extern volatile uint32_t milliseconds; /* counted by the timer's interrupt */

/* Returns the counter. A read of it may take several instructions, so interrupts are off. */
static uint32_t read_milliseconds(void)
{
#ifdef __AVR__
    const unsigned before = weft_disable_interrupts();
    const uint32_t ticks = milliseconds;
    weft_restore_interrupts(before);
    return ticks;
#else
    return milliseconds;
#endif
}

static weft_time ticks_now(weft_backend *backend)
{
    (void)backend;
#if WEFT_TIME_BITS == 64
    static uint32_t seen, wraps;
    const uint32_t ticks = read_milliseconds();
    wraps += ticks < seen;
    seen = ticks;
    return ((weft_time)wraps << 32 | ticks) * (WEFT_TIME_HZ / 1000);
#else
    return (weft_time)(read_milliseconds() * (uint32_t)(WEFT_TIME_HZ / 1000));
#endif
}

static void ticks_sleep(weft_backend *backend, weft_time until)
{
    const unsigned before = weft_disable_interrupts();
    if (!weft_has_been_called(backend->loop) && weft_time_left(until, ticks_now(backend)))
        weft_wait_for_interrupt();
    weft_restore_interrupts(before);
}

static void ticks_wake(weft_backend *backend)
{
    (void)backend;
}

extern weft_backend ticks;
weft_backend ticks = {
    .now = ticks_now, .sleep = ticks_sleep, .resolution = WEFT_TIME_HZ / 1000, .wake = ticks_wake};
