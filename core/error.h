/* SPDX-License-Identifier: MIT */
/* Errors: what coroutines raise, and what failed tasks end with.
 *
 * The address of a weft_error struct identifies the error. The library never copies, counts or
 * frees an error. The coroutine or function that makes an error must keep that error as long as a
 * task, a future or the program refers to it. A static const error lives for ever. An error with
 * details of its own is a member of the frame that raises it, and lives until that frame is used
 * again (doc/memory.md).
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

/* An error, or a kind of errors. A kind is to an error what a class is to an exception in Python.
 * Every error can be the kind of other errors. So errors and their kinds form a tree:
 *
 *     static const weft_error fail = {.text = "Fail"};
 *     static const weft_error no_route = {.kind = &fail, .text = "no route to host"};
 */
struct weft_error {
    const weft_error *kind; /* the kind of this error; NULL: it has none of its own */
    const char *text;       /* the text for str(); not copied; NULL: the text of the kind */
};

/* The kind of every error: Python's BaseException. Must not be raised. */
extern const weft_error weft_base_error;
/* The kind of every error except cancellation: Python's Exception. Must not be raised. */
extern const weft_error weft_any_error;
/* asyncio.CancelledError. */
extern const weft_error weft_cancelled_error;
/* asyncio.InvalidStateError. Also stands for asyncio's RuntimeError and ValueError. Examples: the
 * program sets a result twice, or releases a lock that is not held; a task awaits itself. */
extern const weft_error weft_invalid_state_error;
/* The error of a run in which nothing can ever run again. asyncio has no such error: an asyncio
 * program hangs. */
extern const weft_error weft_deadlock_error;

/* isinstance(error, kind). Returns true if `error` is `kind`, or if `kind` is among the kinds above
 * `error`. If `error` is NULL, returns false. O(n), n: the kinds above the error. */
bool weft_error_is(const weft_error *error, const weft_error *kind);

/* str(error). Returns the error's text, or the text of the first kind above the error that has a
 * text. Never returns NULL. The error owns the text. O(n), n: the kinds above the error. */
const char *weft_error_text(const weft_error *error);

/* ---- Private ---- */

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
