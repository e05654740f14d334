#include "core/threadsafe.h"

/* ---- What two threads touch: each handle's `called`, and the loop's list of those ---- */

#ifdef WEFT_HAS_ATOMICS_

/* Whether it was not called already. What the caller has written before is seen by whoever finds it
 * called (take_back), also if this was not the first call. */
static bool mark(weft_threadsafe_handle *handle)
{
    return !atomic_exchange_explicit(&handle->called, handle, memory_order_acq_rel);
}

static void take_back(weft_threadsafe_handle *handle)
{
    (void)atomic_exchange_explicit(&handle->called, NULL, memory_order_acq_rel);
}

/* Whether it is the only one. */
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

static bool mark(weft_threadsafe_handle *handle)
{
    return !exchange(&handle->called, handle);
}

static void take_back(weft_threadsafe_handle *handle)
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

/* ---- From outside ---- */

/* The list first: the bell only says that there is one, so it may be rung too often, and whoever
 * finds somebody on the list leaves it to them. */
bool weft_call_soon_threadsafe(weft_threadsafe_handle *handle)
{
    weft_loop *const loop = handle->loop;
    if (!loop || !mark(handle))
        return false;
    if (push(loop, handle) && loop->backend->wake)
        loop->backend->wake(loop->backend);
    return true;
}

bool weft_has_been_called(const weft_loop *loop)
{
    return WEFT_LOAD_(loop->threadsafe_calls);
}

/* ---- In the loop ---- */

static void call(weft_loop *loop, weft_handle *handle)
{
    weft_threadsafe_handle *const called =
        WEFT_HANDLE_OWNER(handle, weft_threadsafe_handle, handle);
    take_back(called);
    called->function(loop, handle);
}

/* The last called is the first of the list. */
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

/* A function may have used its handle for another call, which would keep this one out for ever. */
static void take_calls(weft_loop *loop)
{
    weft_threadsafe_handle *next;
    for (weft_threadsafe_handle *called = in_order(take_all(loop)); called; called = next) {
        next = called->next;
        weft_handle_cancel(loop, &called->handle);
        (void)weft_call_soon(loop, &called->handle, call);
    }
}

/* For reports. */
static weft_function *function_of(weft_handle *ready)
{
    if (ready->function != call)
        return ready->function;
    return WEFT_HANDLE_OWNER(ready, weft_threadsafe_handle, handle)->function;
}

static const weft_threadsafe_hooks_ outside = {take_calls, function_of};

/* ---- Open and closed ---- */

static void count_listening(const weft_threadsafe_handle *handle, bool more)
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
    weft_backend *const backend = loop->backend;
    const weft_error *const error =
        !loop->open_handles && backend->open_wake ? backend->open_wake(backend) : NULL;
    if (error)
        return error;
    *handle = (weft_threadsafe_handle){.function = function, .loop = loop};
    loop->open_handles++;
    loop->threadsafe = &outside;
    count_listening(handle, true);
    return NULL;
}

void weft_threadsafe_close(weft_threadsafe_handle *handle)
{
    weft_loop *const loop = handle->loop;
    if (!loop)
        return;
    take_calls(loop);
    weft_handle_cancel(loop, &handle->handle);
    count_listening(handle, false);
    handle->loop = NULL;
    if (--loop->open_handles == 0 && loop->backend->close_wake)
        loop->backend->close_wake(loop->backend);
}

void weft_threadsafe_set_daemon(weft_threadsafe_handle *handle, bool daemon)
{
    if (!handle->loop)
        return;
    count_listening(handle, false);
    handle->daemon = daemon;
    count_listening(handle, true);
}
