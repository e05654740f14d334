/* Errors: what a coroutine raises, and what a task that failed ended with.
 *
 * An error is known by the address of its weft_error. The library never copies, counts or frees an
 * error. The coroutine or function that makes an error must keep it as long as a task, a future or
 * the program refers to it. A static const error lives for ever. An error with details is a member
 * of the frame that raises it, and lives until that frame is used again (doc/memory.md).
 */
#ifndef WEFT_CORE_ERROR_H
#define WEFT_CORE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_error weft_error;

/* An error, or a kind of errors. A kind is what an exception's class is in Python. An error without
 * a kind is a kind itself. A kind may have a kind too, so that kinds form a tree:
 *
 *     static const weft_error fail = {.text = "Fail"};
 *     static const weft_error no_route = {.kind = &fail, .text = "no route to host"};
 */
struct weft_error {
    const weft_error *kind; /* NULL: a kind of its own, below weft_any_error */
    const char *text;       /* what str() returns; not copied; NULL: the kind's text */
};

/* The kind of every error: Python's BaseException. Must not be raised. */
extern const weft_error weft_base_error;
/* The kind of every error except cancellation: Python's Exception. Must not be raised. */
extern const weft_error weft_any_error;
/* asyncio.CancelledError. */
extern const weft_error weft_cancelled_error;
/* asyncio.InvalidStateError. Stands also for asyncio's RuntimeError and ValueError. Examples: a
 * result is set twice; a task awaits itself, or a task that was never started; a lock is released
 * that is not held. */
extern const weft_error weft_invalid_state_error;
/* The error of a run in which nothing can ever run again. asyncio has no such error: it hangs. */
extern const weft_error weft_deadlock_error;

/* isinstance(error, kind). Returns true if `error` is `kind`, or if `kind` is among the kinds above
 * it. NULL is an instance of nothing. O(kinds above the error). */
bool weft_error_is(const weft_error *error, const weft_error *kind);

/* str(error). Returns the error's text, or the text of the first kind above it that has a text.
 * Never NULL. The text belongs to the error. O(kinds above the error). */
const char *weft_error_text(const weft_error *error);

#ifdef __cplusplus
}
#endif
#endif
