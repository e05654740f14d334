/* SPDX-License-Identifier: MIT */
/* Byte ring: an interrupt puts bytes in, and a task awaits them.
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
 * No locks are needed: only the interrupt moves the end of the ring, and only the loop's thread
 * moves its beginning. In place of the interrupt there may be a signal handler or another thread.
 */
#ifndef WEFT_PRIMITIVES_BYTE_RING_H
#define WEFT_PRIMITIVES_BYTE_RING_H

#include "../core/threadsafe.h"
#include "waiters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An index into a ring. The machine must read and write it in one access. */
#ifdef __AVR__
typedef unsigned char weft_ring_index_;
#else
typedef unsigned weft_ring_index_;
#endif

/* A ring of bytes. A ring of all zero bytes is closed, and full. The program owns the ring, and
 * must not move the ring while it is open. */
typedef struct weft_byte_ring {
    /* Opened by weft_byte_ring_open. While the ring is open, a run waits for its bytes. For a ring
     * that no run should wait for: weft_threadsafe_set_daemon(&ring->handle, true). */
    weft_threadsafe_handle handle;
    weft_waiters_ getters;
    unsigned char volatile *bytes;        /* the program's array */
    weft_ring_index_ last;                /* last index of the array */
    WEFT_ATOMIC_(weft_ring_index_) begin; /* of the next byte that is taken */
    WEFT_ATOMIC_(weft_ring_index_) end;   /* of the next byte that is put; begin: it is empty */
    WEFT_ATOMIC_(unsigned) lost;          /* bytes that did not fit; stays at UINT_MAX */
} weft_byte_ring;

/* Opens a closed ring over the program's `array` of `size` bytes. The ring is empty, and keeps at
 * most size - 1 bytes. `size` is at least 2, and at most 256 on an AVR. As long as the ring is
 * open, the array must stay valid, and only the ring may use it. Must be called in the loop's
 * thread, before the interrupt is turned on. Returns NULL, or the error of weft_threadsafe_open,
 * which changes nothing. O(1). */
const weft_error *weft_byte_ring_open(weft_loop *loop, weft_byte_ring *ring, unsigned char *array,
                                      size_t size);

/* Closes a ring. If it is closed, does nothing. Must be called in the loop's thread. The interrupt
 * must be off, and no task may wait for the ring. The bytes that are in the ring are not taken any
 * more. O(n), n: the pending thread-safe calls of the loop. */
void weft_byte_ring_close(weft_byte_ring *ring);

/* Puts a byte into the ring, and wakes the task that waits. If the ring is full, changes nothing
 * but the count of lost bytes, and returns false. Otherwise returns true. May be called from
 * anywhere, but from one place at a time: one interrupt, one signal handler, or one thread. Waits
 * for nothing. O(1). */
bool weft_byte_ring_put(weft_byte_ring *ring, unsigned char byte);

/* weft_byte_ring_get(weft_byte_ring *ring, unsigned char *into): `*into = await ring.get()`. Takes
 * the next byte. Waits while the ring is empty. `into` is evaluated after the wait. If several
 * tasks wait, the task that runs first takes the byte. If the task is cancelled, raises
 * weft_cancelled_error and takes nothing. There is no other error. `ring` is evaluated more than
 * once. O(1). */
#define weft_byte_ring_get(ring, into)                                                             \
    do {                                                                                           \
        WEFT_WAIT_RETRY_(weft_byte_ring_get_begin_((ring), weft_context_),                         \
                         weft_byte_ring_get_resume_((ring), weft_context_));                       \
        *(into) = weft_byte_ring_take_(ring);                                                      \
    } while (0)

/* Takes at most `most` bytes that are in the ring, and copies them to `into`. Waits for nothing.
 * Returns how many bytes it took. Must be called in the loop's thread. O(n), n: the bytes taken. */
size_t weft_byte_ring_read(weft_byte_ring *ring, unsigned char *into, size_t most);

/* Returns how many bytes are in the ring. Must be called in the loop's thread. O(1). */
size_t weft_byte_ring_size(const weft_byte_ring *ring);

/* Returns how many bytes did not fit since the ring was opened. Must be called in the loop's
 * thread. O(1). */
unsigned weft_byte_ring_lost(const weft_byte_ring *ring);

/* ---- Private ---- */

weft_step_ weft_byte_ring_get_begin_(weft_byte_ring *ring, weft_context *context);
weft_step_ weft_byte_ring_get_resume_(weft_byte_ring *ring, weft_context *context);
unsigned char weft_byte_ring_take_(weft_byte_ring *ring);

#ifdef __cplusplus
}
#endif
#endif
