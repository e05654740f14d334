/* SPDX-License-Identifier: MIT */
/* Panics: the end of a program that would corrupt memory if it went on. */
#ifndef WEFT_CORE_PANIC_H
#define WEFT_CORE_PANIC_H

#ifdef __cplusplus
#define WEFT_NORETURN_ [[noreturn]]
extern "C" {
#else
#define WEFT_NORETURN_ _Noreturn
#endif

/* Ends the program. The library calls this function where going on would corrupt memory. Examples:
 * a coroutine is resumed in a state that it does not have; a task is created in memory that another
 * task uses. `file` and `line` name a place in the program's source if that place is known, else in
 * weft's source. `text` is a constant that says what is wrong.
 *
 * weft's own function flushes standard output, prints one line to standard error, and aborts. In
 * freestanding builds (-DWEFT_FREESTANDING, or no hosted C library) that function loops for ever.
 *
 * A program may define this function itself: to log, to reset the board, or to jump to a place of
 * safety. The program's function must not return. The linker then does not take weft's function
 * from the library. If the program links weft's object files instead of the library, it must leave
 * out core/panic.o. */
WEFT_NORETURN_ void weft_panic(const char *file, unsigned line, const char *text);

/* Panics if it is called in an interrupt's handler. With -DWEFT_CHECK_CONTEXT for the library and
 * the program, weft calls this function wherever it changes what a loop or a primitive has. So a
 * handler that calls weft_event_set, for example, panics at its first call. Without that choice,
 * nothing is called. core/backend/machine.c has this function for Cortex-M, AVR and RISC-V, and
 * says how each machine tells. On another machine, the program defines it. O(1). */
void weft_check_context(void);

/* ---- Private ---- */

static inline void weft_check_context_(void)
{
#ifdef WEFT_CHECK_CONTEXT
    weft_check_context();
#endif
}

#ifdef __cplusplus
}
#endif
#endif
