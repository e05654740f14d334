/* SPDX-License-Identifier: MIT */
/* A task's wait for several tasks and futures at once. gather, wait and as_completed share it.
 *
 * Each of these tasks and futures is a part of the wait. Each part has a handle (memory for one
 * callback), which the loop calls when the part has ended. In each such callback, gather.c or
 * wait_set.c decides if the wait has ended too. */
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

/* A wait for several tasks and futures. If all bytes of this struct are zero, it has no parts. */
struct weft_multi_wait_ {
    weft_task *parent; /* the task that waits; NULL: no task */
    weft_part *parts;
    size_t count; /* number of parts that were added */
    /* While a task waits for a gather or in wait: the number of parts whose end the loop has not
     * handled yet. For as_completed: the number of parts at the beginning of the block. */
    size_t open;
};

/* ---- Before a wait ---- */

/* Adds an awaitable as a part. `parts` is an array of `room` elements; all calls for one wait must
 * pass the same array. Returns NULL if the part was added. Adds nothing and returns
 * weft_invalid_state_error in three cases: the array is full, a task already waits, or the
 * awaitable was never started. */
WEFT_MUST_CHECK_
const weft_error *weft_multi_wait_add_(weft_multi_wait_ *multi_wait, weft_part *parts, size_t room,
                                       weft_awaitable_ *awaitable);

/* Adds n parts, and returns NULL. If weft_multi_wait_add_ returns an error for one of them, adds
 * none and returns that error. */
WEFT_MUST_CHECK_
const weft_error *weft_multi_wait_add_all_(weft_multi_wait_ *multi_wait, weft_part *parts,
                                           size_t room, weft_awaitable_ *const *added, size_t n);

/* Returns weft_invalid_state_error if the wait has parts or a task waits; else NULL. */
WEFT_MUST_CHECK_
const weft_error *weft_multi_wait_check_unused_(const weft_multi_wait_ *multi_wait);

/* Removes the parts that have ended, and returns how many are left. While a task waits, removes no
 * part, because the parts' handles are in lists then. */
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

/* Returns true if the part belongs to `loop`. A task cannot wait for another loop's awaitables. */
static inline bool weft_part_is_of_(const weft_part *part, const weft_loop *loop)
{
    return weft_part_awaitable_(part)->scope->loop == loop;
}

/* Returns true if the task may begin to wait: no task waits yet, and all parts belong to its
 * loop. */
bool weft_multi_wait_admits_(const weft_multi_wait_ *multi_wait, const weft_task *task);

/* Begins the wait of the task `parent`. At this time, no part is counted as ended, and no part's
 * handle is in a list. */
static inline void weft_multi_wait_begin_(weft_multi_wait_ *multi_wait, weft_task *parent)
{
    multi_wait->parent = parent;
    multi_wait->open = multi_wait->count;
}

/* Makes `function` the done callback of every part. */
void weft_multi_wait_add_callbacks_(weft_multi_wait_ *multi_wait, weft_function *function);

/* Ends the wait of a task. Cancels the handles of all parts, and keeps the parts. */
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
