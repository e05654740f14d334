/* SPDX-License-Identifier: MIT */
/* The devices of mps2-an385, a Cortex-M3 at 25 MHz: timer 0 is the clock, timer 1 the alarm, and
 * the dual timer the tick and machine_after. */
#include "cortex_m.h"

enum { UART = 0x40004000, TIMER0 = 0x40000000, TIMER1 = 0x40001000, DUAL_TIMER = 0x40002000 };
enum { WATCHDOG = 0x40008000 };
enum { UART_INTERRUPT = 0, ALARM_INTERRUPT = 9, DUAL_INTERRUPT = 10 };

/* ---- The UART ---- */

enum { DATA = 0x00, STATE = 0x04, CONTROL = 0x08, CLEAR = 0x0C, DIVIDER = 0x10 };
enum { TX_FULL = 1, RX_FULL = 2 };

const unsigned uart_interrupt = UART_INTERRUPT;

static void open_uart(uint32_t control)
{
    REGISTER(UART + DIVIDER) = 16;
    REGISTER(UART + CONTROL) |= control;
}

void machine_put(char byte)
{
    open_uart(1);
    while (REGISTER(UART + STATE) & TX_FULL)
        continue;
    REGISTER(UART + DATA) = (uint8_t)byte;
}

void machine_listen(void)
{
    open_uart(2 | 8);
    enable_interrupt(UART_INTERRUPT);
}

static void on_uart(void)
{
    REGISTER(UART + CLEAR) = 2;
    while (REGISTER(UART + STATE) & RX_FULL)
        machine_on_byte((unsigned char)REGISTER(UART + DATA));
    hand_over_received();
}

/* ---- Timers ---- */

void machine_start_clock(void)
{
    if (REGISTER(TIMER0))
        return;
    REGISTER(TIMER0 + 8) = 0xFFFFFFFF;
    REGISTER(TIMER0 + 4) = 0xFFFFFFFF;
    REGISTER(TIMER0) = 1;
    enable_interrupt(ALARM_INTERRUPT);
    enable_interrupt(DUAL_INTERRUPT);
}

machine_count machine_clock(void)
{
    return ~REGISTER(TIMER0 + 4);
}

uint32_t machine_measure(void)
{
    return machine_clock();
}

void machine_clear_alarm(void)
{
    REGISTER(TIMER1) = 0;
    REGISTER(TIMER1 + 0xC) = 1;
    unpend_interrupt(ALARM_INTERRUPT);
}

/* The timer does not reload `counts`: see start_tick. */
void machine_set_alarm(machine_count counts)
{
    machine_clear_alarm();
    REGISTER(TIMER1 + 8) = 0xFFFFFFFF;
    REGISTER(TIMER1 + 4) = counts;
    REGISTER(TIMER1) = 9;
}

static void on_alarm(void)
{
    machine_clear_alarm();
    machine_on_alarm();
}

/* The dual timer has two timers, which share an interrupt. */
enum { AFTER = DUAL_TIMER, TICK = DUAL_TIMER + 0x20 };
enum { ONE_SHOT = 1, BITS_32 = 2, BY_256 = 8, INTERRUPT = 32, ENABLE = 128 };

static void start(uint32_t timer, uint32_t counts, uint32_t prescaler)
{
    REGISTER(timer + 8) = 0;
    REGISTER(timer) = counts;
    REGISTER(timer + 8) = ONE_SHOT | BITS_32 | prescaler | INTERRUPT | ENABLE;
}

/* 97,656.25 counts a second if the time is too long for 25 million counts a second. */
void machine_after(uint32_t us)
{
    if (us > 100000000)
        start(AFTER, us / 256 * 25, BY_256);
    else
        start(AFTER, us * 25, 0);
}

/* The clock at the next tick. */
static uint32_t next_tick;

/* QEMU's periodic timers, SysTick too, wake a sleeping processor only at every second tick if
 * sleeps take no time. So each tick starts the timer for the next one. */
static void start_tick(void)
{
    next_tick += MACHINE_CLOCK_HZ / 1000;
    start(TICK, next_tick - machine_clock(), 0);
}

void machine_start_tick(void)
{
    machine_start_clock();
    next_tick = machine_clock();
    start_tick();
}

static bool take(uint32_t timer)
{
    if (!REGISTER(timer + 0x14))
        return false;
    REGISTER(timer + 0xC) = 1;
    return true;
}

static void on_dual_timer(void)
{
    if (take(TICK)) {
        start_tick();
        machine_on_tick();
    }
    if (take(AFTER))
        machine_on_after();
}

/* ---- The watchdog ---- */

/* No start-up code clears this word, and a reset keeps it. */
static uint32_t watchdog __attribute__((section(".noinit")));
enum { STARTED = 0x57415443 };

void machine_feed_watchdog(void)
{
    REGISTER(WATCHDOG + 0xC) = 1;
}

/* The hardware makes a non-maskable interrupt at the first 0 of its counter, and resets at the
 * second. */
void machine_start_watchdog(unsigned ms)
{
    watchdog = STARTED;
    REGISTER(WATCHDOG + 0xC00) = 0x1ACCE551;
    REGISTER(WATCHDOG) = ms * (MACHINE_CLOCK_HZ / 1000);
    REGISTER(WATCHDOG + 8) = 3;
}

/* The program was late. Waits for the reset. */
static void on_watchdog(void)
{
    for (;;)
        continue;
}

bool machine_was_reset_by_watchdog(void)
{
    return watchdog == STARTED;
}

__attribute__((section(".vectors"), used)) static const struct vectors vectors = {
    &machine_stack_top,
    EXCEPTIONS(on_watchdog),
    {[UART_INTERRUPT] = on_uart, [ALARM_INTERRUPT] = on_alarm, [DUAL_INTERRUPT] = on_dual_timer},
};
