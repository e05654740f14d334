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
 * task uses. `file` and `line` name the program's own source if it is known, else weft's. `text`
 * says what is wrong; it is a constant.
 *
 * weft's own function flushes standard output, prints one line to standard error, and aborts. In
 * freestanding builds (-DWEFT_FREESTANDING, or no hosted C library) it loops for ever.
 *
 * A program may define this function itself: to log, to reset the board, or to jump to a place of
 * safety. Its function must not return. The linker then leaves weft's out. A program that links
 * weft's object files, instead of the library, must leave core/panic.o out. */
WEFT_NORETURN_ void weft_panic(const char *file, unsigned line, const char *text);

#ifdef __cplusplus
}
#endif
#endif
