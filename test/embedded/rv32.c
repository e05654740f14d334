/* SPDX-License-Identifier: MIT */
/* The devices of QEMU's virt, 32-bit RISC-V: the CLINT's one comparator serves the tick, the alarm
 * and machine_after. */
#include "machine.h"

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))
#define PLIC(offset) REGISTER(0x0C000000 + (offset))
#define UART ((volatile uint8_t *)0x10000000)

enum {
    MIE = 8,
    SOFTWARE = 1 << 3,
    TIMER = 1 << 7,
    EXTERNAL = 1 << 11
}; /* of mstatus, and of mie */

extern uint32_t machine_stack, machine_stack_top; /* the linker's */

__attribute__((weak)) void machine_on_software_interrupt(void)
{
}

static void enable_interrupt(uint32_t number)
{
    __asm__ volatile("csrs mie, %0" : : "r"(number) : "memory");
}

void machine_exit(int code)
{
    REGISTER(0x00100000) = code ? (uint32_t)code << 16 | 0x3333 : 0x5555;
    for (;;)
        continue;
}

/* Called from start_rv32.S. */
_Noreturn void machine_fault(uint32_t cause, uint32_t at)
{
    machine_puts("FAULT\n");
    machine_put_number("mcause", cause);
    machine_put_number("mepc", at);
    machine_exit(MACHINE_FAULTED);
}

/* ---- The stack ---- */

size_t machine_stack_size(void)
{
    return (size_t)((char *)&machine_stack_top - (char *)&machine_stack);
}

size_t machine_stack_used(void)
{
    const uint32_t *at = &machine_stack;
    while (at < &machine_stack_top && *at == 0xC5C5C5C5)
        at++;
    return (size_t)((const char *)&machine_stack_top - (const char *)at);
}

/* ---- The UART, a 16550 ---- */

enum { DATA, INTERRUPTS, MODEM = 4, STATUS };
enum { UART_INTERRUPT = 10, LOOPBACK = 16, RX_READY = 1 };

void machine_put(char byte)
{
    UART[DATA] = (uint8_t)byte;
}

void machine_listen(void)
{
    UART[INTERRUPTS] = 1;
    PLIC(4 * UART_INTERRUPT) = 1;
    PLIC(0x2000) = 1u << UART_INTERRUPT;
    PLIC(0x200000) = 0;
    enable_interrupt(EXTERNAL);
}

/* The hardware loops one byte back. */
bool machine_receive(unsigned char byte)
{
    const unsigned before = weft_disable_interrupts();
    const bool free = !(UART[STATUS] & RX_READY);
    if (free) {
        UART[MODEM] = LOOPBACK;
        UART[DATA] = byte;
        UART[MODEM] = 0;
    }
    weft_restore_interrupts(before);
    return free;
}

static void on_external(void)
{
    const uint32_t claimed = PLIC(0x200004);
    while (UART[STATUS] & RX_READY)
        machine_on_byte(UART[DATA]);
    PLIC(0x200004) = claimed;
}

/* ---- Timers ---- */

static const uint64_t never = UINT64_MAX;
static uint64_t next_tick = UINT64_MAX, alarm = UINT64_MAX, after = UINT64_MAX;

static uint64_t clock_64(void)
{
    uint32_t high, low;
    do {
        high = REGISTER(0x0200BFFC);
        low = REGISTER(0x0200BFF8);
    } while (high != REGISTER(0x0200BFFC));
    return (uint64_t)high << 32 | low;
}

/* Sets the comparator to the earliest of the three times. */
static void set_comparator(void)
{
    uint64_t earliest = next_tick < alarm ? next_tick : alarm;
    earliest = after < earliest ? after : earliest;
    REGISTER(0x02004004) = UINT32_MAX;
    REGISTER(0x02004000) = (uint32_t)earliest;
    REGISTER(0x02004004) = (uint32_t)(earliest >> 32);
}

static void set_time(uint64_t *which, uint64_t time)
{
    const unsigned before = weft_disable_interrupts();
    *which = time;
    set_comparator();
    enable_interrupt(TIMER);
    weft_restore_interrupts(before);
}

void machine_start_tick(void)
{
    set_time(&next_tick, clock_64() + 10000);
}

void machine_start_clock(void)
{
}

machine_count machine_clock(void)
{
    return REGISTER(0x0200BFF8);
}

void machine_set_alarm(machine_count counts)
{
    set_time(&alarm, clock_64() + counts);
}

void machine_clear_alarm(void)
{
    set_time(&alarm, never);
}

void machine_after(uint32_t us)
{
    set_time(&after, clock_64() + (uint64_t)us * 10);
}

static bool take(uint64_t *which, uint64_t then)
{
    if (*which > clock_64())
        return false;
    set_time(which, then);
    return true;
}

static void on_timer(void)
{
    if (take(&next_tick, next_tick + 10000))
        machine_on_tick();
    if (take(&alarm, never))
        machine_on_alarm();
    if (take(&after, never))
        machine_on_after();
}

uint32_t machine_measure(void)
{
    uint32_t instructions;
    __asm__ volatile("csrr %0, minstret" : "=r"(instructions));
    return instructions;
}

/* ---- The software interrupt ---- */

static volatile bool serves_software;

/* While the interrupt is served, it stays disabled: it must not preempt itself. */
void machine_request_software_interrupt(void)
{
    REGISTER(0x02000000) = 1;
    if (!serves_software)
        enable_interrupt(SOFTWARE);
}

/* Lets the other interrupts in. start_rv32.S restores what they change. */
static void on_software(void)
{
    serves_software = true;
    REGISTER(0x02000000) = 0;
    __asm__ volatile("csrc mie, %0" : : "r"(SOFTWARE) : "memory");
    __asm__ volatile("csrs mstatus, %0" : : "r"(MIE) : "memory");
    machine_on_software_interrupt();
    __asm__ volatile("csrc mstatus, %0" : : "r"(MIE) : "memory");
    serves_software = false;
    enable_interrupt(SOFTWARE);
}

/* Called from start_rv32.S, with interrupts off. */
void machine_interrupt(uint32_t cause)
{
    switch (cause) {
    case 0x80000003:
        on_software();
        break;
    case 0x80000007:
        on_timer();
        break;
    default:
        on_external();
    }
}

/* ---- The watchdog: there is none ---- */

void machine_start_watchdog(unsigned ms)
{
    (void)ms;
}

void machine_feed_watchdog(void)
{
}

bool machine_was_reset_by_watchdog(void)
{
    return false;
}
