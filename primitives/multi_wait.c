#include "primitives/multi_wait.h"

const weft_error *weft_multi_wait_add_(weft_multi_wait_ *multi_wait, weft_part *parts, size_t room,
                                       weft_awaitable_ *awaitable)
{
    if (multi_wait->count == room || multi_wait->parent || !awaitable->scope)
        return &weft_invalid_state_error;
    weft_part *const part = &parts[multi_wait->count++];
    multi_wait->parts = parts;
    part->multi_wait = multi_wait;
    part->handle.wait.node.frame = NULL;
    part->handle.wait.awaited = awaitable;
    return NULL;
}

bool weft_multi_wait_admits_(const weft_multi_wait_ *multi_wait, const weft_task *task)
{
    for (size_t i = 0; i < multi_wait->count; i++)
        if (!weft_part_is_of_(&multi_wait->parts[i], task->awaitable.scope->loop))
            return false;
    return !multi_wait->parent;
}

/* One that is given twice is heard in two turns, one right behind the other: nothing comes between.
 */
void weft_multi_wait_begin_(weft_multi_wait_ *multi_wait, weft_task *parent,
                            weft_function *function)
{
    multi_wait->parent = parent;
    multi_wait->open = multi_wait->count;
    for (size_t i = 0; i < multi_wait->count; i++) {
        weft_part *const part = &multi_wait->parts[i];
        weft_add_done_callback_(weft_part_awaitable_(part), &part->handle, function);
    }
}

void weft_multi_wait_end_(weft_multi_wait_ *multi_wait)
{
    weft_loop *const loop = multi_wait->parent->awaitable.scope->loop;
    for (size_t i = 0; i < multi_wait->count; i++)
        weft_handle_cancel(loop, &multi_wait->parts[i].handle);
    multi_wait->parent = NULL;
}
