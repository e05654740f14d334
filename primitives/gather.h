/* gather: wait for several tasks and futures at once, all of them. */
#ifndef WEFT_PRIMITIVES_GATHER_H
#define WEFT_PRIMITIVES_GATHER_H

#include "multi_wait.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The engine of every gather: a WEFT_GATHER's, or with parts of the caller's (weft_gather_add_in).
 * It lives in a frame, and is all zero at first. */
typedef struct weft_gather {
    weft_gather_wait_ gather_wait; /* first: what its task waits for is the gather */
    weft_multi_wait_ multi_wait;
    size_t live; /* parts that have not ended */
    const weft_error *error;
    bool collects;
} weft_gather;

/* A gather with room for `n` parts: one lives in a frame, and is all zero at first. Its members are
 * `gather` and `parts`. Each use of the macro makes a type of its own: typedef gives it a name. */
#define WEFT_GATHER(n)                                                                             \
    struct {                                                                                       \
        weft_gather gather;                                                                        \
        weft_part parts[n];                                                                        \
    }

/* weft_gather_add(WEFT_GATHER(n) *g, p): one more to wait for, a task or future that has been
 * started. Its memory stays what it is until the gather has ended. Returns NULL, or
 * weft_invalid_state_error if there is no room, if it was never started, or if the gather is being
 * awaited. `g` is evaluated more than once. O(1). */
#define weft_gather_add(g, p)                                                                      \
    weft_gather_add_in(&(g)->gather, (g)->parts, sizeof((g)->parts) / sizeof(weft_part), p)

/* weft_gather_add_in(weft_gather *gather, weft_part *parts, size_t room, p): the same where the
 * parts are an array of the caller's: `room` of them, at `parts`, the same for each. They stay what
 * they are until the gather has ended. What awaits it is a struct whose member `gather` it is. */
#define weft_gather_add_in(gather, parts, room, p)                                                 \
    weft_multi_wait_add_(&(gather)->multi_wait, (parts), (room), &(p)->awaitable)

/* weft_gather_all(WEFT_GATHER(n) *g): `await asyncio.gather(...)` of those that were added.
 * Raises the first error that one of them ends with, and leaves the others alone; they go on (and
 * if one of those fails later and nobody asks, the exception handler hears of it, which asyncio's
 * does not). To cancel the task is to cancel all parts. When it ends nothing of it is linked
 * anywhere, and it is empty again. Results are where they are: in the parts. `g` is evaluated again
 * when the task is resumed. Raises weft_invalid_state_error if it is being awaited already, and if
 * a part is another loop's. O(parts). */
#define weft_gather_all(g) WEFT_GATHER_(g, false)

/* weft_gather_collect(g): `await asyncio.gather(..., return_exceptions=True)`: errors are results,
 * to be had with weft_error_of. */
#define weft_gather_collect(g) WEFT_GATHER_(g, true)

/* weft_gather(WEFT_GATHER(n) *g, p, ...): `await asyncio.gather(p, ...)`: adds each of these, which
 * are 8 at most, and weft_gather_all(g). Raises weft_invalid_state_error, and adds none, if there
 * is no room for all, if one was never started, or if the gather is being awaited. `g` is evaluated
 * more than once. */
#define weft_gather(g, ...)                                                                        \
    do {                                                                                           \
        {                                                                                          \
            weft_awaitable_ *const weft_added_[] = {WEFT_AWAITABLES_(__VA_ARGS__)};                \
            weft_check(weft_gather_add_all_(&(g)->gather, (g)->parts,                              \
                                            sizeof((g)->parts) / sizeof(weft_part), weft_added_,   \
                                            sizeof(weft_added_) / sizeof(*weft_added_)));          \
        }                                                                                          \
        weft_gather_all(g);                                                                        \
    } while (0)

/* A gather of `n` tasks whose coroutine is `name`, which are in it: they are its member `tasks`. It
 * is all zero at first. Each use of the macro makes a type of its own: typedef gives it a name. */
#define WEFT_GATHER_OF(name, n)                                                                    \
    struct {                                                                                       \
        weft_gather gather;                                                                        \
        weft_part parts[n];                                                                        \
        WEFT_TASK(name) tasks[n];                                                                  \
    }

