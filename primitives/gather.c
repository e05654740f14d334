#include "primitives/gather.h"

static weft_awaitable *part_number(weft_joint *joint, size_t number)
{
    weft_gather *const gather = WEFT_CONTAINER_(joint, weft_gather, joint);
    return number < gather->count ? gather->parts[number].awaitable : NULL;
}

const weft_error *weft_gather_add_(weft_gather *gather, weft_gather_part *parts, size_t room,
                                   weft_awaitable *awaitable)
{
    if (gather->count == room || gather->open || !awaitable->owner)
        return &weft_invalid_state_error;
    gather->parts = parts ? parts : (weft_gather_part *)(void *)(gather + 1);
    gather->parts[gather->count++] = (weft_gather_part){.gather = gather, .awaitable = awaitable};
    return NULL;
}

/* Hears no more of those that are left, and is empty. */
void weft_gather_leave_(weft_gather *gather)
{
    weft_loop *const loop = gather->parent->awaitable.owner->loop;
    for (size_t i = 0; i < gather->count; i++)
        weft_handle_cancel(loop, &gather->parts[i].handle);
    gather->count = gather->open = 0;
    gather->joint.cancelled = false;
}

/* Takes note of one that has ended. Whether that ends the gather. */
static bool note_end(weft_gather *gather, weft_awaitable *awaitable)
{
    const weft_error *const error = weft_ask_(awaitable);
    gather->open--;
    if (error && !gather->collects)
        gather->error = error;
    else if (gather->open == 0)
        gather->error = gather->joint.cancelled ? &weft_cancelled_error : NULL;
    else
        return false;
    return true;
}

static void heard(weft_loop *loop, weft_handle *handle)
{
    weft_gather_part *const part = WEFT_HANDLE_OWNER(handle, weft_gather_part, handle);
    weft_gather *const gather = part->gather;
    (void)loop;
    if (!weft_parked_in_(gather->parent) || !note_end(gather, part->awaitable))
        return; /* its parent has left already, or has to wait for more */
    weft_gather_leave_(gather);
    weft_wake_with_(gather->parent, gather->error);
}

/* One that is given twice is heard in two turns, one right behind the other: nothing comes between.
 */
static void listen(weft_gather *gather)
{
    gather->open = gather->count;
    for (size_t i = 0; i < gather->count; i++) {
        weft_gather_part *const part = &gather->parts[i];
        if (!weft_has_ended_(part->awaitable))
            weft_add_done_callback_(part->awaitable, &part->handle, heard);
    }
}

/* Those that had ended are noted at once, and all of them asked. */
static bool note_ended(weft_gather *gather)
{
    bool ended = gather->open == 0;
    for (size_t i = 0; i < gather->count; i++) {
        weft_awaitable *const awaitable = gather->parts[i].awaitable;
        if (!weft_has_ended_(awaitable))
            continue;
        weft_ask_(awaitable);
        ended = ended || note_end(gather, awaitable);
    }
    return ended;
}

weft_signal weft_gather_(weft_context *context, weft_gather *gather, bool collects)
{
    gather->joint.part = part_number;
    gather->parent = weft_running_task_(context);
    gather->collects = collects;
    gather->error = NULL;
    listen(gather);
    if (!note_ended(gather))
        return weft_park_joining_(gather->parent, &gather->joint);
    weft_gather_leave_(gather);
    context->error = gather->error;
    return (weft_signal){WEFT_GO_ON_};
}
