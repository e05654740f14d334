/* SPDX-License-Identifier: MIT */
/* simulator PROGRAM: runs a program for an ATmega328P at 16 MHz on simavr. UART 0 writes to
 * standard output. Prints on standard error what it measured: cycles, the stack's peak, the longest
 * time with interrupts off outside of interrupt handlers, and the longest handler. The exit status
 * is the program's (simulator.h); 99 for a stack overflow or a crash, 124 if SECONDS of its time
 * have passed.
 *
 *   UART=FILE      lines of "MS HEX": UART 0 receives the byte HEX after MS milliseconds
 *   SECONDS=NUMBER the longest simulated time, 600 without it
 */
#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_io.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "simulator.h"

enum { GPIOR0 = 0x3E, GPIOR1 = 0x4A, SPL = 0x5D, SPH = 0x5E, RAM = 0x100 };
enum { HERTZ = 16000000, FAULTED = 99, TIMED_OUT = 124, BROKEN = 125 };

static int status = -1;

/* ---- What UART 0 receives ---- */

static struct {
    avr_cycle_count_t at;
    unsigned byte;
} feed[65536];
static int fed, feeds;

static void read_feed(const char *name)
{
    FILE *const file = fopen(name, "r");
    if (!file) {
        perror(name);
        exit(BROKEN);
    }
    double ms;
    while (feeds < (int)(sizeof(feed) / sizeof(*feed)) &&
           fscanf(file, "%lf %x", &ms, &feed[feeds].byte) == 2)
        feed[feeds++].at = (avr_cycle_count_t)(ms * (HERTZ / 1000));
    fclose(file);
}

static void receive(avr_t *avr, unsigned byte)
{
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT), byte);
}

static avr_cycle_count_t feed_next(avr_t *avr, avr_cycle_count_t when, void *unused)
{
    (void)when, (void)unused;
    receive(avr, feed[fed++].byte);
    if (fed == feeds)
        return 0;
    return feed[fed].at > avr->cycle ? feed[fed].at : avr->cycle + 1;
}

static void on_sent(avr_irq_t *irq, uint32_t value, void *unused)
{
    (void)irq, (void)unused;
    putchar((int)value);
}

/* ---- What the program asks for ---- */

static avr_cycle_count_t raise_int0(avr_t *avr, avr_cycle_count_t when, void *unused)
{
    (void)when, (void)unused;
    avr_irq_t *const pin = avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), 2);
    avr_raise_irq(pin, 1);
    avr_raise_irq(pin, 0);
    return 0;
}

static void on_exit_register(avr_t *avr, avr_io_addr_t address, uint8_t value, void *unused)
{
    (void)unused;
    avr->data[address] = value;
    status = value;
}

static void on_command(avr_t *avr, avr_io_addr_t address, uint8_t value, void *unused)
{
    static unsigned count, command;
    static uint32_t argument;
    (void)address, (void)unused;
    if (!count) {
        command = value;
        argument = 0;
    } else {
        argument |= (uint32_t)value << 8 * (count - 1);
    }
    count = (count + 1) % 5;
    if (count)
        return;
    if (command == SIMULATOR_RECEIVE)
        receive(avr, argument);
    avr_cycle_timer_cancel(avr, raise_int0, NULL);
    if (command == SIMULATOR_AFTER)
        avr_cycle_timer_register(avr, (avr_cycle_count_t)argument * (HERTZ / 1000000), raise_int0,
                                 NULL);
}

static uint8_t on_cycles(avr_t *avr, avr_io_addr_t address, void *unused)
{
    static unsigned count;
    static uint32_t cycles;
    (void)address, (void)unused;
    if (!count)
        cycles = (uint32_t)avr->cycle;
    const uint8_t byte = (uint8_t)(cycles >> 8 * count);
    count = (count + 1) % 4;
    return byte;
}

/* Sleeping takes no real time. */
static void sleep_at_once(avr_t *avr, avr_cycle_count_t cycles)
{
    (void)avr, (void)cycles;
}

/* ---- Running ---- */

/* Reads a program, without what simavr prints on standard output. */
static void read_firmware(const char *name, elf_firmware_t *firmware)
{
    const int out = dup(STDOUT_FILENO);
    if (!freopen("/dev/null", "w", stdout) || elf_read_firmware(name, firmware))
        exit(BROKEN);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    close(out);
}

static unsigned stack_pointer(const avr_t *avr)
{
    return avr->data[SPL] | (unsigned)avr->data[SPH] << 8;
}

static avr_t *load(const char *name)
{
    static elf_firmware_t firmware;
    read_firmware(name, &firmware);
    avr_t *const avr = avr_make_mcu_by_name("atmega328p");
    if (!avr || avr_init(avr))
        exit(BROKEN);
    firmware.frequency = HERTZ;
    avr_load_firmware(avr, &firmware);
    avr->sleep = sleep_at_once;
    avr->log = LOG_ERROR;
    avr_register_io_write(avr, GPIOR0, on_exit_register, NULL);
    avr_register_io_write(avr, GPIOR1, on_command, NULL);
    avr_register_io_read(avr, GPIOR1, on_cycles, NULL);
    uint32_t flags = 0;
    avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
    flags &= ~(uint32_t)(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT),
                            on_sent, NULL);
    return avr;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: simulator PROGRAM\n");
        return BROKEN;
    }
    avr_t *const avr = load(argv[1]);
    if (getenv("UART"))
        read_feed(getenv("UART"));
    if (feeds)
        avr_cycle_timer_register(avr, feed[0].at, feed_next, NULL);
    const avr_cycle_count_t limit =
        (avr_cycle_count_t)HERTZ *
        (avr_cycle_count_t)(getenv("SECONDS") ? atol(getenv("SECONDS")) : 600);
    enum { VECTORS = 26 * 4 }; /* an interrupt begins at an address below */
    struct {
        avr_cycle_count_t cycles;
        unsigned at;
    } longest = {0, 0}, longest_handler = {0, 0}, *of_kind;
    avr_cycle_count_t off = 0;
    unsigned lowest = 0xFFFF, off_at = 0;
    bool were_on = false;
    while (status < 0 && avr->cycle < limit) {
        const int state = avr_run(avr);
        if (avr->sreg[S_I] || state == cpu_Sleeping) {
            of_kind = off_at < VECTORS ? &longest_handler : &longest;
            if (off && avr->cycle - off > of_kind->cycles && avr->sreg[S_I]) {
                of_kind->cycles = avr->cycle - off;
                of_kind->at = off_at;
            }
            were_on |= avr->sreg[S_I];
            off = 0;
        } else if (were_on && !off) {
            off = avr->cycle;
            off_at = avr->pc;
        }
        const unsigned sp = stack_pointer(avr);
        lowest = sp && sp < lowest ? sp : lowest;
        if ((were_on && sp < RAM - 1) || state == cpu_Done || state == cpu_Crashed) {
            printf("FAULT\n");
            status = FAULTED;
        }
    }
    fflush(stdout);
    fprintf(stderr, "cycles %llu\nlowest stack pointer %u\n", (unsigned long long)avr->cycle,
            lowest);
    fprintf(stderr, "longest with interrupts off %llu cycles, from 0x%x\n",
            (unsigned long long)longest.cycles, longest.at);
    fprintf(stderr, "longest interrupt handler %llu cycles, from 0x%x\n",
            (unsigned long long)longest_handler.cycles, longest_handler.at);
    return status < 0 ? TIMED_OUT : status;
}
