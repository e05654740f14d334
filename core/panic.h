/* The one way out for a program that is plainly wrong. */
#ifndef WEFT_CORE_PANIC_H
#define WEFT_CORE_PANIC_H

#ifdef __cplusplus
#define WEFT_NORETURN_ [[noreturn]]
extern "C" {
#else
#define WEFT_NORETURN_ _Noreturn
#endif

/* Called where going on would corrupt memory: a resume at a state that a coroutine does not have, a
 * task started in a frame whose task has not ended. `file` and `line` say where (the program's own
 * source wherever that is known), `text` says what is wrong.
 *
 * A program may define this function itself, and then its own is linked (from a library, that is;
 * who links weft's object files leaves core/panic.o out): it may log, reset the board or jump to a
 * place of safety, but must not return. weft's own prints one line to standard error and aborts;
 * with -DWEFT_FREESTANDING, or where the compiler says that there is no C library, it loops. */
WEFT_NORETURN_ void weft_panic(const char *file, unsigned line, const char *text);

#ifdef __cplusplus
}
#endif
#endif
