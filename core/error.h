/* SPDX-License-Identifier: MIT */
/* Errors: a coroutine raises an error, and a failed task ends with one. An error is what an
 * exception is in Python.
 *
 * The address of a weft_error struct identifies the error. The library never copies or frees an
 * error. So the program must keep the memory of an error as long as a task, a future or the program
 * itself refers to the error. A static const error is valid for ever. If the program makes an
 * error's text at run time, the error should be a member of the frame of the coroutine that raises
 * it. Such an error is valid until another coroutine starts in that frame (doc/memory.md).
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
 * Python. A catch of a kind catches all errors of that kind. Every error can also be the kind of
 * other errors. So errors form a tree:
 *
 *     static const weft_error fail = {.text = "Fail"};
 *     static const weft_error no_route = {.kind = &fail, .text = "no route to host"};
 */
struct weft_error {
    const weft_error *kind; /* the kind of this error; NULL: the error has no kind */
    const char *text;       /* the text of the error; NULL: the error has the text of its kind */
};

/* The kind of every error: Python's BaseException. Must not be raised. */
extern const weft_error weft_base_error;
/* The kind of every error except cancellation: Python's Exception. Must not be raised. */
extern const weft_error weft_any_error;
/* asyncio.CancelledError. */
extern const weft_error weft_cancelled_error;
/* asyncio.InvalidStateError: the program uses an object in a way that its state does not allow. For
 * example, the program sets a result twice, or releases a lock that no task holds. Where asyncio
 * raises RuntimeError or ValueError, weft uses this error too, for example if a task awaits
 * itself. */
extern const weft_error weft_invalid_state_error;
/* The error of a deadlock. The functions that run a loop return this error if no task and no
 * callback of the loop can ever run again. In that case, an asyncio program waits for ever, without
 * any error. */
extern const weft_error weft_deadlock_error;

/* isinstance(error, kind). Returns true if `error` is `kind`, or if `kind` is above `error` in the
 * tree of errors. The tree of errors has the kind of an error above the error. If `error` is NULL,
 * returns false. O(n), n: the kinds above `error` in the tree. */
bool weft_error_is(const weft_error *error, const weft_error *kind);

/* str(error). Returns the text of `error`. If the error has no text, returns the text of its kind,
 * or of that kind's kind, and so on. Never returns NULL. The function returns the member `text`
 * itself, not a copy of the text. O(n), n: the kinds above `error` in the tree of errors. */
const char *weft_error_text(const weft_error *error);

/* ---- Private ---- */

/* Begins the definition of an error that has no kind. On AVR, constants lie in RAM, and are copied
 * there from flash when the program starts. If the program has no texts (WEFT_TEXTS is 0), such an
 * error is all zero bytes. The macro then puts the error into .bss, so that it needs no flash. */
#if defined(__AVR__) && !WEFT_TEXTS
#define WEFT_ERROR_KIND_(name) __attribute__((section(".bss." #name))) const weft_error name
#else
#define WEFT_ERROR_KIND_(name) const weft_error name
#endif

/* WEFT_ERROR_(name, kind, text): defines an error of the kind `kind` with a text, and `name`, a
 * pointer to that error. If the program has no texts, `name` points to `kind` itself. */
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
