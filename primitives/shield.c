#include "primitives/shield.h"

#include "core/loop.h"

static const weft_kind kind = {.name = "shield"};

static void heard(weft_loop *loop, weft_handle *handle)
{
    weft_shield *const shield = WEFT_HANDLE_OWNER(handle, weft_shield, handle);
    (void)loop;
    if (weft_is_parked_(shield->parent))
        weft_wake_with_(shield->parent, weft_ask_(handle->wait.heard_of));
}

/* What cannot be awaited, or has ended, is the same as in any other await. */
weft_signal weft_await_shielded_(weft_shield *shield, weft_context *context,
                                 weft_awaitable *awaitable)
{
    weft_task *const task = weft_running_task_(context);
    if (!weft_can_await_(task, awaitable) || weft_has_ended_(awaitable))
        return weft_await_(context, awaitable);
    context->error = weft_add_done_callback_(awaitable, &shield->handle, heard);
    if (context->error)
        return weft_go_on_(context);
    shield->kind = &kind;
    shield->parent = task;
    return weft_park_listed_(task, &shield->kind);
}

void weft_leave_shield_(weft_shield *shield, weft_context *context)
{
    weft_handle_cancel(weft_running_task_(context)->awaitable.owner->loop, &shield->handle);
}
