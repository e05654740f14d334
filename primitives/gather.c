#include "primitives/gather.h"

static weft_awaitable *part_number(weft_joint *joint, size_t number)
{
    weft_several *const several = &WEFT_CONTAINER_(joint, weft_gather, joint)->several;
    return number < several->count ? weft_part_awaitable_(&several->parts[number]) : NULL;
}

const weft_error *weft_gather_add_these_(weft_gather *gather, weft_part *parts, size_t room,
                                         weft_awaitable *const *added, size_t n)
{
    const size_t before = gather->several.count;
    for (size_t i = 0; i < n; i++) {
        const weft_error *const error = weft_several_add_(&gather->several, parts, room, added[i]);
        if (!error)
            continue;
        gather->several.count = before;
        return error;
    }
    return NULL;
}

static void leave(weft_gather *gather)
{
    if (gather->several.open)
        weft_several_leave_(&gather->several);
    gather->several.parent = NULL;
    gather->several.count = gather->several.open = 0;
    gather->joint.cancelled = false;
}

/* One that has ended left when it did, and may be another task's by now. */
void weft_gather_again_(weft_gather *gather, weft_context *context)
{
    if (gather->several.parent == weft_running_task_(context))
        leave(gather);
}

/* Takes note of one that has ended. Whether that ends the gather. */
static bool note_end(weft_gather *gather, weft_awaitable *awaitable)
{
    const weft_error *const error = weft_ask_(awaitable);
    gather->several.open--;
    if (error && !gather->collects)
        gather->error = error;
    else if (gather->several.open == 0)
        gather->error = gather->joint.cancelled ? &weft_cancelled_error : NULL;
    else
        return false;
    return true;
}

static void heard(weft_loop *loop, weft_handle *handle)
{
    weft_part *const part = WEFT_HANDLE_OWNER(handle, weft_part, handle);
    weft_gather *const gather = WEFT_CONTAINER_(part->several, weft_gather, several);
    weft_task *const parent = gather->several.parent;
    (void)loop;
    if (!weft_is_parked_(parent) || !note_end(gather, weft_part_awaitable_(part)))
        return; /* its parent has left already, or has to wait for more */
    leave(gather);
    weft_wake_with_(parent, gather->error);
}

/* The end of one of several that have not ended is but counted: the last one's turn comes later
 * than its would. An error, and the last one, take theirs. */
static void ended(weft_loop *loop, weft_handle *handle)
{
    weft_part *const part = WEFT_HANDLE_OWNER(handle, weft_part, handle);
    weft_gather *const gather = WEFT_CONTAINER_(part->several, weft_gather, several);
    if (--gather->live && !weft_part_awaitable_(part)->error) {
        gather->several.open--;
        return;
    }
    handle->function = heard;
    weft_handle_ready_(loop, handle);
}

/* Those that had ended are noted at once, and all of them asked. Whether that ends the gather; so
 * does one of another loop. */
static bool listen(weft_gather *gather, const weft_loop *loop)
{
    weft_several *const several = &gather->several;
    bool is_over = several->count == 0;
    several->open = several->count;
    for (size_t i = 0; i < several->count; i++) {
        weft_part *const part = &several->parts[i];
        weft_awaitable *const awaitable = weft_part_awaitable_(part);
        if (WEFT_RARELY_(!weft_part_is_of_(part, loop))) {
            gather->error = &weft_invalid_state_error;
            return true;
        }
        if (!weft_has_ended_(awaitable)) {
            gather->live++;
            weft_witness_end_(awaitable, &part->handle, ended);
            continue;
        }
        weft_ask_(awaitable);
        is_over = is_over || note_end(gather, awaitable);
    }
    return is_over;
}

/* Tasks of a gather's own are started if there is room for all of them. */
const weft_error *weft_gather_of_none_(const weft_gather *gather)
{
    return gather->several.parent || gather->several.count ? &weft_invalid_state_error : NULL;
}

weft_signal weft_gather_(weft_context *context, weft_gather *gather, bool collects)
{
    weft_task *const parent = weft_running_task_(context);
    if (gather->several.parent) {
        context->error = &weft_invalid_state_error;
        return weft_go_on_(context);
    }
    gather->joint.part = part_number;
    gather->collects = collects;
    gather->error = NULL;
    gather->several.parent = parent;
    gather->live = 0;
    if (!listen(gather, weft_running_loop_(context)))
        return weft_park_joining_(parent, &gather->joint);
    leave(gather);
    context->error = gather->error;
    return weft_go_on_(context);
}
