/* SPDX-License-Identifier: MIT */
#include "core/backend/machine.h"

/* For gcc since 12, RISC-V's control registers are an extension, which -march need not name. */
#if defined __riscv && !defined __riscv_zicsr && !defined __clang__ && __GNUC__ >= 12
#define CSR(instruction) ".option push\n\t.option arch, +zicsr\n\t" instruction "\n\t.option pop"
#else
#define CSR(instruction) instruction
#endif

/* ---- Interrupts off and on, and sleep ---- */

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
    __asm__ volatile(CSR("csrrci %0, mstatus, 8") : "=r"(before) : : "memory");
    return (unsigned)before & 8u;
}

void weft_restore_interrupts(unsigned before)
{
    __asm__ volatile(CSR("csrs mstatus, %0") : : "r"((unsigned long)before) : "memory");
}

/* A pending interrupt that mie enables ends `wfi`, also while MIE is 0. */
void weft_wait_for_interrupt(void)
{
    __asm__ volatile("wfi" : : : "memory");
}

#endif

/* ---- Use in a wrong context ---- */

#ifdef WEFT_CHECK_CONTEXT

#if defined(__AVR__)
#define WEFT_KNOWS_CONTEXT_

/* The machine does not say that a handler runs. Handlers run with interrupts off. */
static bool is_wrong_context(void)
{
    unsigned char status;
    __asm__ volatile("in %0, __SREG__" : "=r"(status));
    return !(status & 0x80);
}

#elif defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'
#define WEFT_KNOWS_CONTEXT_

/* The number of the exception that runs: 15 is SysTick, and interrupts follow. A loop may run in
 * PendSV, 14. */
static bool is_wrong_context(void)
{
    unsigned number;
    __asm__ volatile("mrs %0, ipsr" : "=r"(number));
    return (number & 0x1FF) >= 15;
}

#elif defined(__riscv)
#define WEFT_KNOWS_CONTEXT_

/* The machine does not say that a handler runs. Handlers run with interrupts off. A handler that
 * runs a loop turns interrupts on first. */
static bool is_wrong_context(void)
{
    unsigned long status;
    __asm__ volatile(CSR("csrr %0, mstatus") : "=r"(status));
    return !(status & 8);
}

#endif

#ifdef WEFT_KNOWS_CONTEXT_
void weft_check_context(void)
{
    if (is_wrong_context())
        weft_panic(WEFT_FILE_, __LINE__,
                   WEFT_TEXT_("weft is used in an interrupt's handler, or with interrupts off: use "
                              "weft_call_soon_threadsafe or weft_byte_ring_put"));
}
#endif

#endif
