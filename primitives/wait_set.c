/* SPDX-License-Identifier: MIT */
#include "primitives/wait_set.h"

#include "core/future.h"

WEFT_INFO_(wait_info, .name = "wait", .at = offsetof(weft_wait_set_, info));
WEFT_INFO_(completed_info, .name = "as_completed", .at = offsetof(weft_wait_set_, info));

static weft_wait_set_ *set_of(weft_handle *handle)
{
    return WEFT_CONTAINER_(weft_part_of_(handle)->multi_wait, weft_wait_set_, multi_wait);
}

/* Wakes the parent if it waits for the set. In the block of as_completed it may wait for anything
 * else. */
static void wake(weft_wait_set_ *set)
{
    weft_task *const parent = set->multi_wait.parent;
    if (weft_is_listed_(parent) && parent->live.wait.node.listed_for == WEFT_WHERE_(set))
        weft_wake_(parent, NULL);
}

static void time_out(weft_loop *loop, weft_handle *handle)
{
    weft_wait_set_ *const set = WEFT_HANDLE_OWNER(handle, weft_wait_set_, limit);
    (void)loop;
    set->timed_out = true;
    wake(set);
}

/* Arms the limit, and gives every part a done callback. Returns false, and changes nothing, if the
 * running task must not wait. */
static bool begin(weft_wait_set_ *set, weft_context *context, weft_time limit,
                  weft_function *function)
{
    weft_task *const parent = weft_running_task_(context);
    if (!weft_multi_wait_admits_(&set->multi_wait, parent))
        return false;
    weft_multi_wait_begin_(&set->multi_wait, parent);
    set->timed_out = false;
    if (limit != WEFT_FOREVER)
        weft_call_later(parent->awaitable.scope->loop, &set->limit, limit, time_out);
    weft_multi_wait_add_callbacks_(&set->multi_wait, function);
    return true;
}

static weft_step_ park(weft_wait_set_ *set, const weft_primitive_info_ *info)
{
    WEFT_SET_INFO_(set, info);
    return weft_park_listed_(set->multi_wait.parent, WEFT_WHERE_(set));
}

void weft_wait_resume_(weft_wait_set_ *set)
{
    weft_handle_cancel(set->multi_wait.parent->awaitable.scope->loop, &set->limit);
    weft_multi_wait_end_(&set->multi_wait);
}

/* ---- wait ---- */

/* Retrieves a part's error only if the wait is for the first error, as asyncio does. */
static void on_wait_part_end(weft_loop *loop, weft_handle *handle)
{
    weft_wait_set_ *const set = set_of(handle);
    set->multi_wait.open--;
    bool is_complete = set->multi_wait.open == 0 || set->until == WEFT_UNTIL_FIRST_;
    if (!is_complete && set->until == WEFT_UNTIL_ERROR_)
        is_complete = weft_error_is(weft_retrieve_error_(handle->wait.awaited), &weft_any_error);
    if (is_complete) {
        weft_handle_cancel(loop, &set->limit);
        wake(set);
    }
}

weft_step_ weft_wait_begin_(weft_wait_set_ *set, weft_context *context, weft_time limit,
                            enum weft_wait_until_ until)
{
    if (!set->multi_wait.count || !begin(set, context, limit, on_wait_part_end)) {
        context->error = &weft_invalid_state_error;
        return weft_go_on_(context);
    }
    set->until = (unsigned char)until;
    return park(set, WEFT_INFO_OF_(wait_info));
}

/* ---- as_completed ---- */

/* The handle is idle when it is called, so its node can link the part to other completed ones. */
static void on_completed(weft_loop *loop, weft_handle *handle)
{
    weft_wait_set_ *const set = set_of(handle);
    (void)loop;
    if (set->timed_out)
        return;
    weft_ring_append_(&set->completed, &handle->wait.node);
    wake(set);
}

const weft_error *weft_completed_enter_(weft_wait_set_ *set, weft_context *context, weft_time limit)
{
    if (!begin(set, context, limit, on_completed))
        return &weft_invalid_state_error;
    set->completed = NULL;
    return NULL;
}

/* weft_completed_take_ counted parts off, and `open` still has their number at the start: the
 * handles of all of them must become idle. */
const weft_error *weft_completed_exit_(weft_wait_set_ *set)
{
    set->multi_wait.count = set->multi_wait.open;
    weft_wait_resume_(set);
    weft_multi_wait_clear_(&set->multi_wait);
    return NULL;
}

/* Returns NULL if the running task can get a part, now or later; else the error that says why
 * not. */
static const weft_error *next_error(const weft_wait_set_ *set, const weft_context *context)
{
    if (set->multi_wait.parent != weft_running_task_(context))
        return &weft_invalid_state_error;
    if (set->completed)
        return NULL;
    if (set->timed_out)
        return &weft_timeout_error;
    return set->multi_wait.count ? NULL : &weft_invalid_state_error;
}

weft_step_ weft_completed_next_begin_(weft_wait_set_ *set, weft_context *context)
{
    context->error = next_error(set, context);
    if (context->error || set->completed)
        return weft_go_on_(context);
    return park(set, WEFT_INFO_OF_(completed_info));
}

weft_step_ weft_completed_next_resume_(weft_wait_set_ *set, weft_context *context)
{
    return context->error ? weft_go_on_(context) : weft_completed_next_begin_(set, context);
}

weft_future *weft_completed_take_(weft_wait_set_ *set)
{
    weft_node_ *const first = weft_ring_pop_(&set->completed);
    weft_part *const part = WEFT_CONTAINER_(first, weft_part, handle.wait.node);
    set->multi_wait.count--;
    return WEFT_CONTAINER_(weft_part_awaitable_(part), weft_future, awaitable);
}
