/* SPDX-License-Identifier: MIT */
#include "core/inspect/watchdog.h"

static const char *name_of(const weft_node_ *callback)
{
    if (callback->callback == WEFT_CHILD_ENDED_)
        return "group";
    return callback->callback == WEFT_WAKE_UP_ ? "wake up" : "callback";
}

weft_slow_call weft_begin_call_(const weft_loop *loop, weft_node_ *entry)
{
    weft_slow_call call = {.task = NULL};
    if (weft_is_callback_(entry)) {
        call.location.coroutine = name_of(entry);
        call.function = weft_callback_function_(loop, entry);
    } else {
        call.location = weft_frame_location(entry->frame);
        call.task = weft_task_of_node_(entry);
    }
    return call;
}

/* Calls the watchdog if the call was slow. Returns the time from which the next call counts. */
static weft_time end_call(weft_loop *loop, weft_slow_call *call, weft_time began)
{
    const weft_time now = weft_loop_time(loop);
    call->duration = weft_wrap_(now - began);
    if (!loop->watchdog || call->duration <= loop->longest)
        return now;
    loop->context.running = NULL;
    loop->watchdog(loop, call);
    return weft_loop_time(loop);
}

/* Runs a tick, and measures each call from the end of the call before. */
static void run_tick(weft_loop *loop)
{
    weft_time began = weft_loop_time(loop);
    weft_node_ *entry;
    while ((entry = weft_ready_pop_(&loop->ready)) != &loop->ready.tick) {
        weft_slow_call call = weft_begin_call_(loop, entry);
        for (weft_node_ *next = weft_run_first_step_(loop, entry); next;)
            next = weft_run_next_step_(loop, next);
        began = end_call(loop, &call, began);
    }
}

/* Runs a tick for an observer alone. */
static void run_observed_tick(weft_loop *loop)
{
    weft_node_ *entry;
    while ((entry = weft_ready_pop_(&loop->ready)) != &loop->ready.tick)
        for (weft_node_ *next = weft_run_first_step_(loop, entry); next;)
            next = weft_run_next_step_(loop, next);
}

static const weft_inspection_ timed = {.run_tick = run_tick};
static const weft_inspection_ observed = {.run_tick = run_observed_tick};

void weft_set_inspection_(weft_loop *loop, const weft_inspection_ *inspection)
{
    if (!inspection && loop->observer)
        inspection = &observed;
    loop->inspection = inspection;
    loop->attention &= (unsigned char)~WEFT_HAS_WATCHDOG_;
    if (inspection)
        loop->attention |= WEFT_HAS_WATCHDOG_;
}

/* The debug mode calls the watchdog itself. */
void weft_update_inspection_(weft_loop *loop)
{
    const bool is_debugged = loop->inspection && loop->inspection->check_use;
    if (!is_debugged)
        weft_set_inspection_(loop, loop->watchdog ? &timed : NULL);
}

void(weft_set_watchdog)(weft_loop *loop, weft_time longest, weft_watchdog *watchdog)
{
    loop->watchdog = watchdog;
    loop->longest = weft_is_negative_(longest) ? 0 : longest;
    weft_update_inspection_(loop);
}
