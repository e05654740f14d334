/* SPDX-License-Identifier: MIT */
/* Byte ring: a ring buffer of bytes. An interrupt's handler puts bytes in, and a task awaits them.
 *
 *     static weft_byte_ring received;
 *     static unsigned char bytes[64];
 *
 *     void UART_Handler(void) { (void)weft_byte_ring_put(&received, UART->DATA); }
 *     ...
 *     weft_check(weft_byte_ring_open(weft_running_loop(), &received, bytes, sizeof(bytes)));
 *     for (;;)
 *         weft_byte_ring_get(&received, &self->byte);
 *
 * The ring needs no lock. Only the interrupt's handler changes the index `end`, and only the loop's
 * thread changes the index `begin`. A signal handler or another thread may put the bytes instead of
 * an interrupt.
 */
#ifndef WEFT_PRIMITIVES_BYTE_RING_H
#define WEFT_PRIMITIVES_BYTE_RING_H

#include "../core/threadsafe.h"
#include "waiters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The type of an index into a ring's array. The machine must read and write such a number in one
 * access. */
#ifdef __AVR__
typedef unsigned char weft_ring_index_;
#else
typedef unsigned weft_ring_index_;
#endif

/* A ring of bytes. A ring of all zero bytes is closed; weft_byte_ring_put returns false for such a
 * ring. The program owns the ring, and must not move the ring while it is open. */
typedef struct weft_byte_ring {
    /* The handle that wakes the loop. While the ring is open, functions such as weft_run do not
     * report a deadlock, but wait for bytes. If they should not wait for this ring, call
     * weft_threadsafe_set_daemon(&ring->handle, true). */
    weft_threadsafe_handle handle;
    weft_waiters_ getters;
    unsigned char volatile *bytes;        /* the program's array */
    weft_ring_index_ last;                /* last index of the array */
    WEFT_ATOMIC_(weft_ring_index_) begin; /* index of the byte that is taken next */
    WEFT_ATOMIC_(weft_ring_index_) end;   /* index for the next byte; equal to `begin`: empty */
    WEFT_ATOMIC_(unsigned) lost;          /* how many bytes did not fit, at most UINT_MAX */
} weft_byte_ring;

/* Opens a closed ring. The ring stores its bytes in the program's `array` of `size` bytes. After
 * the call the ring is empty, and has room for size - 1 bytes. `size` must be at least 2, and at
 * most 256 on an AVR; otherwise the function panics. As long as the ring is open, the array must
 * stay valid, and only the ring may use it. Must be called in the loop's thread, before the
 * interrupt is turned on. Returns NULL if the ring is open. If weft_threadsafe_open fails, returns
 * its error, and the ring stays closed. O(1). */
const weft_error *weft_byte_ring_open(weft_loop *loop, weft_byte_ring *ring, unsigned char *array,
                                      size_t size);

/* Closes a ring. If the ring is closed already, does nothing. Must be called in the loop's thread.
 * The interrupt must be off, and no task may wait for the ring. Bytes that are in the ring are
 * lost. O(n), n: the pending thread-safe calls of the loop. */
void weft_byte_ring_close(weft_byte_ring *ring);

/* Puts a byte into the ring, wakes the task that waits for a byte, and returns true. If the ring is
 * full, counts the byte as lost and returns false. An interrupt's handler, a signal handler or any
 * thread may call this function. But two calls for one ring must not overlap: only one interrupt or
 * only one thread may put. Never waits. O(1). */
bool weft_byte_ring_put(weft_byte_ring *ring, unsigned char byte);

/* weft_byte_ring_get(weft_byte_ring *ring, unsigned char *into): `*into = await ring.get()`. Takes
 * the next byte out of the ring. Waits while the ring is empty. `into` is evaluated after the wait.
 * If several tasks wait, the task that runs first takes the byte. If the task is cancelled during
 * the wait, takes no byte and raises weft_cancelled_error. The macro raises no other error. `ring`
 * is evaluated more than once. O(1). */
#define weft_byte_ring_get(ring, into)                                                             \
    do {                                                                                           \
        WEFT_WAIT_(weft_byte_ring_get_begin_((ring), weft_context_),                               \
                   WEFT_FOLLOW_(weft_byte_ring_get_resume_((ring), weft_context_)));               \
        *(into) = weft_byte_ring_take_(ring);                                                      \
    } while (0)

/* Takes bytes out of the ring, at most `most` of them, and copies them to `into`. Never waits for a
 * byte. Returns the number of bytes that it took. Must be called in the loop's thread. O(n), n: the
 * bytes that it took. */
size_t weft_byte_ring_read(weft_byte_ring *ring, unsigned char *into, size_t most);

/* Returns how many bytes are in the ring. Must be called in the loop's thread. O(1). */
size_t weft_byte_ring_size(const weft_byte_ring *ring);

/* Returns how many bytes were lost, because the ring was full, since the ring was opened. Must be
 * called in the loop's thread. O(1). */
unsigned weft_byte_ring_lost(const weft_byte_ring *ring);

/* ---- Private ---- */

weft_step_ weft_byte_ring_get_begin_(weft_byte_ring *ring, weft_context *context);
weft_step_ weft_byte_ring_get_resume_(weft_byte_ring *ring, weft_context *context);
unsigned char weft_byte_ring_take_(weft_byte_ring *ring);

#ifdef __cplusplus
}
#endif
#endif
