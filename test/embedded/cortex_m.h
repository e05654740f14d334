/* SPDX-License-Identifier: MIT */
/* What the files of the two Cortex-M machines share. */
#ifndef CORTEX_M_H
#define CORTEX_M_H

#include "machine.h"

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

enum { INTERRUPTS = 16 };

static inline void enable_interrupt(unsigned number)
{
    REGISTER(0xE000E100) = 1u << number;
}

static inline void pend_interrupt(unsigned number)
{
    REGISTER(0xE000E200) = 1u << number;
}

static inline void unpend_interrupt(unsigned number)
{
    REGISTER(0xE000E280) = 1u << number;
}

/* The table of interrupts, which the hardware reads at address 0. A board fills in its devices'
 * interrupts. */
struct vectors {
    void *stack;
    void (*exceptions[15])(void);
    void (*interrupts[INTERRUPTS])(void);
};

#define EXCEPTIONS(nmi)                                                                            \
    {                                                                                              \
        machine_reset, nmi, fault_handler, fault_handler, fault_handler, fault_handler, NULL,      \
            NULL, NULL, NULL, fault_handler, fault_handler, NULL, machine_on_software_interrupt,   \
            NULL                                                                                   \
    }

extern uint32_t machine_stack_top; /* the linker's */
void machine_reset(void);
void fault_handler(void);

/* The number of the UART's interrupt, which the board gives. */
extern const unsigned uart_interrupt;

/* Hands the byte of machine_receive, if there is one, to machine_on_byte. Called by the handler of
 * the UART's interrupt. */
void hand_over_received(void);

/* Calls the debugger, which is the emulator. */
int semihost(int operation, volatile void *argument);

#endif
