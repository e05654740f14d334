/* SPDX-License-Identifier: MIT */
#include "primitives/shield.h"

#include "core/awaitable.h"

WEFT_INFO_(info, .name = "shield");

static void on_part_end(weft_loop *loop, weft_handle *handle)
{
    weft_shield *const shield = WEFT_HANDLE_OWNER(handle, weft_shield, handle);
    (void)loop;
    if (weft_is_parked_(shield->parent))
        weft_wake_(shield->parent, weft_retrieve_error_(handle->wait.awaited));
}

/* An awaitable that has ended, or cannot be awaited, is left to weft_await_. */
weft_step_ weft_await_shielded_begin_(weft_shield *shield, weft_context *context,
                                      weft_awaitable_ *awaitable)
{
    weft_task *const task = weft_running_task_(context);
    if (!weft_can_await_(task, awaitable) || weft_has_ended_(awaitable))
        return weft_await_(context, awaitable);
    context->error = weft_add_done_callback_(awaitable, &shield->handle, on_part_end);
    if (context->error)
        return weft_go_on_(context);
    WEFT_SET_INFO_(shield, WEFT_INFO_OF_(info));
    shield->parent = task;
    return weft_park_listed_(task, WEFT_WHERE_(shield));
}

void weft_await_shielded_resume_(weft_shield *shield, weft_context *context)
{
    weft_handle_cancel(weft_running_task_(context)->awaitable.scope->loop, &shield->handle);
}
