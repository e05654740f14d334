/* SPDX-License-Identifier: MIT */
/* Stands in for core/backend/machine.c. */
#include "machine.h"

#include <core/threadsafe.h>

#if defined(MACHINE_AVR)
unsigned weft_disable_interrupts(void)
{
    unsigned char before;
    __asm__ volatile("in %0, __SREG__\n\tcli" : "=r"(before) : : "memory");
    return before;
}

void weft_restore_interrupts(unsigned before)
{
    __asm__ volatile("out __SREG__, %0" : : "r"((unsigned char)before) : "memory");
}

/* The instruction after sei runs before any interrupt. */
void weft_wait_for_interrupt(void)
{
    __asm__ volatile("sei\n\tsleep\n\tcli" : : : "memory");
}
#elif defined(MACHINE_RV32)
unsigned weft_disable_interrupts(void)
{
    unsigned before;
    __asm__ volatile("csrrci %0, mstatus, 8" : "=r"(before) : : "memory");
    return before & 8;
}

void weft_restore_interrupts(unsigned before)
{
    __asm__ volatile("csrs mstatus, %0" : : "r"(before) : "memory");
}

/* wfi also ends when the pending interrupt is not taken. */
void weft_wait_for_interrupt(void)
{
    __asm__ volatile("wfi" : : : "memory");
}
#else
unsigned weft_disable_interrupts(void)
{
    unsigned before;
    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(before) : : "memory");
    return before;
}

void weft_restore_interrupts(unsigned before)
{
    __asm__ volatile("msr primask, %0" : : "r"(before) : "memory");
}

void weft_wait_for_interrupt(void)
{
    __asm__ volatile("dsb\n\twfi" : : : "memory");
}
#endif
