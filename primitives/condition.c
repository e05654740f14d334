/* SPDX-License-Identifier: MIT */
#include "primitives/condition.h"

WEFT_INFO_(info, .name = "condition");

weft_step_ weft_condition_wait_begin_(weft_condition *condition, weft_context *context)
{
    context->error = weft_lock_release(&condition->lock);
    if (context->error)
        return weft_go_on_(context);
    return weft_waiters_park_(&condition->waiters, context, WEFT_INFO_OF_(info));
}

/* A wait has three states, which are states of its line (coroutine.h):
 *   the line itself  waits for a notification
 *   _HANDLER_STATE_  waits for the lock
 *   _LATE_STATE_     waits for the lock, and must then raise a cancellation */
static bool waits_for_lock(const weft_frame *frame)
{
    return frame->state > WEFT_HANDLER_STATE_(0);
}

/* Moves the frame to the state in which it waits for the lock, and clears the error. */
static void note_cancellation(weft_frame *frame, weft_context *context)
{
    const unsigned line = weft_line_of_(frame->state);
    if (context->error)
        frame->state = (uint16_t)WEFT_LATE_STATE_(line);
    else if (!waits_for_lock(frame))
        frame->state = (uint16_t)WEFT_HANDLER_STATE_(line);
    context->error = NULL;
}

weft_step_ weft_condition_wait_resume_(weft_condition *condition, weft_context *context,
                                       weft_frame *frame)
{
    bool locked = false;
    if (waits_for_lock(frame)) {
        weft_lock_acquire_resume_(&condition->lock, context);
        locked = !context->error;
    } else {
        weft_waiters_resume_(&condition->waiters, context);
    }
    note_cancellation(frame, context);
    if (!locked) {
        const weft_step_ result = weft_lock_acquire_begin_(&condition->lock, context);
        if (result.what != WEFT_GO_ON_)
            return result;
    }
    if (frame->state > WEFT_LATE_STATE_(0)) {
        context->error = &weft_cancelled_error;
        weft_waiters_wake_(&condition->waiters, 1);
    }
    return weft_go_on_(context);
}

const weft_error *weft_condition_notify(weft_condition *condition, size_t n)
{
    WEFT_ERROR_(not_held, weft_invalid_state_error, "a condition is notified with its lock held");
    if (!condition->lock.holder)
        return not_held;
    weft_waiters_wake_(&condition->waiters, n);
    return NULL;
}

const weft_error *weft_condition_notify_all(weft_condition *condition)
{
    return weft_condition_notify(condition, SIZE_MAX);
}
