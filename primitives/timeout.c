/* SPDX-License-Identifier: MIT */
#include "primitives/timeout.h"

WEFT_ERROR_KIND_(weft_timeout_error) = {.text = WEFT_TEXT_("timeout")};

static weft_loop *loop_of(const weft_timeout *limit)
{
    return limit->task->awaitable.scope->loop;
}

static void expire(weft_loop *loop, weft_handle *handle)
{
    weft_timeout *const limit = WEFT_HANDLE_OWNER(handle, weft_timeout, handle);
    (void)loop;
    limit->state = WEFT_TIMEOUT_EXPIRING_;
    weft_observe_(loop, WEFT_NOTES_TIMEOUT_EXPIRED_, limit, limit->task);
    weft_cancel_task_(limit->task);
}

/* Arms the limit, unless there is none. A limit that is due is a call in the next tick, and needs
 * no timer. */
static void arm(weft_timeout *limit, weft_time when, bool due, bool none)
{
    limit->when = when;
    if (due)
        weft_call_soon(loop_of(limit), &limit->handle, expire);
    else if (!none)
        weft_call_at(loop_of(limit), &limit->handle, when, expire);
}

static bool is_due(const weft_timeout *limit, weft_time when)
{
    return when != WEFT_FOREVER && weft_has_passed(when, weft_loop_time(loop_of(limit)));
}

static bool is_entered(const weft_timeout *limit)
{
    return limit->state == WEFT_TIMEOUT_ENTERED_ || limit->state == WEFT_TIMEOUT_EXPIRING_;
}

static const weft_error *enter(weft_timeout *limit, weft_context *context)
{
    WEFT_ERROR_(entered, weft_invalid_state_error, "the timeout has been entered");
    if (is_entered(limit))
        return entered;
    limit->task = weft_running_task_(context);
    limit->cancelling = (unsigned char)weft_cancelling(limit->task);
    limit->state = WEFT_TIMEOUT_ENTERED_;
    return NULL;
}

static const weft_error *enter_at(weft_timeout *limit, weft_context *context, weft_time when)
{
    const weft_error *const error = enter(limit, context);
    if (!error)
        arm(limit, when, is_due(limit, when), when == WEFT_FOREVER);
    return error;
}

static inline const weft_error *enter_for(weft_timeout *limit, weft_context *context,
                                          weft_time delay)
{
    const weft_error *const error = enter(limit, context);
    if (error)
        return error;
    const weft_time when = weft_deadline_(loop_of(limit), delay);
    /* The end of a delay may be WEFT_FOREVER by chance, on a clock that wraps. */
    const bool none = (WEFT_TIME_BITS == 64 ? when : delay) == WEFT_FOREVER;
    arm(limit, when, !delay || weft_is_negative_(delay), none);
    return NULL;
}

/* What an observer must know is in functions of its own, so that a timeout without an observer pays
 * for the tests alone. */
#if WEFT_TEXTS
WEFT_COLD_ static const weft_error *observe_entry(weft_timeout *limit, weft_context *context,
                                                  weft_time when, bool is_delay)
{
    const weft_error *const error =
        is_delay ? enter_for(limit, context, when) : enter_at(limit, context, when);
    if (!error)
        weft_tell_observer_(loop_of(limit), WEFT_NOTES_TIMEOUT_ENTERED_, limit,
                            when == WEFT_FOREVER ? NULL : &limit->when);
    return error;
}

WEFT_COLD_ static const weft_error *observe_exit(weft_timeout *limit, weft_context *context,
                                                 const weft_error *error)
{
    weft_tell_observer_(weft_running_loop_(context), WEFT_NOTES_TIMEOUT_LEFT_, limit, error);
    return error;
}
#endif

const weft_error *weft_timeout_enter_at_(weft_timeout *limit, weft_context *context, weft_time when)
{
#if WEFT_TEXTS
    if (weft_is_observed_(weft_running_loop_(context)))
        return observe_entry(limit, context, when, false);
#endif
    return enter_at(limit, context, when);
}

const weft_error *weft_timeout_enter_(weft_timeout *limit, weft_context *context, weft_time delay)
{
#if WEFT_TEXTS
    if (weft_is_observed_(weft_running_loop_(context)))
        return observe_entry(limit, context, delay, true);
#endif
    return enter_for(limit, context, delay);
}

/* Returns the error that the block raises; NULL: none. */
static inline const weft_error *error_of(weft_timeout *limit, const weft_context *context,
                                         bool expired)
{
    if (!expired || weft_uncancel(limit->task) > limit->cancelling)
        return NULL;
    return weft_error_is(context->error, &weft_cancelled_error) ? &weft_timeout_error : NULL;
}

const weft_error *weft_timeout_leave_(weft_timeout *limit, weft_context *context)
{
    const bool expired = limit->state == WEFT_TIMEOUT_EXPIRING_;
    weft_handle_cancel(loop_of(limit), &limit->handle);
    limit->state = expired ? WEFT_TIMEOUT_EXPIRED_ : WEFT_TIMEOUT_LEFT_;
#if WEFT_TEXTS
    if (weft_is_observed_(weft_running_loop_(context)))
        return observe_exit(limit, context, error_of(limit, context, expired));
#endif
    return error_of(limit, context, expired);
}

const weft_error *weft_timeout_reschedule(weft_timeout *limit, weft_time when)
{
    if (limit->state != WEFT_TIMEOUT_ENTERED_)
        return &weft_invalid_state_error;
    weft_handle_cancel(loop_of(limit), &limit->handle);
    arm(limit, when, is_due(limit, when), when == WEFT_FOREVER);
    return NULL;
}
