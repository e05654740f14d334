/* SPDX-License-Identifier: MIT */
#include "core/awaitable.h"

/* ---- Waiters ---- */

/* `before` is the entry before it in the ring. */
WEFT_ONE_COPY_ static void unlink_waiter(weft_awaitable_ *awaitable, weft_node_ *node,
                                         weft_node_ *before)
{
    weft_node_ *const after = node->next;
    before->next = after;
    if (awaitable->waiters == node)
        awaitable->waiters = before == node ? NULL : before;
    else if (weft_knows_previous_(after))
        weft_wait_of_(after)->previous = before;
}

void weft_remove_waiter_(weft_awaitable_ *awaitable, weft_wait_ *waiter)
{
    weft_node_ *const node = &waiter->node, *const last = awaitable->waiters;
    unlink_waiter(awaitable, node, last->next == node ? last : waiter->previous);
}

void weft_remove_task_(weft_awaitable_ *awaitable, weft_node_ *node)
{
    weft_node_ *before = node;
    while (before->next != node)
        before = before->next;
    unlink_waiter(awaitable, node, before);
}

/* A waiting task gets the error itself, so the memory of what has ended may be reused at once.
 * Returns true if the waiter is a task. */
static inline bool wake_waiter(weft_loop *loop, weft_node_ *node, const weft_error *error)
{
    if (!weft_is_callback_(node)) {
        weft_wake_(weft_task_of_node_(node), error);
        return true;
    }
    if (node->callback == WEFT_CALL_WAITS_) {
        weft_push_due_(loop, weft_wait_of_(node));
    } else {
        weft_handle *const handle = WEFT_CONTAINER_(node, weft_handle, wait.node);
        node->callback = WEFT_IDLE_;
        handle->function(loop, handle);
    }
    return false;
}

WEFT_APART_ static bool wake_all(weft_loop *loop, weft_node_ *last, const weft_error *error)
{
    bool woke_task = false;
    weft_node_ *next = last->next, *node;
    do {
        node = next;
        next = node->next;
        woke_task |= wake_waiter(loop, node, error);
    } while (node != last);
    return woke_task;
}

/* Mostly there is one waiter. */
bool weft_wake_waiters_(const weft_awaitable_ *awaitable, weft_node_ *last)
{
    weft_loop *const loop = awaitable->scope->loop;
#ifndef __OPTIMIZE_SIZE__
    if (last->next == last)
        return wake_waiter(loop, last, awaitable->error);
#endif
    return wake_all(loop, last, awaitable->error);
}

/* ---- Asking ---- */

weft_task *weft_awaitable_task_(weft_awaitable_ *awaitable)
{
    return weft_is_future_(awaitable) ? NULL : WEFT_CONTAINER_(awaitable, weft_task, awaitable);
}

static inline void mark_retrieved(weft_awaitable_ *awaitable)
{
    if (awaitable->waiters == WEFT_UNRETRIEVED_)
        awaitable->scope->loop->note_failure(WEFT_CONTAINER_(awaitable, weft_task, awaitable));
}

const weft_error *weft_retrieve_error_(weft_awaitable_ *awaitable)
{
    if (!weft_has_ended_(awaitable))
        return NULL;
    mark_retrieved(awaitable);
    return awaitable->error;
}

bool weft_was_cancelled_(const weft_awaitable_ *awaitable)
{
    return weft_has_ended_(awaitable) && weft_error_is(awaitable->error, &weft_cancelled_error);
}

/* ---- Awaiting ---- */

bool weft_can_await_(const weft_task *task, const weft_awaitable_ *awaitable)
{
    return awaitable->scope && awaitable->scope->loop == task->awaitable.scope->loop &&
           awaitable != &task->awaitable;
}

weft_step_ weft_await_(weft_context *context, weft_awaitable_ *awaitable)
{
    WEFT_ERROR_(cannot_await, weft_invalid_state_error,
                "awaits itself, what was never started, or another loop's");
    weft_task *const task = weft_running_task_(context);
    if (!weft_can_await_(task, awaitable)) {
        context->error = cannot_await;
        return weft_go_on_(context);
    }
    if (weft_has_ended_(awaitable)) {
        context->error = awaitable->error;
        mark_retrieved(awaitable);
        return weft_go_on_(context);
    }
    weft_set_parked_(task, WEFT_AWAITING_);
    task->live.wait.target = awaitable;
    weft_ring_append_(&awaitable->waiters, &task->live.wait.node);
    return (weft_step_){WEFT_PARKED_};
}

/* ---- Callbacks ---- */

static inline void add_handle(weft_awaitable_ *awaitable, weft_handle *handle,
                              weft_function *function, enum weft_callback_ callback)
{
    handle->function = function;
    handle->wait.node.callback = callback;
    handle->wait.awaited = awaitable;
    handle->wait.previous = awaitable->waiters;
    weft_ring_append_(&awaitable->waiters, &handle->wait.node);
}

WEFT_COLD_ static const weft_error *check_and_add(weft_awaitable_ *awaitable, weft_handle *handle,
                                                  weft_function *function)
{
    weft_check_use_(awaitable->scope->loop, WEFT_IS_CHANGED_);
    add_handle(awaitable, handle, function, WEFT_CALL_WAITS_);
    return NULL;
}

const weft_error *weft_add_done_callback_(weft_awaitable_ *awaitable, weft_handle *handle,
                                          weft_function *function)
{
    if (weft_handle_pending(handle) || !awaitable->scope)
        return &weft_invalid_state_error;
    if (!weft_has_ended_(awaitable)) {
        if (weft_is_inspected_(awaitable->scope->loop))
            return check_and_add(awaitable, handle, function);
        add_handle(awaitable, handle, function, WEFT_CALL_WAITS_);
        return NULL;
    }
    handle->wait.awaited = awaitable;
    return weft_call_soon(awaitable->scope->loop, handle, function);
}

void weft_observe_end_(weft_awaitable_ *awaitable, weft_handle *handle, weft_function *function)
{
    add_handle(awaitable, handle, function, WEFT_CALL_OBSERVES_);
}

void weft_forget_callbacks_(weft_awaitable_ *awaitable)
{
    weft_node_ *node = awaitable->waiters;
    if (!node)
        return;
    do {
        weft_node_ *const next = node->next;
        weft_handle_forget_(node);
        node = next;
    } while (node != awaitable->waiters);
}
