/* Gather: waits for all of several tasks and futures. */
#ifndef WEFT_PRIMITIVES_GATHER_H
#define WEFT_PRIMITIVES_GATHER_H

#include "multi_wait.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The engine of every gather. It lives in a frame, as a member of one of the types below. */
typedef struct weft_gather_ {
    weft_gather_wait_ gather_wait; /* what the gather's task waits for */
    weft_multi_wait_ multi_wait;
    size_t live;             /* parts that have not ended */
    const weft_error *error; /* of the gather, once it is complete; NULL: none */
    bool collects;           /* errors of parts do not end the gather */
} weft_gather_;

/* WEFT_GATHER(n): the type of a gather with room for n parts, the tasks and futures to wait for.
 * A gather lives in a frame, or is static. It must be all zero bytes before its first use, and must
 * not be moved while it has parts. It may be used again when its wait has ended. Each use of the
 * macro makes a type of its own; name it with typedef. */
#define WEFT_GATHER(n)                                                                             \
    struct {                                                                                       \
        weft_gather_ gather;                                                                       \
        weft_part parts[n];                                                                        \
    }

/* WEFT_GATHER_OVER: the type of a gather whose parts are an array of the caller's
 * (weft_gather_add_in). It differs from WEFT_GATHER(n) only in that. */
#define WEFT_GATHER_OVER                                                                           \
    struct {                                                                                       \
        weft_gather_ gather;                                                                       \
    }

/* WEFT_GATHER_OF(name, n): the type of a gather that has its own n tasks, whose coroutine is
 * `name`. Its member `tasks` is their array. It must be all zero bytes before its first use. Each
 * use of the macro makes a type of its own; name it with typedef. */
#define WEFT_GATHER_OF(name, n)                                                                    \
    struct {                                                                                       \
        weft_gather_ gather;                                                                       \
        weft_part parts[n];                                                                        \
        WEFT_TASK(name) tasks[n];                                                                  \
    }

/* weft_gather_add(WEFT_GATHER(n) *g, p)
 * Adds a part: *p, a task or future that was started. *p must stay valid, and its memory must not
 * be reused, until the gather has ended. Returns NULL; or weft_invalid_state_error, and adds
 * nothing, if there is no room, *p was never started, or a task awaits the gather. `g` is evaluated
 * more than once. O(1). */
#define weft_gather_add(g, p)                                                                      \
    weft_gather_add_in(g, (g)->parts, sizeof((g)->parts) / sizeof(weft_part), p)

/* weft_gather_add_in(WEFT_GATHER_OVER *g, weft_part *parts, size_t room, p)
 * Adds a part to a gather whose parts are the caller's array: `room` of them, at `parts`. Both must
 * be the same at each call for this gather. The caller owns the array, and must keep it until the
 * gather has ended; it needs no initialiser. The rest is as in weft_gather_add. */
#define weft_gather_add_in(g, parts, room, p)                                                      \
    weft_multi_wait_add_(&(g)->gather.multi_wait, (parts), (room), &(p)->awaitable)

/* weft_gather_all(g): `await asyncio.gather(...)` of the parts that were added to the gather *g.
 * Waits until every part has ended, or until the first error of a part, and raises that error. The
 * other parts go on then. If one of them fails later and nothing retrieves its error, the loop
 * calls the exception handler (asyncio's gather hides that error). Results are in the parts.
 * If this task is cancelled while it waits, every part is cancelled. The wait then goes on to the
 * first error of a part, or to the end of all parts, where it raises weft_cancelled_error.
 * Raises weft_invalid_state_error if a task awaits the gather already, or if a part belongs to
 * another loop. When the wait has ended, the gather is linked to nothing, and has no parts. `g` is
 * evaluated again when the task is resumed. O(parts). */
#define weft_gather_all(g) WEFT_GATHER_(g, false)

/* weft_gather_collect(g): `await asyncio.gather(..., return_exceptions=True)`.
 * Waits until every part has ended, and raises no error of a part: weft_error_of(part) returns it.
 * The rest is as in weft_gather_all. */
#define weft_gather_collect(g) WEFT_GATHER_(g, true)

/* weft_gather(WEFT_GATHER(n) *g, p, ...): `await asyncio.gather(p, ...)`.
 * Adds 1 to 8 parts, and then waits as weft_gather_all(g) does. Raises weft_invalid_state_error,
 * and adds none, if there is no room for all, one of them was never started, or a task awaits the
 * gather. `g` is evaluated more than once. O(parts). */
#define weft_gather(g, ...)                                                                        \
    do {                                                                                           \
        {                                                                                          \
            weft_awaitable_ *const weft_added_[] = {WEFT_AWAITABLES_(__VA_ARGS__)};                \
            weft_check(weft_multi_wait_add_all_(                                                   \
                &(g)->gather.multi_wait, (g)->parts, sizeof((g)->parts) / sizeof(weft_part),       \
                weft_added_, sizeof(weft_added_) / sizeof(*weft_added_)));                         \
        }                                                                                          \
        weft_gather_all(g);                                                                        \
    } while (0)

/* weft_gather_each(WEFT_GATHER_OF(name, n) *g, i, name, .argument = value, ...)
 * `await asyncio.gather(*(name(value, ...) for i in range(n)))`.
 * Creates the n tasks of *g, adds them, and then waits as weft_gather_all(g) does. In the arguments
 * `i`, an int that the macro declares, is the number of the task, from 0. Raises
 * weft_invalid_state_error, and creates no task, if *g has parts or a task awaits the gather.
 * Panics if one of the tasks has not ended. `g` is evaluated more than once. O(n), and n times
 * weft_create_task. */
#define weft_gather_each(g, i, name, ...)                                                          \
    do {                                                                                           \
        WEFT_GATHER_START_(g, i, name, __VA_ARGS__);                                               \
        weft_gather_all(g);                                                                        \
    } while (0)

/* weft_gather_collect_each(g, i, name, .argument = value, ...)
 * `await asyncio.gather(*(name(value, ...) for i in range(n)), return_exceptions=True)`.
 * Creates and adds the tasks as weft_gather_each does, and then waits as weft_gather_collect(g)
 * does. */
#define weft_gather_collect_each(g, i, name, ...)                                                  \
    do {                                                                                           \
        WEFT_GATHER_START_(g, i, name, __VA_ARGS__);                                               \
        weft_gather_collect(g);                                                                    \
    } while (0)

/* ---- Private ---- */

#define WEFT_GATHER_START_(g, i, name, ...)                                                        \
    weft_check(weft_multi_wait_check_unused_(&(g)->gather.multi_wait));                            \
    for (int i = 0; i < (int)(sizeof((g)->tasks) / sizeof((g)->tasks[0])); i++) {                  \
        weft_create_task(name, &(g)->tasks[i], __VA_ARGS__);                                       \
        weft_check(weft_gather_add(g, &(g)->tasks[i]));                                            \
    }

#define WEFT_GATHER_(g, collects)                                                                  \
    WEFT_WAIT_RESUME_(weft_gather_begin_(weft_context_, &(g)->gather, (collects)),                 \
                      weft_gather_resume_(&(g)->gather, weft_context_))

/* The awaitables of 1 to 8 tasks and futures, with commas between. */
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

void weft_gather_resume_(weft_gather_ *gather, weft_context *context);
weft_step_ weft_gather_begin_(weft_context *context, weft_gather_ *gather, bool collects);

#ifdef __cplusplus
}
#endif
#endif
