#include "primitives/wait_set.h"

#include "core/future.h"

static const weft_kind wait_kind = {.name = "wait", .at = offsetof(weft_wait_set, kind)};
static const weft_kind completed_kind = {.name = "as_completed",
                                         .at = offsetof(weft_wait_set, kind)};

static weft_wait_set *set_of(weft_part *part)
{
    return WEFT_CONTAINER_(part->several, weft_wait_set, several);
}

/* In the block of as_completed, its parent may wait for anything. */
static void wake(weft_wait_set *set)
{
    weft_task *const parent = set->several.parent;
    if (weft_parked_in_(parent) == WEFT_LISTED_ && parent->live.wait.node.listed_for == &set->kind)
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
        weft_call_later(set->several.parent->awaitable.owner->loop, &set->limit, limit, time_out);
}

void weft_wait_leave_(weft_wait_set *set)
{
    weft_handle_cancel(set->several.parent->awaitable.owner->loop, &set->limit);
    weft_several_leave_(&set->several);
}

/* ---- wait ---- */

static void heard_one(weft_loop *loop, weft_handle *handle)
{
    weft_part *const part = WEFT_HANDLE_OWNER(handle, weft_part, handle);
    weft_wait_set *const set = set_of(part);
    (void)loop;
    set->several.open--;
    bool enough = set->several.open == 0 || set->until == WEFT_UNTIL_FIRST_;
    if (!enough && set->until == WEFT_UNTIL_ERROR_) /* only then it is asked, as asyncio does */
        enough = weft_error_is(weft_ask_(weft_part_awaitable_(part)), &weft_any_error);
    if (enough) {
        weft_handle_cancel(loop, &set->limit);
        wake(set);
    }
}

weft_signal weft_wait_until_(weft_wait_set *set, weft_context *context, weft_time limit,
                             enum weft_wait_until_ until)
{
    if (!set->several.count || !weft_several_admit_(&set->several, weft_running_task_(context))) {
        context->error = &weft_invalid_state_error;
        return weft_go_on_(context);
    }
    set->until = (unsigned char)until;
    set->several.parent = weft_running_task_(context);
    arm(set, limit);
    weft_several_listen_(&set->several, set->several.parent, heard_one);
    set->kind = &wait_kind;
    return weft_park_listed_(set->several.parent, &set->kind);
}

size_t weft_wait_pending_(weft_wait_set *set)
{
    weft_several *const several = &set->several;
    size_t left = 0;
    if (several->parent) /* they are linked */
        return several->count;
    for (size_t i = 0; i < several->count; i++)
        if (!weft_has_ended_(weft_part_awaitable_(&several->parts[i])))
            several->parts[left++] = several->parts[i];
    return several->count = left;
}

/* ---- as_completed ---- */

/* A part that has been heard is idle: its node links it to the others that were. */
static void heard_next(weft_loop *loop, weft_handle *handle)
{
    weft_wait_set *const set = set_of(WEFT_HANDLE_OWNER(handle, weft_part, handle));
    weft_node *const node = &handle->wait.node, *const last = set->completed;
    (void)loop;
    if (set->timed_out)
        return;
    node->next = last ? last->next : node;
    if (last)
        last->next = node;
    set->completed = node;
    wake(set);
}

const weft_error *weft_completed_begin_(weft_wait_set *set, weft_context *context, weft_time limit)
{
    if (!weft_several_admit_(&set->several, weft_running_task_(context)))
        return &weft_invalid_state_error;
    set->completed = NULL;
    set->several.parent = weft_running_task_(context);
    arm(set, limit);
    weft_several_listen_(&set->several, set->several.parent, heard_next);
    return NULL;
}

const weft_error *weft_completed_end_(weft_wait_set *set)
{
    set->several.count = set->several.open;
    weft_wait_leave_(set);
    set->several.count = 0;
    return NULL;
}

/* Why there is none to come, or none for who runs: NULL, there is. */
static const weft_error *no_next(const weft_wait_set *set, const weft_context *context)
{
    if (set->several.parent != weft_running_task_(context))
        return &weft_invalid_state_error;
    if (set->completed)
        return NULL;
    if (set->timed_out)
        return &weft_timeout_error;
    return set->several.count ? NULL : &weft_invalid_state_error;
}

weft_signal weft_completed_wait_(weft_wait_set *set, weft_context *context)
{
    context->error = no_next(set, context);
    if (context->error || set->completed)
        return weft_go_on_(context);
    set->kind = &completed_kind;
    return weft_park_listed_(set->several.parent, &set->kind);
}

weft_signal weft_completed_again_(weft_wait_set *set, weft_context *context)
{
    return context->error ? weft_go_on_(context) : weft_completed_wait_(set, context);
}

weft_future *weft_completed_take_(weft_wait_set *set)
{
    weft_node *const last = set->completed, *const first = last->next;
    weft_part *const part = WEFT_CONTAINER_(first, weft_part, handle.wait.node);
    last->next = first->next;
    if (first == last)
        set->completed = NULL;
    set->several.count--;
    return WEFT_CONTAINER_(weft_part_awaitable_(part), weft_future, awaitable);
}
