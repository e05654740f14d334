/* SPDX-License-Identifier: MIT */
/* Interrupts on the machines that weft knows: AVR, Cortex-M and RISC-V.
 *
 * machine.c defines three functions for these machines: weft_disable_interrupts and
 * weft_restore_interrupts (threadsafe.h), and weft_wait_for_interrupt. The backends tickless.h and
 * periodic.h call all three. On another machine, the program defines the functions. A program that
 * wants others on a machine that weft knows does not compile machine.c, or defines
 * WEFT_OWN_INTERRUPTS. For example, functions that raise BASEPRI leave urgent interrupts on.
 *
 * machine.c also defines weft_check_context (panic.h), for programs with -DWEFT_CHECK_CONTEXT. On a
 * Cortex-M it panics in the handlers of interrupts and of SysTick. A loop may run in PendSV. An AVR
 * and RISC-V do not tell if a handler runs, so there it panics while interrupts are off. With that
 * choice, a program on these machines must turn interrupts on before it starts the first task. */
#ifndef WEFT_CORE_BACKEND_MACHINE_H
#define WEFT_CORE_BACKEND_MACHINE_H

#include "../threadsafe.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sleeps until an interrupt has come or is pending. If one is pending already, returns at once.
 * Interrupts must be off when the function is called, and are off when it returns. The interrupt's
 * handler runs inside this function on an AVR. On a Cortex-M and on RISC-V, it runs when the caller
 * restores interrupts. On an AVR, the program must choose a sleep mode and set SE in SMCR. The mode
 * must keep the timer of the backend running. O(1), plus the sleep. */
void weft_wait_for_interrupt(void);

#ifdef __cplusplus
}
#endif
#endif
