/* SPDX-License-Identifier: MIT */
/* Panics: weft ends a program that would corrupt memory if it went on. */
#ifndef WEFT_CORE_PANIC_H
#define WEFT_CORE_PANIC_H

#ifdef __cplusplus
#define WEFT_NORETURN_ [[noreturn]]
extern "C" {
#else
#define WEFT_NORETURN_ _Noreturn
#endif

/* Ends the program. The library calls this function when a mistake of the program would corrupt
 * memory. For example, the program creates a task in memory that another task uses, or overwrites
 * the frame of a coroutine. `file` and `line` name the line of the program where the mistake is, if
 * that line is known. Otherwise they name a line of weft. `text` is a constant that says what is
 * wrong.
 *
 * weft's own function flushes standard output, prints one line to standard error, and aborts. In
 * freestanding builds (-DWEFT_FREESTANDING, or no hosted C library) that function loops for ever.
 *
 * A program may define weft_panic itself, for example to log the mistake or to reset the machine.
 * The program's function must not return. If the program is linked with the library, the linker
 * then uses the program's function instead of weft's. If the program is linked with weft's object
 * files, core/panic.o must not be among them. */
WEFT_NORETURN_ void weft_panic(const char *file, unsigned line, const char *text);

/* Panics if it is called in an interrupt's handler. With -DWEFT_CHECK_CONTEXT for the library and
 * the program, weft calls this function wherever it changes what a loop or a primitive has. So a
 * handler that calls weft_event_set, for example, panics at its first call. Without that choice,
 * nothing is called. core/backend/machine.c has this function for Cortex-M, AVR and RISC-V, and
 * says how each machine tells. On another machine, the program defines it. O(1). */
void weft_check_context(void);

/* ---- Private ---- */

#ifdef WEFT_CHECK_CONTEXT
#define weft_check_context_() weft_check_context()
#else
#define weft_check_context_() ((void)0)
#endif

#ifdef __cplusplus
}
#endif
#endif
