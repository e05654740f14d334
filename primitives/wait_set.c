#include "primitives/wait_set.h"

#include "core/future.h"

static const weft_primitive_info_ wait_kind = {.name = "wait", .at = offsetof(weft_wait_set, kind)};
static const weft_primitive_info_ completed_kind = {.name = "as_completed",
                                                    .at = offsetof(weft_wait_set, kind)};

static weft_wait_set *set_of(weft_part *part)
{
    return WEFT_CONTAINER_(part->multi_wait, weft_wait_set, multi_wait);
}

/* In the block of as_completed, its parent may wait for anything. */
static void wake(weft_wait_set *set)
{
    weft_task *const parent = set->multi_wait.parent;
    if (weft_is_listed_(parent) && parent->live.wait.node.listed_for == &set->kind)
        weft_wake_(parent);
}

static void time_out(weft_loop *loop, weft_handle *handle)
{
    weft_wait_set *const set = WEFT_HANDLE_OWNER(handle, weft_wait_set, limit);
    (void)loop;
    set->timed_out = true;
    wake(set);
}

static void arm(weft_wait_set *set, weft_time limit)
{
    set->timed_out = false;
    if (limit != WEFT_FOREVER)
        weft_call_later(set->multi_wait.parent->awaitable.scope->loop, &set->limit, limit,
                        time_out);
}

void weft_wait_resume_(weft_wait_set *set)
{
    weft_handle_cancel(set->multi_wait.parent->awaitable.scope->loop, &set->limit);
    weft_multi_wait_end_(&set->multi_wait);
}

/* ---- wait ---- */

static void on_one_end(weft_loop *loop, weft_handle *handle)
{
    weft_part *const part = WEFT_HANDLE_OWNER(handle, weft_part, handle);
    weft_wait_set *const set = set_of(part);
    (void)loop;
    set->multi_wait.open--;
    bool enough = set->multi_wait.open == 0 || set->until == WEFT_UNTIL_FIRST_;
    if (!enough && set->until == WEFT_UNTIL_ERROR_) /* only then it is asked, as asyncio does */
        enough = weft_error_is(weft_retrieve_error_(weft_part_awaitable_(part)), &weft_any_error);
    if (enough) {
        weft_handle_cancel(loop, &set->limit);
        wake(set);
    }
}

weft_step_ weft_wait_begin_(weft_wait_set *set, weft_context *context, weft_time limit,
                            enum weft_wait_begin_ until)
{
    if (!set->multi_wait.count ||
        !weft_multi_wait_admits_(&set->multi_wait, weft_running_task_(context))) {
        context->error = &weft_invalid_state_error;
        return weft_go_on_(context);
    }
    set->until = (unsigned char)until;
    set->multi_wait.parent = weft_running_task_(context);
    arm(set, limit);
    weft_multi_wait_begin_(&set->multi_wait, set->multi_wait.parent, on_one_end);
    set->kind = &wait_kind;
    return weft_park_listed_(set->multi_wait.parent, &set->kind);
}

size_t weft_wait_pending_(weft_wait_set *set)
{
    weft_multi_wait_ *const multi_wait = &set->multi_wait;
    size_t left = 0;
    if (multi_wait->parent) /* they are linked */
        return multi_wait->count;
    for (size_t i = 0; i < multi_wait->count; i++)
        if (!weft_has_ended_(weft_part_awaitable_(&multi_wait->parts[i])))
            multi_wait->parts[left++] = multi_wait->parts[i];
    return multi_wait->count = left;
}

/* ---- as_completed ---- */

/* A part that has been heard is idle: its node links it to the others that were. */
static void on_next_end(weft_loop *loop, weft_handle *handle)
{
    weft_wait_set *const set = set_of(WEFT_HANDLE_OWNER(handle, weft_part, handle));
    weft_node_ *const node = &handle->wait.node, *const last = set->completed;
    (void)loop;
    if (set->timed_out)
        return;
    node->next = last ? last->next : node;
    if (last)
        last->next = node;
    set->completed = node;
    wake(set);
}

const weft_error *weft_completed_enter_(weft_wait_set *set, weft_context *context, weft_time limit)
{
    if (!weft_multi_wait_admits_(&set->multi_wait, weft_running_task_(context)))
        return &weft_invalid_state_error;
    set->completed = NULL;
    set->multi_wait.parent = weft_running_task_(context);
    arm(set, limit);
    weft_multi_wait_begin_(&set->multi_wait, set->multi_wait.parent, on_next_end);
    return NULL;
}

const weft_error *weft_completed_exit_(weft_wait_set *set)
{
    set->multi_wait.count = set->multi_wait.open;
    weft_wait_resume_(set);
    set->multi_wait.count = 0;
    return NULL;
}

/* Why there is none to come, or none for who runs: NULL, there is. */
static const weft_error *no_next(const weft_wait_set *set, const weft_context *context)
{
    if (set->multi_wait.parent != weft_running_task_(context))
        return &weft_invalid_state_error;
    if (set->completed)
        return NULL;
    if (set->timed_out)
        return &weft_timeout_error;
    return set->multi_wait.count ? NULL : &weft_invalid_state_error;
}

weft_step_ weft_completed_next_begin_(weft_wait_set *set, weft_context *context)
{
    context->error = no_next(set, context);
    if (context->error || set->completed)
        return weft_go_on_(context);
    set->kind = &completed_kind;
    return weft_park_listed_(set->multi_wait.parent, &set->kind);
}

weft_step_ weft_completed_next_resume_(weft_wait_set *set, weft_context *context)
{
    return context->error ? weft_go_on_(context) : weft_completed_next_begin_(set, context);
}

weft_future *weft_completed_take_(weft_wait_set *set)
{
    weft_node_ *const last = set->completed, *const first = last->next;
    weft_part *const part = WEFT_CONTAINER_(first, weft_part, handle.wait.node);
    last->next = first->next;
    if (first == last)
        set->completed = NULL;
    set->multi_wait.count--;
    return WEFT_CONTAINER_(weft_part_awaitable_(part), weft_future, awaitable);
}
