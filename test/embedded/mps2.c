/* SPDX-License-Identifier: MIT */
/* The devices of mps2-an385, a Cortex-M3 at 25 MHz: SysTick is the tick, timer 0 the clock, timer 1
 * the alarm, and the dual timer machine_after. */
#include "cortex_m.h"

enum { UART = 0x40004000, TIMER0 = 0x40000000, TIMER1 = 0x40001000, DUAL_TIMER = 0x40002000 };
enum { WATCHDOG = 0x40008000 };
enum { UART_INTERRUPT = 0, ALARM_INTERRUPT = 9, AFTER_INTERRUPT = 10 };

/* ---- The UART ---- */

enum { DATA = 0x00, STATE = 0x04, CONTROL = 0x08, CLEAR = 0x0C, DIVIDER = 0x10 };
enum { TX_FULL = 1, RX_FULL = 2 };

/* A byte of machine_receive, or -1. */
static volatile int received = -1;

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

bool machine_receive(unsigned char byte)
{
    if (received >= 0)
        return false;
    received = byte;
    pend_interrupt(UART_INTERRUPT);
    return true;
}

static void on_uart(void)
{
    REGISTER(UART + CLEAR) = 2;
    while (REGISTER(UART + STATE) & RX_FULL)
        machine_on_byte((unsigned char)REGISTER(UART + DATA));
    const int byte = received;
    received = -1;
    if (byte >= 0)
        machine_on_byte((unsigned char)byte);
}

/* ---- Timers ---- */

void machine_start_tick(void)
{
    REGISTER(0xE000E014) = 25000 - 1;
    REGISTER(0xE000E018) = 0;
    REGISTER(0xE000E010) = 7;
}

void machine_start_clock(void)
{
    REGISTER(TIMER0 + 8) = 0xFFFFFFFF;
    REGISTER(TIMER0 + 4) = 0xFFFFFFFF;
    REGISTER(TIMER0) = 1;
    enable_interrupt(ALARM_INTERRUPT);
    enable_interrupt(AFTER_INTERRUPT);
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

/* With a reload value of `counts`, QEMU's timer wakes a sleeping processor only at its second 0. */
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

/* 97,656.25 counts a second if the time is too long for 25 million counts a second. */
void machine_after(uint32_t us)
{
    enum { ONE_SHOT = 1, BITS_32 = 2, BY_256 = 8, INTERRUPT = 32, ENABLE = 128 };
    const bool is_long = us > 100000000;
    REGISTER(DUAL_TIMER + 8) = 0;
    REGISTER(DUAL_TIMER) = is_long ? us / 256 * 25 : us * 25;
    REGISTER(DUAL_TIMER + 8) = ONE_SHOT | BITS_32 | (is_long ? BY_256 : 0) | INTERRUPT | ENABLE;
}

static void on_after(void)
{
    REGISTER(DUAL_TIMER + 8) = 0;
    REGISTER(DUAL_TIMER + 0xC) = 1;
    machine_on_after();
}

/* ---- The watchdog ---- */

/* No start-up code clears this word, and a reset keeps it. */
static uint32_t watched __attribute__((section(".noinit")));
enum { WATCHED = 0x57415443 };

void machine_feed_watchdog(void)
{
    REGISTER(WATCHDOG + 0xC) = 1;
}

/* The hardware interrupts at the first 0 of its counter, and resets at the second. The interrupt is
 * not enabled. */
void machine_start_watchdog(unsigned ms)
{
    watched = WATCHED;
    REGISTER(WATCHDOG + 0xC00) = 0x1ACCE551;
    REGISTER(WATCHDOG) = ms * 25000 / 2;
    REGISTER(WATCHDOG + 8) = 3;
}

bool machine_was_reset_by_watchdog(void)
{
    return watched == WATCHED;
}

__attribute__((section(".vectors"), used)) static const struct vectors vectors = {
    &machine_stack_top,
    EXCEPTIONS(machine_on_tick),
    {[UART_INTERRUPT] = on_uart, [ALARM_INTERRUPT] = on_alarm, [AFTER_INTERRUPT] = on_after},
};
