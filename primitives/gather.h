/* SPDX-License-Identifier: MIT */
/* Gather: a gather lets one task wait until several tasks and futures have ended. These tasks and
 * futures are called the parts of the gather. */
#ifndef WEFT_PRIMITIVES_GATHER_H
#define WEFT_PRIMITIVES_GATHER_H

#include "multi_wait.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The first members of every type of gather. They do not depend on the number of parts. */
typedef struct weft_gather_ {
    weft_gather_wait_ gather_wait; /* what the waiting task waits for */
    weft_multi_wait_ multi_wait;
    size_t live;             /* how many parts have not ended yet */
    const weft_error *error; /* the error that the wait raises at its end; NULL: no error */
    bool collects;           /* true: the wait goes on if a part ends with an error */
} weft_gather_;

/* WEFT_GATHER(n): the type of a gather with room for n parts. A part is a task or future that the
 * gather waits for. A gather lives in a frame (a coroutine's struct), or is static. It must be all
 * zero bytes before its first use, and must not be moved while it has parts. After the wait for the
 * parts has ended, the program may use the gather again. Two uses of this macro give two different
 * types. To use one type twice, name it with typedef. */
#define WEFT_GATHER(n)                                                                             \
    struct {                                                                                       \
        weft_gather_ gather;                                                                       \
        weft_part parts[n];                                                                        \
    }

/* WEFT_GATHER_OVER: the type of a gather that keeps its parts in an array of the program
 * (weft_gather_add_in). In all other ways, such a gather is like a WEFT_GATHER(n). */
#define WEFT_GATHER_OVER                                                                           \
    struct {                                                                                       \
        weft_gather_ gather;                                                                       \
    }

/* WEFT_GATHER_OF(name, n): the type of a gather that contains n tasks of the coroutine `name`. Its
 * member `tasks` is the array of these tasks. The gather must be all zero bytes before its first
 * use. Two uses of this macro give two different types. To use one type twice, name it with
 * typedef. */
#define WEFT_GATHER_OF(name, n)                                                                    \
    struct {                                                                                       \
        weft_gather_ gather;                                                                       \
        weft_part parts[n];                                                                        \
        WEFT_TASK(name) tasks[n];                                                                  \
    }

/* weft_gather_add(WEFT_GATHER(n) *g, p)
 * Adds *p, a started task or a created future, as a part of the gather. The program must not move,
 * free or reuse *p until the gather's wait has ended. Returns NULL if *p was added. In three cases,
 * weft_gather_add adds nothing and returns weft_invalid_state_error: the gather has no room, *p was
 * never started or created, or a task already waits for the gather. The macro evaluates `g` more
 * than once. O(1). */
#define weft_gather_add(g, p)                                                                      \
    weft_gather_add_in(g, (g)->parts, sizeof((g)->parts) / sizeof(weft_part), p)

/* weft_gather_add_in(WEFT_GATHER_OVER *g, weft_part *parts, size_t room, p)
 * Adds *p as a part of a gather that keeps its parts in the program's array. `parts` is that array,
 * and `room` is the number of its elements. All calls for one gather must pass the same array. The
 * program owns the array, and must keep the array until the gather's wait has ended. The array
 * needs no initialiser. In all other ways, this macro does what weft_gather_add does. */
#define weft_gather_add_in(g, parts, room, p)                                                      \
    weft_multi_wait_add_(&(g)->gather.multi_wait, (parts), (room), &(p)->awaitable)

/* weft_gather_all(g): `await asyncio.gather(...)` of the parts that were added to the gather *g.
 * Waits until every part has ended. If a part ends with an error before that, the wait ends, and
 * raises this error. The other parts then go on. A part that was cancelled has the error
 * weft_cancelled_error. If another part fails later and the program does not retrieve its error,
 * the loop calls the exception handler (asyncio's gather hides that error). Each part keeps its own
 * result. If the waiting task is cancelled, the gather cancels every part, and the wait goes on.
 * The first part that ends with an error, such as weft_cancelled_error, then ends the wait, and the
 * wait raises that error. If every part ends without an error, the wait raises
 * weft_cancelled_error. Raises weft_invalid_state_error if a task waits for the gather already, or
 * if a part belongs to another loop. When the wait has ended, the gather has no parts, and the
 * program may use the gather for another wait. The macro evaluates `g` again when the waiting task
 * resumes. O(n), n: the parts. */
#define weft_gather_all(g) WEFT_GATHER_(g, false)

/* weft_gather_collect(g): `await asyncio.gather(..., return_exceptions=True)`.
 * Waits until every part has ended. If a part ends with an error, the wait goes on, and does not
 * raise that error. To get the error of a part *p, call weft_error_of(p). In all other ways, this
 * macro does what weft_gather_all does. */
#define weft_gather_collect(g) WEFT_GATHER_(g, true)

/* weft_gather(WEFT_GATHER(n) *g, p, ...): `await asyncio.gather(p, ...)`.
 * Adds 1 to 8 parts, and then waits as weft_gather_all(g) does. If weft_gather_add would return an
 * error for one of the parts, adds no part and raises weft_invalid_state_error. The macro evaluates
 * `g` more than once. O(n), n: the parts. */
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
 * Creates the n tasks of *g, adds them as parts, and then waits as weft_gather_all(g) does. `i` is
 * a name that the program chooses: the macro declares an int of that name. In the arguments, this
 * int is the index of the task, from 0 to n - 1. If *g already has parts, or a task waits for *g,
 * creates no task and raises weft_invalid_state_error. Panics if a task in *g, from an earlier use
 * of *g, has not ended. The macro evaluates `g` more than once. Costs O(n) and n calls of
 * weft_create_task. */
#define weft_gather_each(g, i, name, ...)                                                          \
    do {                                                                                           \
        WEFT_GATHER_START_(g, i, name, __VA_ARGS__);                                               \
        weft_gather_all(g);                                                                        \
    } while (0)

/* weft_gather_collect_each(g, i, name, .argument = value, ...)
 * `await asyncio.gather(*(name(value, ...) for i in range(n)), return_exceptions=True)`.
 * Creates and adds the tasks as weft_gather_each does. Then waits as weft_gather_collect(g)
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
    WEFT_WAIT_(weft_gather_begin_(weft_context_, &(g)->gather, (collects)),                        \
               weft_gather_resume_(&(g)->gather, weft_context_))

/* Expands to a list: the addresses of the members `awaitable` of the given tasks and futures, 1 to
 * 8 of them. */
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
