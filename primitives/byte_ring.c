/* SPDX-License-Identifier: MIT */
#include "primitives/byte_ring.h"

#include <limits.h>

WEFT_INFO_(info, .name = "byte ring", .at = offsetof(weft_byte_ring, getters));

/* ---- Shared between the interrupt and the loop ----
 * The side that moves an index reads it relaxed, and stores it with release order. The other side
 * loads it with acquire order. Then a byte is in the array before the loop sees the new end, and
 * out of the array before the interrupt sees the new begin. Without atomics there is one processor,
 * and volatile accesses stay in order. */

#ifdef WEFT_HAS_ATOMICS_
#define WEFT_ACQUIRE_(index) atomic_load_explicit(&(index), memory_order_acquire)
#define WEFT_RELEASE_(index, value) atomic_store_explicit(&(index), (value), memory_order_release)
#define WEFT_STORE_(count, value) atomic_store_explicit(&(count), (value), memory_order_relaxed)
#else
#define WEFT_ACQUIRE_(index) (index)
#define WEFT_RELEASE_(index, value) (void)((index) = (value))
#define WEFT_STORE_(count, value) (void)((count) = (value))
#endif

static weft_ring_index_ after(const weft_byte_ring *ring, weft_ring_index_ index)
{
    return index == ring->last ? 0 : (weft_ring_index_)(index + 1);
}

/* ---- In the interrupt ---- */

static void count_lost(weft_byte_ring *ring)
{
    const unsigned lost = WEFT_LOAD_(ring->lost);
    if (lost < UINT_MAX)
        WEFT_STORE_(ring->lost, lost + 1);
}

bool weft_byte_ring_put(weft_byte_ring *ring, unsigned char byte)
{
    const weft_ring_index_ end = WEFT_LOAD_(ring->end), next = after(ring, end);
    if (next == WEFT_ACQUIRE_(ring->begin)) {
        count_lost(ring);
        return false;
    }
    ring->bytes[end] = byte;
    WEFT_RELEASE_(ring->end, next);
    (void)weft_call_soon_threadsafe(&ring->handle);
    return true;
}

/* ---- In the loop's thread ---- */

/* Wakes all tasks that wait. In the usual program there is one. */
static void wake(weft_loop *loop, weft_handle *handle)
{
    (void)loop;
    weft_waiters_wake_all_(&WEFT_HANDLE_OWNER(handle, weft_byte_ring, handle.handle)->getters);
}

const weft_error *weft_byte_ring_open(weft_loop *loop, weft_byte_ring *ring, unsigned char *array,
                                      size_t size)
{
    if (size < 2 || size - 1 > (weft_ring_index_)-1)
        weft_panic(WEFT_FILE_, __LINE__, WEFT_TEXT_("a byte ring over an array of a wrong size"));
    const weft_error *const error = weft_threadsafe_open(loop, &ring->handle, wake);
    if (error)
        return error;
    ring->getters = (weft_waiters_){0};
    ring->bytes = array;
    ring->last = (weft_ring_index_)(size - 1);
    WEFT_STORE_(ring->begin, 0);
    WEFT_STORE_(ring->end, 0);
    WEFT_STORE_(ring->lost, 0);
    return NULL;
}

void weft_byte_ring_close(weft_byte_ring *ring)
{
    weft_threadsafe_close(&ring->handle);
}

static bool is_empty(const weft_byte_ring *ring)
{
    return WEFT_LOAD_(ring->begin) == WEFT_ACQUIRE_(ring->end);
}

weft_step_ weft_byte_ring_get_begin_(weft_byte_ring *ring, weft_context *context)
{
    const weft_step_ go_on = {WEFT_GO_ON_};
    return is_empty(ring) ? weft_waiters_park_(&ring->getters, context, WEFT_INFO_OF_(info))
                          : go_on;
}

/* A task that was cancelled leaves the bytes where they are, for the next task. */
weft_step_ weft_byte_ring_get_resume_(weft_byte_ring *ring, weft_context *context)
{
    (void)weft_waiters_resume_(&ring->getters, context);
    return context->error ? weft_go_on_(context) : weft_byte_ring_get_begin_(ring, context);
}

/* The ring must not be empty. */
unsigned char weft_byte_ring_take_(weft_byte_ring *ring)
{
    const weft_ring_index_ begin = WEFT_LOAD_(ring->begin);
    const unsigned char byte = ring->bytes[begin];
    WEFT_RELEASE_(ring->begin, after(ring, begin));
    return byte;
}

size_t weft_byte_ring_read(weft_byte_ring *ring, unsigned char *into, size_t most)
{
    size_t n = 0;
    while (n < most && !is_empty(ring))
        into[n++] = weft_byte_ring_take_(ring);
    return n;
}

size_t weft_byte_ring_size(const weft_byte_ring *ring)
{
    const weft_ring_index_ begin = WEFT_LOAD_(ring->begin), end = WEFT_ACQUIRE_(ring->end);
    return end >= begin ? (size_t)(end - begin) : (size_t)ring->last + 1 - (size_t)(begin - end);
}

/* A read of the count may take several instructions, and the interrupt may come in between. Two
 * reads that agree are whole. */
unsigned weft_byte_ring_lost(const weft_byte_ring *ring)
{
    unsigned lost, again = WEFT_LOAD_(ring->lost);
    do {
        lost = again;
        again = WEFT_LOAD_(ring->lost);
    } while (lost != again);
    return lost;
}
