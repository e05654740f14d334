/* SPDX-License-Identifier: MIT */
#include "core/loop.h"

static void call(weft_loop *loop, weft_node_ *node);

/* A handle's node.frame says where the handle is linked: NULL: nowhere, the handle is idle; or one
 * of these constants. */
static const weft_code code = {.run = call, .name = "callback"};
static const weft_frame armed = {&code, {NULL}, WEFT_CALLBACK_STATE_, 0};    /* in the timers */
static const weft_frame watching = {&code, {NULL}, WEFT_CALLBACK_STATE_, 0}; /* in the watches */
static const weft_frame ready = {&code, {NULL}, WEFT_CALLBACK_STATE_, 0}; /* in the ready queue */
const weft_frame weft_waiting_frame_ = {&code, {NULL}, WEFT_CALLBACK_STATE_, 0};
const weft_frame weft_observing_frame_ = {&code, {NULL}, WEFT_CALLBACK_STATE_, 0};

static void move_to(weft_handle *handle, const weft_frame *where)
{
    handle->wait.node.frame = (weft_frame *)where; /* a constant, which nothing writes */
}

static void call(weft_loop *loop, weft_node_ *node)
{
    weft_handle *const handle = WEFT_CONTAINER_(node, weft_handle, wait.node);
    move_to(handle, NULL);
    handle->function(loop, handle);
}

void weft_handle_ready_(weft_loop *loop, weft_handle *handle)
{
    move_to(handle, &ready);
    weft_ready_push_callback_(&loop->ready, &handle->wait);
}

/* With the checks of debug mode each function is a cold one of its own. So the plain one pays for
 * the test of that mode alone. */
static inline const weft_error *call_soon(weft_loop *loop, weft_handle *handle,
                                          weft_function *function)
{
    if (weft_handle_pending(handle))
        return &weft_invalid_state_error;
    handle->function = function;
    weft_handle_ready_(loop, handle);
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
    move_to(handle, &armed);
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
    return weft_call_at(loop, handle, weft_deadline_(loop, delay), function);
}

void weft_handle_set_watching_(weft_handle *handle, weft_function *function)
{
    handle->function = function;
    move_to(handle, &watching);
}

void weft_handle_notify_(weft_loop *loop, weft_handle *handle)
{
    if (handle->wait.node.frame == &weft_observing_frame_)
        call(loop, &handle->wait.node);
    else
        weft_handle_ready_(loop, handle);
}

weft_function *weft_callback_function_(const weft_loop *loop, weft_node_ *callback)
{
    if (callback->frame->code != &code)
        return NULL;
    weft_handle *const handle = WEFT_CONTAINER_(callback, weft_handle, wait.node);
    return loop->threadsafe ? loop->threadsafe->function_of(handle) : handle->function;
}

bool weft_handle_pending(const weft_handle *handle)
{
    return handle->wait.node.frame;
}

static inline bool take_off(weft_loop *loop, weft_handle *handle)
{
    const weft_frame *const where = handle->wait.node.frame;
    if (where == &armed)
        weft_timers_disarm_(&loop->timers, &handle->wait);
    else if (where == &watching)
        loop->end_watch(loop, &handle->wait);
    else if (where == &ready)
        weft_ready_remove_(&loop->ready, &handle->wait);
    else if (where == &weft_waiting_frame_ || where == &weft_observing_frame_)
        weft_remove_waiter_(handle->wait.awaited, &handle->wait);
    move_to(handle, NULL);
    return where;
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
    const weft_frame *const where = node->frame;
    if (where == &armed || where == &watching || where == &ready || where == &weft_waiting_frame_ ||
        where == &weft_observing_frame_)
        node->frame = NULL;
}

void weft_forget_handles_(weft_loop *loop)
{
    while (loop->watches) {
        weft_node_ *const node = loop->watches;
        loop->end_watch(loop, weft_wait_of_(node));
        weft_handle_forget_(node);
    }
    for (size_t i = 0; i < WEFT_BUCKETS_; i++)
        for (weft_node_ *node = loop->timers.buckets[i]; node; node = node->next)
            weft_handle_forget_(node);
    for (weft_node_ *node = loop->ready.head; node != loop->ready.tail; node = node->next)
        weft_handle_forget_(node);
    weft_handle_forget_(loop->ready.tail);
}