/* weft_gather_each(WEFT_GATHER_OF(name, n) *g, i, name, .argument = value, ...)
 * `await asyncio.gather(*(name(value, ...) for i in range(n)))`: starts the tasks of *g, in whose
 * arguments `i`, an int, is the number of each, and weft_gather_all(g). Raises
 * weft_invalid_state_error, and starts none, if something was added to *g, or if it is awaited;
 * panics if one of the tasks has not ended. `g` is evaluated more than once.
 * weft_gather_collect_each(g, i, name, ...): the same with weft_gather_collect. */
#define weft_gather_each(g, i, name, ...)                                                          \
    do {                                                                                           \
        WEFT_GATHER_START_(g, i, name, __VA_ARGS__);                                               \
        weft_gather_all(g);                                                                        \
    } while (0)
#define weft_gather_collect_each(g, i, name, ...)                                                  \
    do {                                                                                           \
        WEFT_GATHER_START_(g, i, name, __VA_ARGS__);                                               \
        weft_gather_collect(g);                                                                    \
    } while (0)

#define WEFT_GATHER_START_(g, i, name, ...)                                                        \
    weft_check(weft_gather_check_unused_(&(g)->gather));                                           \
    for (int i = 0; i < (int)(sizeof((g)->tasks) / sizeof((g)->tasks[0])); i++) {                  \
        weft_create_task(name, &(g)->tasks[i], __VA_ARGS__);                                       \
        weft_check(weft_gather_add(g, &(g)->tasks[i]));                                            \
    }

#define WEFT_GATHER_(g, collects)                                                                  \
    WEFT_WAIT_RESUME_(weft_gather_begin_(weft_context_, &(g)->gather, (collects)),                 \
                      weft_gather_resume_(&(g)->gather, weft_context_))

/* The awaitables of 1 to 8. */
#define WEFT_AWAITABLES_(...)                                                                      \
    WEFT_JOIN_(WEFT_AWAITABLES_OF_, WEFT_9TH_(__VA_ARGS__, 8_, 7_, 6_, 5_, 4_, 3_, 2_, 1_, ))      \
    (__VA_ARGS__)
#define WEFT_9TH_(a, b, c, d, e, f, g, h, ninth, ...) ninth
#define WEFT_AWAITABLES_OF_1_(p) &(p)->awaitable
#define WEFT_AWAITABLES_OF_2_(p, ...) &(p)->awaitable, WEFT_AWAITABLES_OF_1_(__VA_ARGS__)
#define WEFT_AWAITABLES_OF_3_(p, ...) &(p)->awaitable, WEFT_AWAITABLES_OF_2_(__VA_ARGS__)
#define WEFT_AWAITABLES_OF_4_(p, ...) &(p)->awaitable, WEFT_AWAITABLES_OF_3_(__VA_ARGS__)
#define WEFT_AWAITABLES_OF_5_(p, ...) &(p)->awaitable, WEFT_AWAITABLES_OF_4_(__VA_ARGS__)
#define WEFT_AWAITABLES_OF_6_(p, ...) &(p)->awaitable, WEFT_AWAITABLES_OF_5_(__VA_ARGS__)
#define WEFT_AWAITABLES_OF_7_(p, ...) &(p)->awaitable, WEFT_AWAITABLES_OF_6_(__VA_ARGS__)
#define WEFT_AWAITABLES_OF_8_(p, ...) &(p)->awaitable, WEFT_AWAITABLES_OF_7_(__VA_ARGS__)

/* All of them, or none. */
WEFT_MUST_CHECK_
const weft_error *weft_gather_add_all_(weft_gather *gather, weft_part *parts, size_t room,
                                       weft_awaitable_ *const *added, size_t n);
/* Whether it has no part yet, and is not being awaited. */
WEFT_MUST_CHECK_ const weft_error *weft_gather_check_unused_(const weft_gather *gather);
void weft_gather_resume_(weft_gather *gather, weft_context *context);
weft_step_ weft_gather_begin_(weft_context *context, weft_gather *gather, bool collects);

#ifdef __cplusplus
}
#endif
#endif
