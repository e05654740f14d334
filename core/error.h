/* SPDX-License-Identifier: MIT */
/* Errors: what coroutines raise, and what failed tasks end with.
 *
 * The address of a weft_error struct identifies the error. The library never copies or frees an
 * error. So the program must keep the memory of an error as long as a task, a future or the program
 * itself refers to the error. A static const error is valid for ever. An error whose text is made
 * at run time is a member of the frame of the coroutine that raises it. Such an error is valid
 * until another coroutine starts in that frame (doc/memory.md).
 */
#ifndef WEFT_CORE_ERROR_H
#define WEFT_CORE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_error weft_error;

/* An error, or a kind of errors. The kind of an error corresponds to the class of an exception in
 * Python. Every error can also be the kind of other errors. So errors and their kinds form a tree:
 *
 *     static const weft_error fail = {.text = "Fail"};
 *     static const weft_error no_route = {.kind = &fail, .text = "no route to host"};
 */
struct weft_error {
    const weft_error *kind; /* the kind of this error; NULL: this error has no kind */
    const char *text;       /* what weft_error_text returns; NULL: the kind's text is used */
};

/* The kind of every error: Python's BaseException. Must not be raised. */
extern const weft_error weft_base_error;
/* The kind of every error except cancellation: Python's Exception. Must not be raised. */
extern const weft_error weft_any_error;
/* asyncio.CancelledError. */
extern const weft_error weft_cancelled_error;
/* asyncio.InvalidStateError. weft also uses this error where asyncio raises RuntimeError or
 * ValueError. For example, the program sets a result twice, or releases a lock that no task holds,
 * or a task awaits itself. */
extern const weft_error weft_invalid_state_error;
/* The functions that run a loop return this error if nothing can ever run again. asyncio has no
 * such error: an asyncio program waits for ever then. */
extern const weft_error weft_deadlock_error;

/* isinstance(error, kind). Returns true if `error` is `kind`, or if `kind` is among the kinds above
 * `error`. If `error` is NULL, returns false. O(n), n: the number of kinds above `error` in the
 * tree. */
bool weft_error_is(const weft_error *error, const weft_error *kind);

/* str(error). Returns the error's text, or the text of the first kind above the error that has a
 * text. Never returns NULL. The text is the error's own memory, not a copy. O(n), n: the number of
 * kinds above `error` in the tree. */
const char *weft_error_text(const weft_error *error);

/* ---- Private ---- */

/* Begins the definition of a kind of errors that has no kind above it. On AVR, constants are in
 * RAM, and flash holds their first values. Without texts such an error is all zero bytes, so it
 * needs no flash. */
#if defined(__AVR__) && !WEFT_TEXTS
#define WEFT_ERROR_KIND_(name) __attribute__((section(".bss." #name))) const weft_error name
#else
#define WEFT_ERROR_KIND_(name) const weft_error name
#endif

/* WEFT_ERROR_(name, kind, text): defines `name`, a const weft_error * to an error of the kind. A
 * program without texts has no error of its own there: `name` points to the kind. */
#if WEFT_TEXTS
#define WEFT_ERROR_(name, kind, text)                                                              \
    static const weft_error name##_error_ = {&(kind), text};                                       \
    static const weft_error *const name = &name##_error_
#else
#define WEFT_ERROR_(name, kind, text) static const weft_error *const name = &(kind)
#endif

#ifdef __cplusplus
}
#endif
#endif
