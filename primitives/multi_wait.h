/* Several tasks and futures that are waited for at once: what gather and wait share. */
#ifndef WEFT_PRIMITIVES_MULTI_WAIT_H
#define WEFT_PRIMITIVES_MULTI_WAIT_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_multi_wait_ weft_multi_wait_;

/* One of them: what the caller gives for each pair of waiter and target. */
typedef struct weft_part {
    weft_handle handle;
    weft_multi_wait_ *multi_wait;
} weft_part;

/* All of them, and who waits. */
struct weft_multi_wait_ {
    weft_task *parent; /* while it waits */
    weft_part *parts;
    size_t count;
    size_t open; /* parts that have not been heard; 0 unless it is awaited */
};

/* Adds one, as the next of `parts`, which has room for `room`; an error, and nothing has happened,
 * if there is none left, if somebody waits already, or if it was never started. */
WEFT_MUST_CHECK_
const weft_error *weft_multi_wait_add_(weft_multi_wait_ *multi_wait, weft_part *parts, size_t room,
                                       weft_awaitable_ *awaitable);

/* The awaitable of one of them. */
static inline weft_awaitable_ *weft_part_awaitable_(const weft_part *part)
{
    return part->handle.wait.awaited;
}

/* Whether one is of this loop: another loop's cannot be waited for. */
static inline bool weft_part_is_of_(const weft_part *part, const weft_loop *loop)
{
    return weft_part_awaitable_(part)->scope->loop == loop;
}

/* Whether a task may wait for them: nobody does yet, and all are its loop's. */
bool weft_multi_wait_admits_(const weft_multi_wait_ *multi_wait, const weft_task *task);

/* Has `function` called in a turn for each. */
void weft_multi_wait_begin_(weft_multi_wait_ *multi_wait, weft_task *parent,
                            weft_function *function);

/* Hears no more of any. */
void weft_multi_wait_end_(weft_multi_wait_ *multi_wait);

#ifdef __cplusplus
}
#endif
#endif
