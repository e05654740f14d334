/* SPDX-License-Identifier: MIT */
/* ATmega328P at 16 MHz, for simulator.c: Timer 0 is the tick, Timer 1 the clock and the alarm.
 * GPIOR0, GPIOR1 and INT0 are the simulator's. */
#include "machine.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/wdt.h>

#include "simulator.h"

extern uint8_t machine_stack_begin; /* the linker's, as __stack: the stack's last byte */
extern uint8_t __stack;

/* MCUSR at the start. */
static uint8_t reset_flags __attribute__((section(".noinit")));

/* Paints the stack, and stops the watchdog, which stays on over a reset. No register has a value
 * yet. */
__attribute__((naked, section(".init3"), used)) static void paint(void)
{
    __asm__ volatile("ldi r30, lo8(machine_stack_begin)\n\t"
                     "ldi r31, hi8(machine_stack_begin)\n\t"
                     "ldi r24, 0xC5\n\t"
                     "ldi r25, hi8(__stack + 1)\n"
                     "1:\tst Z+, r24\n\t"
                     "cpi r30, lo8(__stack + 1)\n\t"
                     "cpc r31, r25\n\t"
                     "brlo 1b\n\t"
                     "in r24, %0\n\t"
                     "sts reset_flags, r24\n\t"
                     "out %0, r1\n\t"
                     "wdr\n\t"
                     "ldi r24, 0x18\n\t" /* WDCE and WDE */
                     "sts %1, r24\n\t"
                     "sts %1, r1\n\t"
                     "ldi r24, 1\n\t" /* SE: sleep instructions sleep, in idle mode */
                     "out %2, r24\n\t"
                     "sei\n\t"
                     :
                     : "I"(_SFR_IO_ADDR(MCUSR)), "i"(_SFR_MEM_ADDR(WDTCSR)),
                       "I"(_SFR_IO_ADDR(SMCR)));
}

/* ---- The stack ---- */

size_t machine_stack_size(void)
{
    return (size_t)(&__stack - &machine_stack_begin) + 1;
}

size_t machine_stack_used(void)
{
    const uint8_t *at = &machine_stack_begin;
    while (at <= &__stack && *at == 0xC5)
        at++;
    return (size_t)(&__stack - at) + 1;
}

/* ---- The simulator ---- */

void machine_exit(int code)
{
    cli();
    GPIOR0 = (uint8_t)code;
    for (;;)
        continue;
}

/* What main returns is the exit status. */
void exit(int code)
{
    machine_exit(code);
}

static void command(uint8_t what, uint32_t argument)
{
    const unsigned before = weft_disable_interrupts();
    GPIOR1 = what;
    for (uint8_t i = 0; i < 4; i++, argument >>= 8)
        GPIOR1 = (uint8_t)argument;
    weft_restore_interrupts(before);
}

void machine_after(uint32_t us)
{
    EICRA = 1 << ISC01 | 1 << ISC00; /* rising edge */
    EIMSK = 1 << INT0;
    command(SIMULATOR_AFTER, us);
}

ISR(INT0_vect)
{
    machine_on_after();
}

bool machine_receive(unsigned char byte)
{
    if (UCSR0A & 1 << RXC0)
        return false;
    command(SIMULATOR_RECEIVE, byte);
    return true;
}

uint32_t machine_measure(void)
{
    const unsigned before = weft_disable_interrupts();
    uint32_t cycles = GPIOR1;
    cycles |= (uint32_t)GPIOR1 << 8;
    cycles |= (uint32_t)GPIOR1 << 16;
    cycles |= (uint32_t)GPIOR1 << 24;
    weft_restore_interrupts(before);
    return cycles;
}

/* ---- The UART ---- */

void machine_put(char byte)
{
    UCSR0B |= 1 << TXEN0;
    while (!(UCSR0A & 1 << UDRE0))
        continue;
    UDR0 = (uint8_t)byte;
}

void machine_listen(void)
{
    UCSR0B |= 1 << RXEN0 | 1 << RXCIE0;
}

ISR(USART_RX_vect)
{
    machine_on_byte(UDR0);
}

/* ---- Timers ---- */

void machine_start_tick(void)
{
    OCR0A = 249;
    TCCR0A = 1 << WGM01;
    TIMSK0 = 1 << OCIE0A;
    TCCR0B = 1 << CS01 | 1 << CS00; /* 16 MHz / 64 / 250 */
}

ISR(TIMER0_COMPA_vect)
{
    machine_on_tick();
}

void machine_start_clock(void)
{
    TCCR1A = 0;
    TCCR1B = 1 << CS11 | 1 << CS10; /* 16 MHz / 64 */
}

machine_count machine_clock(void)
{
    const unsigned before = weft_disable_interrupts();
    const machine_count now = TCNT1;
    weft_restore_interrupts(before);
    return now;
}

void machine_clear_alarm(void)
{
    TIMSK1 = 0;
    TIFR1 = 1 << OCF1A;
}

/* If the clock passes the time before the register has it, the time is set again. */
void machine_set_alarm(machine_count counts)
{
    const unsigned before = weft_disable_interrupts();
    machine_clear_alarm();
    const machine_count begin = TCNT1;
    OCR1A = begin + counts;
    TIFR1 = 1 << OCF1A;
    while ((machine_count)(TCNT1 - begin) >= counts && !(TIFR1 & 1 << OCF1A))
        OCR1A = TCNT1 + 2;
    TIMSK1 = 1 << OCIE1A;
    weft_restore_interrupts(before);
}

ISR(TIMER1_COMPA_vect)
{
    machine_clear_alarm();
    machine_on_alarm();
}

/* ---- The watchdog ---- */

void machine_start_watchdog(unsigned ms)
{
    uint8_t period = WDTO_15MS;
    for (unsigned length = 16; length < ms && period < WDTO_2S; length *= 2)
        period++;
    const unsigned before = weft_disable_interrupts();
    wdt_enable(period);
    weft_restore_interrupts(before);
}

void machine_feed_watchdog(void)
{
    wdt_reset();
}

bool machine_was_reset_by_watchdog(void)
{
    return reset_flags & 1 << WDRF;
}
