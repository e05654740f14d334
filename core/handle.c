/* SPDX-License-Identifier: MIT */
#include "core/loop.h"

/* With the checks of debug mode each function is a cold one of its own. So the plain one pays for
 * the test of that mode alone. */
static inline const weft_error *call_soon(weft_loop *loop, weft_handle *handle,
                                          weft_function *function)
{
    if (weft_handle_pending(handle))
        return &weft_invalid_state_error;
    handle->function = function;
    weft_push_due_(loop, &handle->wait);
    return NULL;
}

WEFT_COLD_ static const weft_error *check_and_call_soon(weft_loop *loop, weft_handle *handle,
                                                        weft_function *function)
{
    weft_check_use_(loop, WEFT_IS_CHANGED_);
    return call_soon(loop, handle, function);
}

const weft_error *weft_call_soon(weft_loop *loop, weft_handle *handle, weft_function *function)
{
    if (weft_is_inspected_(loop))
        return check_and_call_soon(loop, handle, function);
    return call_soon(loop, handle, function);
}

static inline const weft_error *call_at(weft_loop *loop, weft_handle *handle, weft_time when,
                                        weft_function *function)
{
    if (weft_handle_pending(handle))
        return &weft_invalid_state_error;
    handle->function = function;
    handle->wait.node.callback = WEFT_CALL_ARMED_;
    weft_arm_(loop, &handle->wait, when);
    return NULL;
}

WEFT_COLD_ static const weft_error *check_and_call_at(weft_loop *loop, weft_handle *handle,
                                                      weft_time when, weft_function *function)
{
    weft_check_use_(loop, WEFT_IS_CHANGED_);
    return call_at(loop, handle, when, function);
}

const weft_error *weft_call_at(weft_loop *loop, weft_handle *handle, weft_time when,
                               weft_function *function)
{
    weft_check_context_();
    if (weft_is_inspected_(loop))
        return check_and_call_at(loop, handle, when, function);
    return call_at(loop, handle, when, function);
}

const weft_error *(weft_call_later)(weft_loop *loop, weft_handle *handle, weft_time delay,
                                    weft_function *function)
{
    weft_check_use_(loop, WEFT_IS_CHANGED_);
    if (weft_handle_pending(handle))
        return &weft_invalid_state_error;
    handle->function = function;
    handle->wait.node.callback = WEFT_CALL_ARMED_;
    weft_arm_after_(loop, &handle->wait, delay);
    return NULL;
}

void weft_handle_set_watching_(weft_handle *handle, weft_function *function)
{
    handle->function = function;
    handle->wait.node.callback = WEFT_CALL_WATCHES_;
}

#if WEFT_TEXTS
weft_function *weft_callback_function_(const weft_loop *loop, weft_node_ *callback)
{
    if (callback->callback != WEFT_CALL_READY_)
        return NULL;
    weft_handle *const handle = WEFT_CONTAINER_(callback, weft_handle, wait.node);
    return loop->threadsafe ? loop->threadsafe->function_of(handle) : handle->function;
}
#endif

bool weft_handle_pending(const weft_handle *handle)
{
    return handle->wait.node.callback != WEFT_IDLE_;
}

static inline bool take_off(weft_loop *loop, weft_handle *handle)
{
    const uintptr_t where = handle->wait.node.callback;
    if (where == WEFT_CALL_ARMED_)
        weft_timers_disarm_(&loop->timers, &handle->wait);
    else if (where == WEFT_CALL_WATCHES_)
        loop->watching(loop, &handle->wait);
    else if (where == WEFT_CALL_READY_)
        weft_ready_remove_(&loop->ready, &handle->wait);
    else if (where != WEFT_IDLE_)
        weft_remove_waiter_(handle->wait.awaited, &handle->wait);
    handle->wait.node.callback = WEFT_IDLE_;
    return where != WEFT_IDLE_;
}

WEFT_COLD_ static bool check_and_cancel(weft_loop *loop, weft_handle *handle)
{
    weft_check_use_(loop, WEFT_IS_CHANGED_);
    return take_off(loop, handle);
}

bool weft_handle_cancel(weft_loop *loop, weft_handle *handle)
{
    weft_check_context_();
    if (weft_is_inspected_(loop))
        return check_and_cancel(loop, handle);
    return take_off(loop, handle);
}

#ifdef WEFT_HAS_DEBUG_MODE_
void weft_handle_take_off_(weft_loop *loop, weft_handle *handle)
{
    (void)take_off(loop, handle);
}
#endif

void weft_handle_forget_(weft_node_ *node)
{
    if (weft_is_callback_(node) && node->callback >= WEFT_CALL_READY_)
        node->callback = WEFT_IDLE_;
}

void weft_forget_handles_(weft_loop *loop)
{
    while (loop->watches) {
        weft_node_ *const node = loop->watches;
        loop->watching(loop, weft_wait_of_(node));
        weft_handle_forget_(node);
    }
    weft_timers_visit_(&loop->timers, weft_handle_forget_);
    for (weft_node_ *node = loop->ready.head; node != loop->ready.tail; node = node->next)
        weft_handle_forget_(node);
    weft_handle_forget_(loop->ready.tail);
}
