/* SPDX-License-Identifier: MIT */
#include "core/threadsafe.h"

/* ---- Shared between threads: each handle's `called`, and the loop's list of these handles ---- */

#ifdef WEFT_HAS_ATOMICS_

/* Marks a handle as called. Returns false if the mark was there. The exchange has release order in
 * each call: clear_called then acquires what every caller wrote before its call. */
static bool set_called(weft_threadsafe_handle *handle)
{
    return !atomic_exchange_explicit(&handle->called, handle, memory_order_acq_rel);
}

static void clear_called(weft_threadsafe_handle *handle)
{
    (void)atomic_exchange_explicit(&handle->called, NULL, memory_order_acq_rel);
}

/* Puts a handle in the loop's list. Returns true if the list was empty. */
static bool push(weft_loop *loop, weft_threadsafe_handle *handle)
{
    weft_threadsafe_handle *last =
        atomic_load_explicit(&loop->threadsafe_calls, memory_order_relaxed);
    do
        handle->next = last;
    while (!atomic_compare_exchange_weak_explicit(&loop->threadsafe_calls, &last, handle,
                                                  memory_order_release, memory_order_relaxed));
    return !last;
}

static weft_threadsafe_handle *take_all(weft_loop *loop)
{
    return atomic_exchange_explicit(&loop->threadsafe_calls, NULL, memory_order_acquire);
}

#else

static weft_threadsafe_handle *exchange(weft_threadsafe_handle *volatile *where,
                                        weft_threadsafe_handle *with)
{
    const unsigned before = weft_disable_interrupts();
    weft_threadsafe_handle *const was = *where;
    *where = with;
    weft_restore_interrupts(before);
    return was;
}

static bool set_called(weft_threadsafe_handle *handle)
{
    return !exchange(&handle->called, handle);
}

static void clear_called(weft_threadsafe_handle *handle)
{
    (void)exchange(&handle->called, NULL);
}

static bool push(weft_loop *loop, weft_threadsafe_handle *handle)
{
    const unsigned before = weft_disable_interrupts();
    weft_threadsafe_handle *const last = loop->threadsafe_calls;
    handle->next = last;
    loop->threadsafe_calls = handle;
    weft_restore_interrupts(before);
    return !last;
}

static weft_threadsafe_handle *take_all(weft_loop *loop)
{
    return exchange(&loop->threadsafe_calls, NULL);
}

#endif

/* ---- In any thread ---- */

/* Puts the handle in the list before it wakes the loop: a wake only says that the list has an
 * entry. A wake too many does no harm. A caller that finds the list not empty need not wake the
 * loop, because the caller before it does. */
bool weft_call_soon_threadsafe(weft_threadsafe_handle *handle)
{
    weft_loop *const loop = handle->loop;
    if (!loop)
        return false;
    weft_check_use_(loop, WEFT_IS_CALLED_);
    if (!set_called(handle))
        return false;
    if (push(loop, handle) && loop->backend->wake)
        loop->backend->wake(loop->backend);
    return true;
}

bool weft_has_been_called(const weft_loop *loop)
{
    return WEFT_LOAD_(loop->threadsafe_calls);
}

/* ---- In the loop's thread ---- */

/* A callback: runs the program's function. */
static void call(weft_loop *loop, weft_handle *handle)
{
    weft_threadsafe_handle *const called =
        WEFT_HANDLE_OWNER(handle, weft_threadsafe_handle, handle);
    clear_called(called);
    called->function(loop, handle);
}

/* Reverses the list, which begins with the last call. */
static weft_threadsafe_handle *in_order(weft_threadsafe_handle *last)
{
    weft_threadsafe_handle *first = NULL;
    while (last) {
        weft_threadsafe_handle *const before = last->next;
        last->next = first;
        first = last;
        last = before;
    }
    return first;
}

/* Makes the called handles ready. A function may have used its handle for another call; that call
 * is cancelled, or it would keep this one out for ever. */
static void take_calls(weft_loop *loop)
{
    weft_threadsafe_handle *next;
    for (weft_threadsafe_handle *called = in_order(take_all(loop)); called; called = next) {
        next = called->next;
        weft_handle_take_off_(loop, &called->handle);
        called->handle.function = call;
        weft_push_due_(loop, &called->handle.wait);
    }
}

#if WEFT_TEXTS
/* Returns the program's function of a ready handle, for reports. */
static weft_function *function_of(weft_handle *ready)
{
    if (ready->function != call)
        return ready->function;
    return WEFT_HANDLE_OWNER(ready, weft_threadsafe_handle, handle)->function;
}

static const weft_threadsafe_hooks_ hooks = {take_calls, function_of};
#else
static const weft_threadsafe_hooks_ hooks = {take_calls};
#endif

/* ---- Opening and closing ---- */

/* Counts a handle that keeps runs alive, or takes it off the count. */
static void count_keepalive(const weft_threadsafe_handle *handle, bool more)
{
    weft_loop *const loop = handle->loop;
    if (handle->daemon || !loop->backend->wake)
        return;
    if (more)
        loop->keepalive_handles++;
    else
        loop->keepalive_handles--;
}

const weft_error *weft_threadsafe_open(weft_loop *loop, weft_threadsafe_handle *handle,
                                       weft_function *function)
{
    if (handle->loop)
        return &weft_invalid_state_error;
    weft_check_use_(loop, WEFT_IS_CHANGED_);
    weft_backend *const backend = loop->backend;
    const weft_error *const error =
        !loop->open_handles && backend->open_wake ? backend->open_wake(backend) : NULL;
    if (error)
        return error;
    *handle = (weft_threadsafe_handle){.function = function, .loop = loop};
    loop->open_handles++;
    loop->threadsafe = &hooks;
    count_keepalive(handle, true);
    return NULL;
}

void weft_threadsafe_close(weft_threadsafe_handle *handle)
{
    weft_loop *const loop = handle->loop;
    if (!loop)
        return;
    take_calls(loop);
    weft_handle_take_off_(loop, &handle->handle);
    count_keepalive(handle, false);
    handle->loop = NULL;
    if (--loop->open_handles == 0 && loop->backend->close_wake)
        loop->backend->close_wake(loop->backend);
}

void weft_threadsafe_set_daemon(weft_threadsafe_handle *handle, bool daemon)
{
    if (!handle->loop)
        return;
    count_keepalive(handle, false);
    handle->daemon = daemon;
    count_keepalive(handle, true);
}
