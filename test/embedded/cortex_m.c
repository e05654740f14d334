/* SPDX-License-Identifier: MIT */
/* Cortex-M: start-up, faults, PendSV, semihosting. The devices are in mps2.c and microbit.c. */
#include "cortex_m.h"

/* The linker's, in cortex_m.ld. */
extern uint32_t machine_data_load, machine_data, machine_data_end, machine_bss, machine_bss_end;
extern uint32_t machine_stack, machine_stack_top;

int main(int argc, char **argv);

/* In libc_newlib.c, if the program has it. */
__attribute__((weak)) int machine_arguments(char ***argv)
{
    static char *none[] = {NULL};
    *argv = none;
    return 0;
}

__attribute__((weak)) void machine_on_software_interrupt(void)
{
}

int semihost(int operation, volatile void *argument)
{
    register int r0 __asm__("r0") = operation;
    register volatile void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void machine_exit(int code)
{
    enum { EXIT_EXTENDED = 0x20, APPLICATION_EXIT = 0x20026 };
    volatile uint32_t arguments[2] = {APPLICATION_EXIT, (uint32_t)code};
    semihost(EXIT_EXTENDED, arguments);
    for (;;)
        continue;
}

/* Sets up the memory, and runs main. */
__attribute__((used, noreturn)) static void start(void)
{
    const uint32_t *from = &machine_data_load;
    for (uint32_t *to = &machine_data; to < &machine_data_end;)
        *to++ = *from++;
    for (uint32_t *to = &machine_bss; to < &machine_bss_end;)
        *to++ = 0;
    REGISTER(0xE000ED20) |= 0xFFu << 16; /* PendSV has the lowest priority */
    char **argv;
    const int argc = machine_arguments(&argv);
    machine_exit(main(argc, argv));
}

/* Paints the stack, without a stack. */
__attribute__((naked)) void machine_reset(void)
{
    __asm__ volatile(".syntax unified\n"
                     "ldr r0, =machine_stack\n"
                     "ldr r1, =machine_stack_top\n"
                     "ldr r2, =0xC5C5C5C5\n"
                     "1: str r2, [r0]\n"
                     "adds r0, #4\n"
                     "cmp r0, r1\n"
                     "bne 1b\n"
                     "bl start\n"
                     ".ltorg\n");
}

__attribute__((used, noreturn)) static void fault(void)
{
    machine_puts("FAULT\n");
    machine_exit(MACHINE_FAULTED);
}

/* The stack may have overflowed, so this handler begins a new one. */
__attribute__((naked)) void fault_handler(void)
{
    __asm__ volatile(".syntax unified\n"
                     "ldr r0, =machine_stack_top\n"
                     "mov sp, r0\n"
                     "bl fault\n"
                     ".ltorg\n");
}

size_t machine_stack_size(void)
{
    return (size_t)((char *)&machine_stack_top - (char *)&machine_stack);
}

size_t machine_stack_used(void)
{
    const uint32_t *at = &machine_stack;
    while (at < &machine_stack_top && *at == 0xC5C5C5C5u)
        at++;
    return (size_t)((const char *)&machine_stack_top - (const char *)at);
}

void machine_request_software_interrupt(void)
{
    REGISTER(0xE000ED04) = 1u << 28;
}

/* ---- A byte that the UART did not bring ---- */

static volatile int received = -1;

bool machine_receive(unsigned char byte)
{
    if (received >= 0)
        return false;
    received = byte;
    pend_interrupt(uart_interrupt);
    return true;
}

void hand_over_received(void)
{
    const int byte = received;
    received = -1;
    if (byte >= 0)
        machine_on_byte((unsigned char)byte);
}
