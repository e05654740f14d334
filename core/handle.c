#include "core/handle.h"

#include "core/loop.h"

static void call(weft_loop *loop, weft_node_ *node);

/* Where a handle is, is its node's frame: NULL when it is idle. */
static const weft_code code = {.run = call, .name = "callback"};
static const weft_frame armed = {&code, {NULL}, WEFT_CALLBACK_STATE_, 0};    /* in the timers */
static const weft_frame watching = {&code, {NULL}, WEFT_CALLBACK_STATE_, 0}; /* a descriptor */
static const weft_frame ready = {&code, {NULL}, WEFT_CALLBACK_STATE_, 0};   /* on the ready queue */
static const weft_frame hearing = {&code, {NULL}, WEFT_CALLBACK_STATE_, 0}; /* waits for an end */
static const weft_frame observing = {
    &code, {NULL}, WEFT_CALLBACK_STATE_, 0}; /* ... without a turn */

static void move_to(weft_handle *handle, const weft_frame *where)
{
    handle->wait.node.frame = (weft_frame *)where; /* constant, and never written through */
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

const weft_error *weft_call_soon(weft_loop *loop, weft_handle *handle, weft_function *function)
{
    if (weft_handle_pending(handle))
        return &weft_invalid_state_error;
    handle->function = function;
    weft_handle_ready_(loop, handle);
    return NULL;
}

const weft_error *weft_call_at(weft_loop *loop, weft_handle *handle, weft_time when,
                               weft_function *function)
{
    if (weft_handle_pending(handle))
        return &weft_invalid_state_error;
    handle->function = function;
    move_to(handle, &armed);
    weft_arm_(loop, &handle->wait, when);
    return NULL;
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

static void wait_for_end(weft_awaitable_ *awaitable, weft_handle *handle, const weft_frame *how)
{
    move_to(handle, how);
    handle->wait.previous = awaitable->waiters;
    weft_add_waiter_(awaitable, &handle->wait.node);
}

const weft_error *weft_add_done_callback_(weft_awaitable_ *awaitable, weft_handle *handle,
                                          weft_function *function)
{
    if (weft_handle_pending(handle) || !awaitable->scope)
        return &weft_invalid_state_error;
    handle->function = function;
    handle->wait.awaited = awaitable;
    if (weft_has_ended_(awaitable)) {
        weft_handle_ready_(awaitable->scope->loop, handle);
        return NULL;
    }
    wait_for_end(awaitable, handle, &hearing);
    return NULL;
}

void weft_observe_end_(weft_awaitable_ *awaitable, weft_handle *handle, weft_function *function)
{
    handle->function = function;
    handle->wait.awaited = awaitable;
    wait_for_end(awaitable, handle, &observing);
}

void weft_handle_notify_(weft_loop *loop, weft_handle *handle)
{
    if (handle->wait.node.frame == &observing)
        call(loop, &handle->wait.node);
    else
        weft_handle_ready_(loop, handle);
}

weft_function *weft_callback_function_(const weft_loop *loop, weft_node_ *turn)
{
    if (turn->frame->code != &code)
        return NULL;
    weft_handle *const handle = WEFT_CONTAINER_(turn, weft_handle, wait.node);
    return loop->threadsafe ? loop->threadsafe->function_of(handle) : handle->function;
}

bool weft_handle_pending(const weft_handle *handle)
{
    return handle->wait.node.frame;
}

bool weft_handle_cancel(weft_loop *loop, weft_handle *handle)
{
    const weft_frame *const where = handle->wait.node.frame;
    if (where == &armed)
        weft_timers_disarm_(&loop->timers, &handle->wait);
    else if (where == &watching)
        weft_watch_end_(loop, &handle->wait);
    else if (where == &ready)
        weft_ready_remove_(&loop->ready, &handle->wait);
    else if (where == &hearing || where == &observing)
        weft_remove_waiter_(handle->wait.awaited, &handle->wait);
    move_to(handle, NULL);
    return where;
}

static void forget(weft_node_ *node)
{
    const weft_frame *const where = node->frame;
    if (where == &armed || where == &watching || where == &ready || where == &hearing ||
        where == &observing)
        node->frame = NULL;
}

void weft_forget_callbacks_(weft_awaitable_ *awaitable)
{
    weft_node_ *node = awaitable->waiters;
    if (!node)
        return;
    do {
        weft_node_ *const next = node->next;
        forget(node);
        node = next;
    } while (node != awaitable->waiters);
}

void weft_forget_handles_(weft_loop *loop)
{
    while (loop->watches) {
        weft_node_ *const node = &loop->watches->node;
        weft_watch_end_(loop, loop->watches);
        forget(node);
    }
    for (size_t i = 0; i < WEFT_BUCKETS_; i++)
        for (weft_node_ *node = loop->timers.buckets[i]; node; node = node->next)
            forget(node);
    for (weft_node_ *node = loop->ready.head; node != loop->ready.tail; node = node->next)
        forget(node);
    forget(loop->ready.tail);
}
