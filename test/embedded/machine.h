/* SPDX-License-Identifier: MIT */
/* What the emulated machines have in common. README.md says which machines there are, and how to
 * build and run a program on them.
 *
 * The start-up code paints the stack, sets up the memory, turns interrupts on and calls main. What
 * main returns is the exit status of the emulator. No timer runs, and no byte is received, until
 * the program starts it. A function named machine_on_... is a hook: the program may define it, and
 * the machine calls it in an interrupt. A hook that the program does not define does nothing.
 * Interrupts do not nest, except that all of them preempt machine_on_software_interrupt. */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- The end, and output ---- */

/* Exit statuses of the emulator. */
enum {
    MACHINE_PANICKED = 98, /* weft_panic, which also prints its arguments */
    MACHINE_FAULTED = 99   /* a fault of the processor, such as a stack overflow; prints FAULT */
};

/* Ends the emulator with the exit status `code`. */
_Noreturn void machine_exit(int code);

/* Write to the UART, and wait until it has taken the bytes. machine_put_number writes the name, a
 * space, the number and a newline. */
void machine_put(char byte);
void machine_puts(const char *text);
void machine_put_number(const char *name, unsigned long number);

/* Makes the C library's standard output write to the UART. A program calls this function before
 * printf. */
void machine_open_stdio(void);

/* ---- The stack ---- */

/* Returns the highest number of bytes of stack that were in use since the start. */
size_t machine_stack_used(void);

/* Returns the size of the stack in bytes: the linker's symbol STACK_SIZE. */
size_t machine_stack_size(void);

/* ---- The UART's receiver ---- */

/* Turns the interrupt of received bytes on. */
void machine_listen(void);
void machine_on_byte(unsigned char byte);

/* Gives the receiver a byte, as if it came from outside. The interrupt comes when interrupts are
 * on. Returns false, and gives nothing, if the receiver has not delivered the byte before. Call
 * machine_listen first. */
bool machine_receive(unsigned char byte);

/* ---- The periodic tick ---- */

/* Starts a timer that interrupts 1,000 times a second. */
void machine_start_tick(void);
void machine_on_tick(void);

/* ---- The clock, and the alarm ---- */

/* The clock is a hardware counter of MACHINE_CLOCK_BITS bits that counts up at MACHINE_CLOCK_HZ and
 * wraps. */
#if defined(MACHINE_M3)
#define MACHINE_CLOCK_HZ 25000000
#define MACHINE_CLOCK_BITS 32
typedef uint32_t machine_count;
#elif defined(MACHINE_M0)
#define MACHINE_CLOCK_HZ 1000000
#define MACHINE_CLOCK_BITS 32
typedef uint32_t machine_count;
#elif defined(MACHINE_RV32)
#define MACHINE_CLOCK_HZ 10000000
#define MACHINE_CLOCK_BITS 32
typedef uint32_t machine_count;
#elif defined(MACHINE_AVR)
#define MACHINE_CLOCK_HZ 250000
#define MACHINE_CLOCK_BITS 16
typedef uint16_t machine_count;
#else
#error "build.sh defines the machine"
#endif

/* The longest alarm, in counts of the clock. The rest of the range is time to serve the alarm
 * before the clock wraps twice. */
#define MACHINE_ALARM_MAX ((machine_count)((machine_count)-1 - ((machine_count)-1 >> 4)))

/* Starts the clock, which makes no interrupts. */
void machine_start_clock(void);

/* Returns the clock. Any code may call this function at any time. */
machine_count machine_clock(void);

/* Arms the one-shot alarm, in place of an alarm that is armed: it interrupts once, when the clock
 * has counted `counts`, 1 to MACHINE_ALARM_MAX. */
void machine_set_alarm(machine_count counts);
void machine_on_alarm(void);

/* Disarms the alarm, and withdraws its interrupt if that is pending. */
void machine_clear_alarm(void);

/* ---- The world around the machine ---- */

/* Calls machine_on_after in an interrupt, once, `us` microseconds from now, at most 4,000 seconds.
 * Independent of the tick, the clock and the alarm, so that a program can be told something while
 * they are off. A second call before the interrupt replaces the first. Call machine_start_clock
 * first. */
void machine_after(uint32_t us);
void machine_on_after(void);

/* Returns a counter for measurements, which counts up and wraps. On avr it counts processor cycles.
 * On the others it counts time: units of 40 ns on m3, of 62.5 ns, in 24 bits, on m0, of 1 ns on
 * rv32. An instruction takes 2^ICOUNT ns (run.sh), so with ICOUNT=10 each instruction is told
 * apart. */
uint32_t machine_measure(void);

/* ---- The software interrupt: PendSV, or the CLINT's; avr has none ---- */

#ifndef MACHINE_AVR
#define MACHINE_HAS_SOFTWARE_INTERRUPT 1
/* Requests the software interrupt. It has the lowest priority: it preempts main, and all others
 * preempt it. */
void machine_request_software_interrupt(void);
void machine_on_software_interrupt(void);
#endif

/* ---- The watchdog; emulated on m3 and avr, built only on m0, absent on rv32 ---- */

/* Starts the hardware watchdog. If the watchdog is not fed for `ms` milliseconds, 16 to 2,000, it
 * stops the program and resets the machine. On avr the time is rounded up to one that the hardware
 * has. */
void machine_start_watchdog(unsigned ms);
void machine_feed_watchdog(void);

/* Returns true if the watchdog made the last reset. */
bool machine_was_reset_by_watchdog(void);

/* ---- Interrupts: core/backend/machine.c has these functions --------------------------------- */

unsigned weft_disable_interrupts(void);
void weft_restore_interrupts(unsigned before);
void weft_wait_for_interrupt(void);

#endif
