/* SPDX-License-Identifier: MIT */
/* The devices of the micro:bit's nRF51822, a Cortex-M0 at 16 MHz: TIMER1 is the tick, TIMER0 the
 * clock, its compare registers the alarm and machine_after. */
#include "cortex_m.h"

enum { UART = 0x40002000, TIMER0 = 0x40008000, TIMER1 = 0x40009000, WATCHDOG = 0x40010000 };
enum { UART_INTERRUPT = 2, CLOCK_INTERRUPT = 8, TICK_INTERRUPT = 9 };

/* ---- The UART ---- */

enum { START_RX = 0x000, START_TX = 0x008, RX_READY = 0x108, TX_READY = 0x11C };
enum { UART_ENABLE = 0x500, RX_DATA = 0x518, TX_DATA = 0x51C };

const unsigned uart_interrupt = UART_INTERRUPT;

void machine_put(char byte)
{
    REGISTER(UART + UART_ENABLE) = 4;
    REGISTER(UART + START_TX) = 1;
    REGISTER(UART + TX_READY) = 0;
    REGISTER(UART + TX_DATA) = (uint8_t)byte;
    while (!REGISTER(UART + TX_READY))
        continue;
}

void machine_listen(void)
{
    REGISTER(UART + UART_ENABLE) = 4;
    REGISTER(UART + 0x304) = 1u << 2;
    REGISTER(UART + START_RX) = 1;
    enable_interrupt(UART_INTERRUPT);
}

static void on_uart(void)
{
    if (REGISTER(UART + RX_READY)) {
        REGISTER(UART + RX_READY) = 0;
        machine_on_byte((unsigned char)REGISTER(UART + RX_DATA));
    }
    hand_over_received();
}

/* ---- Timers ---- */

enum {
    START = 0x000,
    CAPTURE = 0x040,
    COMPARED = 0x140,
    SHORTS = 0x200,
    SET = 0x304,
    RESET = 0x308
};
enum { MODE = 0x504, BITS = 0x508, PRESCALER = 0x510, COMPARE = 0x540 };
/* Indices of TIMER0's compare registers. */
enum { NOW, ALARM, AFTER };

/* Counts microseconds. */
static void start_timer(uint32_t timer, uint32_t bits)
{
    REGISTER(timer + MODE) = 0;
    REGISTER(timer + BITS) = bits;
    REGISTER(timer + PRESCALER) = 4;
    REGISTER(timer + START) = 1;
}

void machine_start_tick(void)
{
    REGISTER(TIMER1 + COMPARE) = 1000;
    REGISTER(TIMER1 + SHORTS) = 1;
    REGISTER(TIMER1 + SET) = 1u << 16;
    enable_interrupt(TICK_INTERRUPT);
    start_timer(TIMER1, 0);
}

static void on_tick(void)
{
    REGISTER(TIMER1 + COMPARED) = 0;
    machine_on_tick();
}

void machine_start_clock(void)
{
    enable_interrupt(CLOCK_INTERRUPT);
    start_timer(TIMER0, 3);
}

/* An interrupt may use the register NOW between the capture and the read. Its count is later, but
 * is the clock too. */
machine_count machine_clock(void)
{
    REGISTER(TIMER0 + CAPTURE + 4 * NOW) = 1;
    return REGISTER(TIMER0 + COMPARE + 4 * NOW);
}

static void disarm(unsigned index)
{
    REGISTER(TIMER0 + RESET) = 1u << (16 + index);
    REGISTER(TIMER0 + COMPARED + 4 * index) = 0;
}

/* A write of the register may set the event for the old time. If the clock passes the new time
 * before the event is cleared, the time is set again. */
static void arm(unsigned index, uint32_t us)
{
    disarm(index);
    const uint32_t begin = machine_clock();
    REGISTER(TIMER0 + COMPARE + 4 * index) = begin + us;
    REGISTER(TIMER0 + COMPARED + 4 * index) = 0;
    while (machine_clock() - begin >= us && !REGISTER(TIMER0 + COMPARED + 4 * index))
        REGISTER(TIMER0 + COMPARE + 4 * index) = machine_clock() + 2;
    REGISTER(TIMER0 + SET) = 1u << (16 + index);
}

void machine_set_alarm(machine_count counts)
{
    arm(ALARM, counts);
}

void machine_clear_alarm(void)
{
    disarm(ALARM);
    unpend_interrupt(CLOCK_INTERRUPT);
    if (REGISTER(TIMER0 + COMPARED + 4 * AFTER))
        pend_interrupt(CLOCK_INTERRUPT);
}

void machine_after(uint32_t us)
{
    arm(AFTER, us);
}

static bool take(unsigned index)
{
    if (!REGISTER(TIMER0 + COMPARED + 4 * index) || !(REGISTER(TIMER0 + SET) & 1u << (16 + index)))
        return false;
    disarm(index);
    return true;
}

static void on_clock(void)
{
    if (take(ALARM))
        machine_on_alarm();
    if (take(AFTER))
        machine_on_after();
}

/* SysTick counts down 24 bits, and is started by the first call. */
uint32_t machine_measure(void)
{
    if (!(REGISTER(0xE000E010) & 1)) {
        REGISTER(0xE000E014) = 0xFFFFFF;
        REGISTER(0xE000E018) = 0;
        REGISTER(0xE000E010) = 5;
    }
    return 0xFFFFFF - REGISTER(0xE000E018);
}

/* ---- The watchdog, which the emulator does not have ---- */

void machine_start_watchdog(unsigned ms)
{
    REGISTER(WATCHDOG + 0x504) = ms * 32768 / 1000;
    REGISTER(WATCHDOG) = 1;
}

void machine_feed_watchdog(void)
{
    REGISTER(WATCHDOG + 0x600) = 0x6E524635;
}

bool machine_was_reset_by_watchdog(void)
{
    return REGISTER(0x40000400) & 2;
}

__attribute__((section(".vectors"), used)) static const struct vectors vectors = {
    &machine_stack_top,
    EXCEPTIONS(fault_handler),
    {[UART_INTERRUPT] = on_uart, [CLOCK_INTERRUPT] = on_clock, [TICK_INTERRUPT] = on_tick},
};
