/* SPDX-License-Identifier: MIT */
#include "core/descriptor.h"

WEFT_ERROR_KIND_(weft_descriptor_error) = {.text = WEFT_TEXT_("cannot wait for the descriptor")};
const weft_error weft_bad_descriptor_error = {&weft_descriptor_error,
                                              WEFT_TEXT_("Bad file descriptor")};
const weft_error weft_descriptor_range_error = {
    &weft_descriptor_error, WEFT_TEXT_("file descriptor out of the backend's range")};
const weft_error weft_descriptor_busy_error = {
    &weft_descriptor_error, WEFT_TEXT_("another wait for the descriptor is pending")};

WEFT_ERROR_(no_descriptors, weft_invalid_state_error, "the loop's backend has no descriptors");

/* ---- The watches of a loop ---- */

weft_watch *weft_first_watch(weft_loop *loop)
{
    return loop->watches ? weft_wait_of_(loop->watches) : NULL;
}

weft_watch *weft_next_watch(weft_watch *watch)
{
    return watch->node.next ? weft_wait_of_(watch->node.next) : NULL;
}

/* Returns false if one of the files is not known. */
static bool is_another_file(const weft_watch *one, const weft_watch *other)
{
    const uint32_t file = one->watched.mark >> 1, other_file = other->watched.mark >> 1;
    return file && other_file && file != other_file;
}

const weft_error *weft_watch_admit(weft_loop *loop, const weft_watch *watch)
{
    const weft_error *error = NULL;
    weft_watch *next;
    for (weft_watch *other = weft_first_watch(loop); other; other = next) {
        next = weft_next_watch(other);
        if (weft_watch_descriptor(other) != weft_watch_descriptor(watch))
            continue;
        if (is_another_file(watch, other))
            weft_watch_bad(loop, other);
        else if (weft_watch_for(other) == weft_watch_for(watch))
            error = &weft_descriptor_busy_error;
    }
    return error;
}

/* Calls the backend first, because unwatch() may read the list. */
static void end_watch(weft_loop *loop, weft_watch *watch)
{
    weft_check_use_(loop, WEFT_IS_CHANGED_);
    loop->backend->unwatch(loop->backend, watch);
    weft_nodes_remove_(&loop->watches, &watch->node);
    if (!loop->watches)
        loop->attention &= (unsigned char)~WEFT_HAS_IO_;
}

/* While tasks are ready, descriptors are polled at intervals. */
static void poll_io(weft_loop *loop)
{
    const weft_time now = weft_loop_time(loop);
    if (!loop->io_polled_at)
        loop->io_polled_at = now;
    if (weft_wrap_(now - loop->io_polled_at) < WEFT_IO_POLL_INTERVAL_)
        return;
    loop->io_polled_at = now;
    loop->backend->sleep(loop->backend, 0);
}

/* What the loop calls. Ends a watch; NULL: polls. */
static void watching(weft_loop *loop, weft_watch *watch)
{
    if (watch)
        end_watch(loop, watch);
    else
        poll_io(loop);
}

static const weft_error *begin_watch(weft_loop *loop, weft_watch *watch, int descriptor,
                                     enum weft_watched_for what)
{
    weft_backend *const backend = loop->backend;
    weft_check_use_(loop, WEFT_IS_CHANGED_);
    if (!backend->watch)
        return no_descriptors;
    if (descriptor > WEFT_MOST_DESCRIPTORS_)
        return &weft_descriptor_range_error;
    watch->watched.descriptor = (weft_descriptor_)descriptor;
    watch->watched.mark = (weft_mark_)what;
    const weft_error *const error = backend->watch(backend, watch);
    if (error)
        return error;
    weft_nodes_append_(&loop->watches, &watch->node);
    loop->attention |= WEFT_HAS_IO_;
    loop->watching = watching;
    return NULL;
}

/* ---- Tasks ---- */

weft_step_ weft_wait_descriptor_(weft_context *context, int descriptor, enum weft_watched_for what)
{
    weft_task *const task = weft_running_task_(context);
    context->error = begin_watch(weft_running_loop_(context), &task->live.wait, descriptor, what);
    if (context->error)
        return weft_go_on_(context);
    weft_set_parked_(task, WEFT_WATCHING_);
    return (weft_step_){WEFT_PARKED_};
}

/* ---- Calls ---- */

static const weft_error *call_when(weft_loop *loop, weft_handle *handle, int descriptor,
                                   enum weft_watched_for what, weft_function *function)
{
    if (weft_handle_pending(handle))
        return &weft_invalid_state_error;
    const weft_error *const error = begin_watch(loop, &handle->wait, descriptor, what);
    if (!error)
        weft_handle_set_watching_(handle, function);
    return error;
}

const weft_error *weft_call_when_readable(weft_loop *loop, weft_handle *handle, int descriptor,
                                          weft_function *function)
{
    return call_when(loop, handle, descriptor, WEFT_READABLE, function);
}

const weft_error *weft_call_when_writable(weft_loop *loop, weft_handle *handle, int descriptor,
                                          weft_function *function)
{
    return call_when(loop, handle, descriptor, WEFT_WRITABLE, function);
}

/* ---- The end of a watch ---- */

void weft_watch_ready(weft_loop *loop, weft_watch *watch)
{
    end_watch(loop, watch);
    weft_observe_(loop, WEFT_NOTES_DESCRIPTOR_, NULL, NULL);
    weft_push_due_(loop, watch);
}

/* A handle's function finds out by its own read or write. A task is woken directly, with no
 * callback before it, as by set_exception. */
void weft_watch_bad(weft_loop *loop, weft_watch *watch)
{
    end_watch(loop, watch);
    weft_observe_(loop, WEFT_NOTES_DESCRIPTOR_, NULL, NULL);
    if (weft_is_callback_(&watch->node))
        weft_push_due_(loop, watch);
    else
        weft_wake_(weft_task_of_node_(&watch->node), &weft_bad_descriptor_error);
}

void weft_notify_closing(weft_loop *loop, int descriptor)
{
    weft_watch *next;
    for (weft_watch *watch = weft_first_watch(loop); watch; watch = next) {
        next = weft_next_watch(watch);
        if (weft_watch_descriptor(watch) == descriptor)
            weft_watch_bad(loop, watch);
    }
}
