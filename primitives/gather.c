/* SPDX-License-Identifier: MIT */
#include "primitives/gather.h"

static weft_gather_ *gather_of(weft_handle *handle)
{
    return WEFT_CONTAINER_(weft_part_of_(handle)->multi_wait, weft_gather_, multi_wait);
}

static weft_awaitable_ *part_number(weft_gather_wait_ *gather_wait, size_t number)
{
    weft_multi_wait_ *const multi_wait =
        &WEFT_CONTAINER_(gather_wait, weft_gather_, gather_wait)->multi_wait;
    return number < multi_wait->count ? weft_part_awaitable_(&multi_wait->parts[number]) : NULL;
}

static void end_wait(weft_gather_ *gather)
{
    if (gather->multi_wait.open)
        weft_multi_wait_end_(&gather->multi_wait);
    weft_multi_wait_clear_(&gather->multi_wait);
    gather->gather_wait.cancelled = false;
}

/* A gather that completed has ended its wait already, and may be another task's by now. */
void weft_gather_resume_(weft_gather_ *gather, weft_context *context)
{
    if (gather->multi_wait.parent == weft_running_task_(context))
        end_wait(gather);
}

/* Counts a part that has ended. Returns true if that completes the gather; gather->error is its
 * error then. */
static bool count_end(weft_gather_ *gather, weft_awaitable_ *awaitable)
{
    const weft_error *const error = weft_retrieve_error_(awaitable);
    gather->multi_wait.open--;
    if (error && !gather->collects)
        gather->error = error;
    else if (gather->multi_wait.open == 0)
        gather->error = gather->gather_wait.cancelled ? &weft_cancelled_error : NULL;
    else
        return false;
    return true;
}

/* The loop calls this for a part that failed, and for the last one. The parent may be ready for
 * another reason by then; weft_gather_resume_ ends the wait in that case. */
static void on_part_end(weft_loop *loop, weft_handle *handle)
{
    weft_gather_ *const gather = gather_of(handle);
    weft_task *const parent = gather->multi_wait.parent;
    (void)loop;
    if (!weft_is_parked_(parent) || !count_end(gather, handle->wait.awaited))
        return;
    end_wait(gather);
    weft_wake_(parent, gather->error);
}

/* Called at the end of a part, and not by the loop (weft_observe_end_). Only counts the end of a
 * part without an error while other parts live: the last one's callback runs later than a callback
 * of this one would. */
static void observe_end(weft_loop *loop, weft_handle *handle)
{
    weft_gather_ *const gather = gather_of(handle);
    if (--gather->live && !handle->wait.awaited->error) {
        gather->multi_wait.open--;
        return;
    }
    handle->function = on_part_end;
    weft_push_due_(loop, &handle->wait);
}

/* Counts the parts that have ended, and observes the others. Retrieves the error of every ended
 * part. Returns true if the gather is complete, or if a part belongs to another loop. */
static bool observe_parts(weft_gather_ *gather, const weft_loop *loop)
{
    weft_multi_wait_ *const multi_wait = &gather->multi_wait;
    bool is_complete = multi_wait->count == 0;
    for (size_t i = 0; i < multi_wait->count; i++) {
        weft_part *const part = &multi_wait->parts[i];
        weft_awaitable_ *const awaitable = weft_part_awaitable_(part);
        if (WEFT_UNLIKELY_(!weft_part_is_of_(part, loop))) {
            gather->error = &weft_invalid_state_error;
            return true;
        }
        if (!weft_has_ended_(awaitable)) {
            gather->live++;
            weft_observe_end_(awaitable, &part->handle, observe_end);
            continue;
        }
        weft_retrieve_error_(awaitable);
        is_complete = is_complete || count_end(gather, awaitable);
    }
    return is_complete;
}

static weft_step_ park(weft_gather_ *gather)
{
    weft_task *const parent = gather->multi_wait.parent;
    weft_set_parked_(parent, WEFT_GATHERING_);
    parent->live.wait.gather_wait = &gather->gather_wait;
    return (weft_step_){WEFT_PARKED_};
}

weft_step_ weft_gather_begin_(weft_context *context, weft_gather_ *gather, bool collects)
{
    if (gather->multi_wait.parent) {
        context->error = &weft_invalid_state_error;
        return weft_go_on_(context);
    }
    gather->gather_wait.part = part_number;
    gather->collects = collects;
    gather->error = NULL;
    gather->live = 0;
    weft_multi_wait_begin_(&gather->multi_wait, weft_running_task_(context));
    if (!observe_parts(gather, weft_running_loop_(context)))
        return park(gather);
    end_wait(gather);
    context->error = gather->error;
    return weft_go_on_(context);
}
