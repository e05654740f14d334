/* SPDX-License-Identifier: MIT */
/* Multi-waits: a multi-wait is one task's wait for several tasks and futures at once. The
 * primitives gather, wait and as_completed consist of a multi-wait and a rule for its end.
 *
 * Each of these tasks and futures is called a part of the wait. For each part, the wait has a
 * handle: the memory for one callback. The loop makes this callback when the part has ended. In the
 * callback, gather.c or wait_set.c decides if the whole wait has ended too. */
#ifndef WEFT_PRIMITIVES_MULTI_WAIT_H
#define WEFT_PRIMITIVES_MULTI_WAIT_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_multi_wait_ weft_multi_wait_;

/* The memory by which a gather or a wait set waits for one task or future. A program needs this
 * type only for an array of parts (weft_gather_add_in, weft_wait_add_in). All members are
 * private. */
typedef struct weft_part {
    weft_handle handle; /* handle.wait.awaited: the task or future */
    weft_multi_wait_ *multi_wait;
} weft_part;

/* A wait for several tasks and futures. A multi-wait of all zero bytes has no parts. */
struct weft_multi_wait_ {
    weft_task *parent; /* the task that waits; NULL: no task */
    weft_part *parts;
    size_t count; /* how many parts were added */
    /* In a gather or a wait: how many parts have not ended, or their callback has not run yet. In
     * as_completed: how many parts there were at the beginning of the block. */
    size_t open;
};

/* ---- Before a wait ---- */

/* Adds an awaitable (a task or a future) as a part. `parts` is the array that stores the parts; it
 * has `room` elements. All calls for one wait must pass the same array. Returns NULL if the part
 * was added. Adds nothing and returns weft_invalid_state_error in three cases: the array is full, a
 * task already waits, or the awaitable was never started. */
WEFT_MUST_CHECK_
const weft_error *weft_multi_wait_add_(weft_multi_wait_ *multi_wait, weft_part *parts, size_t room,
                                       weft_awaitable_ *awaitable);

/* Adds the n awaitables in the array `added` as parts, and returns NULL. If weft_multi_wait_add_
 * would return an error for one of them, adds none of them and returns that error. */
WEFT_MUST_CHECK_
const weft_error *weft_multi_wait_add_all_(weft_multi_wait_ *multi_wait, weft_part *parts,
                                           size_t room, weft_awaitable_ *const *added, size_t n);

/* Returns weft_invalid_state_error if the wait has parts, or if a task already waits for the parts.
 * Otherwise returns NULL. */
WEFT_MUST_CHECK_
const weft_error *weft_multi_wait_check_unused_(const weft_multi_wait_ *multi_wait);

/* Removes the parts that have ended, and returns how many parts are left. While a task waits for
 * the parts, removes none, because their handles are then in lists. */
size_t weft_multi_wait_drop_ended_(weft_multi_wait_ *multi_wait);

/* ---- During a wait ---- */

static inline weft_awaitable_ *weft_part_awaitable_(const weft_part *part)
{
    return part->handle.wait.awaited;
}

static inline weft_part *weft_part_of_(weft_handle *handle)
{
    return WEFT_HANDLE_OWNER(handle, weft_part, handle);
}

/* Returns true if the part's task or future belongs to `loop`. A task cannot wait for a task or
 * future of another loop. */
static inline bool weft_part_is_of_(const weft_part *part, const weft_loop *loop)
{
    return weft_part_awaitable_(part)->scope->loop == loop;
}

/* Returns true if `task` may begin to wait for the parts. That is so if no task waits for the parts
 * yet, and all parts belong to the loop of `task`. */
bool weft_multi_wait_admits_(const weft_multi_wait_ *multi_wait, const weft_task *task);

/* Begins the wait: `parent` is the task that waits. At this time, no part counts as ended, and no
 * part's handle is in a list. */
static inline void weft_multi_wait_begin_(weft_multi_wait_ *multi_wait, weft_task *parent)
{
    multi_wait->parent = parent;
    multi_wait->open = multi_wait->count;
}

/* Has the loop call `function` when a part has ended: adds `function` to every part as a done
 * callback. */
void weft_multi_wait_add_callbacks_(weft_multi_wait_ *multi_wait, weft_function *function);

/* Ends the wait. Cancels the pending callbacks of all parts, but does not remove the parts. */
void weft_multi_wait_end_(weft_multi_wait_ *multi_wait);

/* Removes all parts, and ends the wait. Before this call, no part's handle may be in a list. */
static inline void weft_multi_wait_clear_(weft_multi_wait_ *multi_wait)
{
    multi_wait->parent = NULL;
    multi_wait->count = multi_wait->open = 0;
}

#ifdef __cplusplus
}
#endif
#endif
