/* Errors: what a coroutine raises, and what a task that failed ended with.
 *
 * An error is the address of a weft_error. Nothing is copied, counted or freed: whoever makes one
 * keeps it alive for as long as somebody may look at it. One that is static const lives for ever;
 * one that has to say more stands in the frame of the coroutine that raises it, and lives until
 * that frame is used again (doc/design.md, "Who owns an error").
 */
#ifndef WEFT_CORE_ERROR_H
#define WEFT_CORE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_error weft_error;

/* An error, or a kind of error: `kind` is what an exception's class is in Python, and an error that
 * names no other kind is one itself. The kinds of kinds make a hierarchy:
 *
 *     static const weft_error fail = {.text = "Fail"};
 *     static const weft_error no_route = {.kind = &fail, .text = "no route to host"};
 */
struct weft_error {
    const weft_error *kind; /* NULL: a kind of its own, below weft_any_error */
    const char *text;       /* what str() would give, NULL: the kind's; kept, not copied */
};

/* The kind of every error: Python's BaseException. Not raised itself. */
extern const weft_error weft_base_error;
/* The kind of every error but cancellation: Python's Exception. Not raised itself. */
extern const weft_error weft_any_error;
/* asyncio.CancelledError. */
extern const weft_error weft_cancelled_error;
/* asyncio.InvalidStateError, and what asyncio has RuntimeError and ValueError for: a result set
 * twice, an await of oneself or of what was never started, a release of what is not held. */
extern const weft_error weft_invalid_state_error;
/* What a run ends with when nothing can ever run again. asyncio has no name for it: it hangs. */
extern const weft_error weft_deadlock_error;

/* isinstance(error, kind): whether `error` is `kind` or has it among its kinds. `error` may be
 * NULL, which is an instance of nothing. O(depth of the hierarchy). */
bool weft_error_is(const weft_error *error, const weft_error *kind);

/* str(error): its text, or that of the first kind above it that has one; never NULL. It belongs to
 * the error. O(depth of the hierarchy). */
const char *weft_error_text(const weft_error *error);

#ifdef __cplusplus
}
#endif
#endif
