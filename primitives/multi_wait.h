/* A task's wait for several tasks and futures at once: what gather, wait and as_completed share.
 *
 * Each task or future is a part of the wait. A part has a handle, which is notified of the part's
 * end. Gather decides at each end what that means for the wait (gather.c); so do wait and
 * as_completed (wait_set.c). */
#ifndef WEFT_PRIMITIVES_MULTI_WAIT_H
#define WEFT_PRIMITIVES_MULTI_WAIT_H

#include "../core/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_multi_wait_ weft_multi_wait_;

/* One of several tasks and futures that a task waits for. Programs need only the size: an array of
 * parts for weft_gather_add_in or weft_wait_add_in. */
typedef struct weft_part {
    weft_handle handle; /* handle.wait.awaited: the task or future */
    weft_multi_wait_ *multi_wait;
} weft_part;

/* A wait for several. All zero bytes is one without parts. */
struct weft_multi_wait_ {
    weft_task *parent; /* the task that waits; NULL: none */
    weft_part *parts;
    size_t count; /* parts in use */
    size_t open;  /* parts whose end has not been handled; valid while a task waits */
};

/* ---- Before a wait ---- */

/* Adds a part. `parts` has room for `room` of them, and must be the same at each call. Returns
 * NULL; or weft_invalid_state_error, and adds nothing, if there is no room, a task waits, or the
 * awaitable was never started. */
WEFT_MUST_CHECK_
const weft_error *weft_multi_wait_add_(weft_multi_wait_ *multi_wait, weft_part *parts, size_t room,
                                       weft_awaitable_ *awaitable);

/* Adds n parts, or none: returns the first error of weft_multi_wait_add_; NULL: all were added. */
WEFT_MUST_CHECK_
const weft_error *weft_multi_wait_add_all_(weft_multi_wait_ *multi_wait, weft_part *parts,
                                           size_t room, weft_awaitable_ *const *added, size_t n);

/* Returns weft_invalid_state_error if a part was added or a task waits; else NULL. */
WEFT_MUST_CHECK_
const weft_error *weft_multi_wait_check_unused_(const weft_multi_wait_ *multi_wait);

/* Drops the parts that have ended, and returns how many are left. Drops none while a task waits,
 * because the handles are linked then. */
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

/* Returns true if the part belongs to this loop. A task cannot wait for another loop's. */
static inline bool weft_part_is_of_(const weft_part *part, const weft_loop *loop)
{
    return weft_part_awaitable_(part)->scope->loop == loop;
}

/* Returns true if the task may wait: no task waits yet, and all parts belong to its loop. */
bool weft_multi_wait_admits_(const weft_multi_wait_ *multi_wait, const weft_task *task);

/* Begins the wait of a task. All parts are open; no handle is linked yet. */
static inline void weft_multi_wait_begin_(weft_multi_wait_ *multi_wait, weft_task *parent)
{
    multi_wait->parent = parent;
    multi_wait->open = multi_wait->count;
}

/* Makes `function` the done callback of every part. */
void weft_multi_wait_add_callbacks_(weft_multi_wait_ *multi_wait, weft_function *function);

/* Ends the wait of a task: makes the handles of all parts idle. The parts stay. */
void weft_multi_wait_end_(weft_multi_wait_ *multi_wait);

/* Drops all parts, whose handles must be idle, and ends the wait. */
static inline void weft_multi_wait_clear_(weft_multi_wait_ *multi_wait)
{
    multi_wait->parent = NULL;
    multi_wait->count = multi_wait->open = 0;
}

#ifdef __cplusplus
}
#endif
#endif
