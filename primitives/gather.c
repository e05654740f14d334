#include "primitives/gather.h"

static weft_awaitable_ *part_number(weft_gather_wait_ *gather_wait, size_t number)
{
    weft_multi_wait_ *const multi_wait =
        &WEFT_CONTAINER_(gather_wait, weft_gather, gather_wait)->multi_wait;
    return number < multi_wait->count ? weft_part_awaitable_(&multi_wait->parts[number]) : NULL;
}

const weft_error *weft_gather_add_all_(weft_gather *gather, weft_part *parts, size_t room,
                                       weft_awaitable_ *const *added, size_t n)
{
    const size_t before = gather->multi_wait.count;
    for (size_t i = 0; i < n; i++) {
        const weft_error *const error =
            weft_multi_wait_add_(&gather->multi_wait, parts, room, added[i]);
        if (!error)
            continue;
        gather->multi_wait.count = before;
        return error;
    }
    return NULL;
}

static void leave(weft_gather *gather)
{
    if (gather->multi_wait.open)
        weft_multi_wait_end_(&gather->multi_wait);
    gather->multi_wait.parent = NULL;
    gather->multi_wait.count = gather->multi_wait.open = 0;
    gather->gather_wait.cancelled = false;
}

/* One that has ended left when it did, and may be another task's by now. */
void weft_gather_resume_(weft_gather *gather, weft_context *context)
{
    if (gather->multi_wait.parent == weft_running_task_(context))
        leave(gather);
}

/* Takes note of one that has ended. Whether that ends the gather. */
static bool note_end(weft_gather *gather, weft_awaitable_ *awaitable)
{
    const weft_error *const error = weft_retrieve_error_(awaitable);
    gather->multi_wait.open--;
    if (error && !gather->collects)
        gather->error = error;
    else if (gather->multi_wait.open == 0)
        gather->error = gather->gather_wait.cancelled ? &weft_cancelled_error : NULL;
    else
        return false;
    return true;
}

static void on_part_end(weft_loop *loop, weft_handle *handle)
{
    weft_part *const part = WEFT_HANDLE_OWNER(handle, weft_part, handle);
    weft_gather *const gather = WEFT_CONTAINER_(part->multi_wait, weft_gather, multi_wait);
    weft_task *const parent = gather->multi_wait.parent;
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
    weft_gather *const gather = WEFT_CONTAINER_(part->multi_wait, weft_gather, multi_wait);
    if (--gather->live && !weft_part_awaitable_(part)->error) {
        gather->multi_wait.open--;
        return;
    }
    handle->function = on_part_end;
    weft_handle_ready_(loop, handle);
}

/* Those that had ended are noted at once, and all of them asked. Whether that ends the gather; so
 * does one of another loop. */
static bool listen(weft_gather *gather, const weft_loop *loop)
{
    weft_multi_wait_ *const multi_wait = &gather->multi_wait;
    bool is_over = multi_wait->count == 0;
    multi_wait->open = multi_wait->count;
    for (size_t i = 0; i < multi_wait->count; i++) {
        weft_part *const part = &multi_wait->parts[i];
        weft_awaitable_ *const awaitable = weft_part_awaitable_(part);
        if (WEFT_UNLIKELY_(!weft_part_is_of_(part, loop))) {
            gather->error = &weft_invalid_state_error;
            return true;
        }
        if (!weft_has_ended_(awaitable)) {
            gather->live++;
            weft_observe_end_(awaitable, &part->handle, ended);
            continue;
        }
        weft_retrieve_error_(awaitable);
        is_over = is_over || note_end(gather, awaitable);
    }
    return is_over;
}

/* Tasks of a gather's own are started if there is room for all of them. */
const weft_error *weft_gather_check_unused_(const weft_gather *gather)
{
    return gather->multi_wait.parent || gather->multi_wait.count ? &weft_invalid_state_error : NULL;
}

static weft_step_ park(weft_gather *gather)
{
    weft_task *const parent = gather->multi_wait.parent;
    weft_set_parked_(parent, WEFT_GATHERING_);
    parent->live.wait.gather_wait = &gather->gather_wait;
    return (weft_step_){WEFT_PARKED_};
}

weft_step_ weft_gather_begin_(weft_context *context, weft_gather *gather, bool collects)
{
    weft_task *const parent = weft_running_task_(context);
    if (gather->multi_wait.parent) {
        context->error = &weft_invalid_state_error;
        return weft_go_on_(context);
    }
    gather->gather_wait.part = part_number;
    gather->collects = collects;
    gather->error = NULL;
    gather->multi_wait.parent = parent;
    gather->live = 0;
    if (!listen(gather, weft_running_loop_(context)))
        return park(gather);
    leave(gather);
    context->error = gather->error;
    return weft_go_on_(context);
}
