#include "core/awaitable.h"

#include "core/loop.h"
#include "core/task.h"

/* Never read: their addresses are what counts. */
const weft_node weft_ended_[2] = {{{NULL}, NULL}, {{NULL}, NULL}};

/* `before` is its predecessor in the ring. */
static void unlink_waiter(weft_awaitable *awaitable, weft_node *node, weft_node *before)
{
    weft_node *const after = node->next;
    before->next = after;
    if (awaitable->waiters == node)
        awaitable->waiters = before == node ? NULL : before;
    else if (weft_knows_previous_(after))
        weft_wait_of_(after)->previous = before;
}

void weft_remove_waiter_(weft_awaitable *awaitable, weft_wait *waiter)
{
    weft_node *const node = &waiter->node, *const last = awaitable->waiters;
    unlink_waiter(awaitable, node, last->next == node ? last : waiter->previous);
}

void weft_remove_task_(weft_awaitable *awaitable, weft_node *node)
{
    weft_node *before = node;
    while (before->next != node)
        before = before->next;
    unlink_waiter(awaitable, node, before);
}

/* Who waits gets the error itself, so that what has ended may be used again at once. */
static inline bool tell(weft_loop *loop, weft_node *node, const weft_error *error)
{
    if (weft_is_turn_(node)) {
        weft_handle_told_(loop, WEFT_CONTAINER_(node, weft_handle, wait.node));
        return false;
    }
    weft_wake_with_(WEFT_CONTAINER_(node, weft_task, live.wait.node), error);
    return true;
}

WEFT_RARE_ static bool tell_all(weft_loop *loop, weft_node *last, const weft_error *error)
{
    bool asked = false;
    weft_node *next = last->next, *node;
    do {
        node = next;
        next = node->next;
        asked |= tell(loop, node, error);
    } while (node != last);
    return asked;
}

/* Mostly there is one. */
bool weft_tell_waiters_(const weft_owner *owner, weft_node *last, const weft_error *error)
{
    return last->next == last ? tell(owner->loop, last, error) : tell_all(owner->loop, last, error);
}

static bool is_future(const weft_awaitable *awaitable)
{
    return awaitable->owner == &awaitable->owner->loop->futures;
}

weft_task *weft_awaitable_task_(weft_awaitable *awaitable)
{
    return is_future(awaitable) ? NULL : WEFT_CONTAINER_(awaitable, weft_task, awaitable);
}

static void forgive(weft_awaitable *awaitable)
{
    if (awaitable->waiters == WEFT_UNASKED_)
        weft_forgive_(WEFT_CONTAINER_(awaitable, weft_task, awaitable));
}

const weft_error *weft_ask_(weft_awaitable *awaitable)
{
    if (!weft_has_ended_(awaitable))
        return NULL;
    forgive(awaitable);
    return awaitable->error;
}

bool weft_was_cancelled_(const weft_awaitable *awaitable)
{
    return weft_has_ended_(awaitable) && weft_error_is(awaitable->error, &weft_cancelled_error);
}

bool weft_cancel_(weft_awaitable *awaitable)
{
    if (!awaitable->owner || weft_has_ended_(awaitable))
        return false;
    if (is_future(awaitable))
        weft_conclude_(awaitable, &weft_cancelled_error);
    else
        weft_cancel_task_(WEFT_CONTAINER_(awaitable, weft_task, awaitable));
    return true;
}

bool weft_can_await_(const weft_task *task, const weft_awaitable *awaitable)
{
    return awaitable->owner && awaitable->owner->loop == task->awaitable.owner->loop &&
           awaitable != &task->awaitable;
}

static const weft_error no_await = {&weft_invalid_state_error,
                                    "awaits itself, what was never started, or another loop's"};

static void end_await(weft_context *context, weft_awaitable *awaitable)
{
    context->error = awaitable->error;
    forgive(awaitable);
}

weft_signal weft_await_(weft_context *context, weft_awaitable *awaitable)
{
    weft_task *const task = weft_running_task_(context);
    if (weft_has_ended_(awaitable) && awaitable->owner->loop == weft_running_loop_(context))
        end_await(context, awaitable);
    else if (weft_can_await_(task, awaitable))
        return weft_park_awaiting_(task, awaitable);
    else
        context->error = &no_await;
    return weft_go_on_(context);
}
