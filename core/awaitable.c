#include "core/awaitable.h"

#include "core/loop.h"
#include "core/task.h"

/* Never read: their addresses are what counts. */
const weft_node_ weft_ended_[2] = {{{NULL}, NULL}, {{NULL}, NULL}};

/* `before` is its predecessor in the ring. */
static void unlink_waiter(weft_awaitable_ *awaitable, weft_node_ *node, weft_node_ *before)
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

/* Who waits gets the error itself, so that what has ended may be used again at once. */
static inline bool tell(weft_loop *loop, weft_node_ *node, const weft_error *error)
{
    if (weft_is_callback_(node)) {
        weft_handle_notify_(loop, WEFT_CONTAINER_(node, weft_handle, wait.node));
        return false;
    }
    weft_wake_with_(WEFT_CONTAINER_(node, weft_task, live.wait.node), error);
    return true;
}

WEFT_COLD_ static bool tell_all(weft_loop *loop, weft_node_ *last, const weft_error *error)
{
    bool asked = false;
    weft_node_ *next = last->next, *node;
    do {
        node = next;
        next = node->next;
        asked |= tell(loop, node, error);
    } while (node != last);
    return asked;
}

/* Mostly there is one. */
bool weft_wake_waiters_(const weft_scope_ *scope, weft_node_ *last, const weft_error *error)
{
    return last->next == last ? tell(scope->loop, last, error) : tell_all(scope->loop, last, error);
}

weft_task *weft_awaitable_task_(weft_awaitable_ *awaitable)
{
    return weft_is_future_(awaitable) ? NULL : WEFT_CONTAINER_(awaitable, weft_task, awaitable);
}

static void mark_retrieved(weft_awaitable_ *awaitable)
{
    if (awaitable->waiters == WEFT_UNRETRIEVED_)
        weft_mark_retrieved_(WEFT_CONTAINER_(awaitable, weft_task, awaitable));
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

bool weft_cancel_(weft_awaitable_ *awaitable)
{
    if (!awaitable->scope || weft_has_ended_(awaitable))
        return false;
    if (weft_is_future_(awaitable))
        weft_complete_(awaitable, &weft_cancelled_error);
    else
        weft_cancel_task_(WEFT_CONTAINER_(awaitable, weft_task, awaitable));
    return true;
}

bool weft_can_await_(const weft_task *task, const weft_awaitable_ *awaitable)
{
    return awaitable->scope && awaitable->scope->loop == task->awaitable.scope->loop &&
           awaitable != &task->awaitable;
}

static const weft_error no_await = {&weft_invalid_state_error,
                                    "awaits itself, what was never started, or another loop's"};

static void end_await(weft_context *context, weft_awaitable_ *awaitable)
{
    context->error = awaitable->error;
    mark_retrieved(awaitable);
}

weft_step_ weft_await_(weft_context *context, weft_awaitable_ *awaitable)
{
    weft_task *const task = weft_running_task_(context);
    if (weft_has_ended_(awaitable) && awaitable->scope->loop == weft_running_loop_(context))
        end_await(context, awaitable);
    else if (weft_can_await_(task, awaitable))
        return weft_park_awaiting_(task, awaitable);
    else
        context->error = &no_await;
    return weft_go_on_(context);
}
