/* SPDX-License-Identifier: MIT */
#include "core/backend/machine.h"

#ifdef WEFT_OWN_INTERRUPTS

#elif defined(__AVR__)

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

/* The instruction after `sei` runs before any interrupt. So no interrupt comes between the two. */
void weft_wait_for_interrupt(void)
{
    __asm__ volatile("sei\n\tsleep\n\tcli" : : : "memory");
}

#elif defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'

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

/* A pending interrupt ends `wfi`, also one that primask holds back. */
void weft_wait_for_interrupt(void)
{
    __asm__ volatile("dsb\n\twfi" : : : "memory");
}

#elif defined(__riscv)

/* Machine mode. Bit 3 of mstatus, MIE, says if interrupts are on. */
unsigned weft_disable_interrupts(void)
{
    unsigned long before;
    __asm__ volatile("csrrci %0, mstatus, 8" : "=r"(before) : : "memory");
    return (unsigned)before & 8u;
}

void weft_restore_interrupts(unsigned before)
{
    __asm__ volatile("csrs mstatus, %0" : : "r"((unsigned long)before) : "memory");
}

/* A pending interrupt that mie enables ends `wfi`, also while MIE is 0. */
void weft_wait_for_interrupt(void)
{
    __asm__ volatile("wfi" : : : "memory");
}

#endif
