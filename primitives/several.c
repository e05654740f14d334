#include "primitives/several.h"

const weft_error *weft_several_add_(weft_several *several, weft_part *parts, size_t room,
                                    weft_awaitable *awaitable)
{
    if (several->count == room || several->parent || !awaitable->owner)
        return &weft_invalid_state_error;
    weft_part *const part = &parts[several->count++];
    several->parts = parts;
    part->several = several;
    part->handle.wait.node.frame = NULL;
    part->handle.wait.heard_of = awaitable;
    return NULL;
}

bool weft_several_are_of_(const weft_several *several, const weft_loop *loop)
{
    for (size_t i = 0; i < several->count; i++)
        if (weft_part_awaitable_(&several->parts[i])->owner->loop != loop)
            return false;
    return true;
}

/* One that is given twice is heard in two turns, one right behind the other: nothing comes between.
 */
void weft_several_listen_(weft_several *several, weft_task *parent, weft_function *function)
{
    several->parent = parent;
    several->open = several->count;
    for (size_t i = 0; i < several->count; i++) {
        weft_part *const part = &several->parts[i];
        weft_add_done_callback_(weft_part_awaitable_(part), &part->handle, function);
    }
}

void weft_several_leave_(weft_several *several)
{
    weft_loop *const loop = several->parent->awaitable.owner->loop;
    for (size_t i = 0; i < several->count; i++)
        weft_handle_cancel(loop, &several->parts[i].handle);
    several->parent = NULL;
}
