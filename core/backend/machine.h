/* SPDX-License-Identifier: MIT */
/* Interrupts on the machines for which weft has code: AVR, Cortex-M and RISC-V.
 *
 * machine.c defines three functions for these machines: weft_disable_interrupts and
 * weft_restore_interrupts (threadsafe.h), and weft_wait_for_interrupt. The backends tickless.h and
 * periodic.h call all three. On another machine, the program must define these functions. A program
 * may define the three functions itself on a machine that weft knows, too. Such a program does not
 * compile machine.c, or defines WEFT_OWN_INTERRUPTS when it compiles machine.c. For example, on a
 * Cortex-M, functions that raise BASEPRI do not turn off the most urgent interrupts.
 *
 * If a program is compiled with -DWEFT_CHECK_CONTEXT, machine.c also defines weft_check_context
 * (panic.h). That function panics if weft is used where it must not be: in the handler of an
 * interrupt. On a Cortex-M, the function panics in the handlers of interrupts and of SysTick.
 * PendSV is allowed, because a loop may run there. An AVR or a RISC-V does not tell if a handler
 * runs. On these two, weft_check_context panics while interrupts are off. So a program on an AVR or
 * a RISC-V with -DWEFT_CHECK_CONTEXT must turn interrupts on before it starts the first task. */
#ifndef WEFT_CORE_BACKEND_MACHINE_H
#define WEFT_CORE_BACKEND_MACHINE_H

#include "../threadsafe.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sleeps until an interrupt has come or is pending. If an interrupt is pending already, returns at
 * once. Interrupts must be off when the function is called, and are off when the function returns.
 * On an AVR, the interrupt's handler runs inside this function. On a Cortex-M and on RISC-V, the
 * handler runs when the caller restores interrupts. On an AVR, the program must choose a sleep mode
 * and set the bit SE in the register SMCR. In that sleep mode, the hardware timer of the backend
 * must go on. O(1), plus the sleep. */
void weft_wait_for_interrupt(void);

#ifdef __cplusplus
}
#endif
#endif
