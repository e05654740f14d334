/* SPDX-License-Identifier: MIT */
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

const weft_error *weft_multi_wait_add_all_(weft_multi_wait_ *multi_wait, weft_part *parts,
                                           size_t room, weft_awaitable_ *const *added, size_t n)
{
    const size_t before = multi_wait->count;
    for (size_t i = 0; i < n; i++) {
        const weft_error *const error = weft_multi_wait_add_(multi_wait, parts, room, added[i]);
        if (!error)
            continue;
        multi_wait->count = before;
        return error;
    }
    return NULL;
}

const weft_error *weft_multi_wait_check_unused_(const weft_multi_wait_ *multi_wait)
{
    return multi_wait->parent || multi_wait->count ? &weft_invalid_state_error : NULL;
}

size_t weft_multi_wait_drop_ended_(weft_multi_wait_ *multi_wait)
{
    size_t left = 0;
    if (multi_wait->parent)
        return multi_wait->count;
    for (size_t i = 0; i < multi_wait->count; i++)
        if (!weft_has_ended_(weft_part_awaitable_(&multi_wait->parts[i])))
            multi_wait->parts[left++] = multi_wait->parts[i];
    return multi_wait->count = left;
}

bool weft_multi_wait_admits_(const weft_multi_wait_ *multi_wait, const weft_task *task)
{
    for (size_t i = 0; i < multi_wait->count; i++)
        if (!weft_part_is_of_(&multi_wait->parts[i], task->awaitable.scope->loop))
            return false;
    return !multi_wait->parent;
}

/* An awaitable that was added twice has two callbacks, one right after the other: nothing runs in
 * between. */
void weft_multi_wait_add_callbacks_(weft_multi_wait_ *multi_wait, weft_function *function)
{
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
