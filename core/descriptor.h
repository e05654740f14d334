/* SPDX-License-Identifier: MIT */
/* Descriptors: waiting until a descriptor can be read from, or written to.
 *
 * asyncio has loop.add_reader and a future for this; trio has wait_readable. One descriptor may
 * have two waits at once: one to read, one to write. A second wait in the same direction fails at
 * once. The end of a wait means that a read or write should not block. The descriptor must still
 * have O_NONBLOCK: the read may find nothing, because another reader was faster. Then the task must
 * wait again:
 *
 *     weft_wait_readable(self->fd);
 *     const ssize_t n = recv(self->fd, self->buffer, sizeof(self->buffer), 0);
 *
 * Before the program closes a descriptor that something waits for, it must call
 * weft_notify_closing. Otherwise these waits fail only later, when the backend sees that the
 * descriptor is closed. If a new file has got the same number by then, the old waits fail only when
 * a task waits for the new file. Until then, the new file may wake the old waits. The backend tells
 * files apart by device and inode. On Linux, all eventfds share one inode, and so do all timerfds.
 * If the new file has the inode of the old one, a wait in the same direction fails with
 * weft_descriptor_busy_error.
 */
#ifndef WEFT_CORE_DESCRIPTOR_H
#define WEFT_CORE_DESCRIPTOR_H

#include "awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Errors of a wait for a descriptor: OSError, roughly. */
/* The kind of the three errors below. */
extern const weft_error weft_descriptor_error;
/* EBADF: the descriptor was not open, or was closed during the wait. */
extern const weft_error weft_bad_descriptor_error;
/* The backend has no room for a descriptor with this number. */
extern const weft_error weft_descriptor_range_error;
/* Another wait for this descriptor, in this direction, is pending. */
extern const weft_error weft_descriptor_busy_error;

/* weft_wait_readable(int descriptor), weft_wait_writable(int descriptor)
 * In a coroutine. weft_wait_readable waits until a read from the descriptor would not block;
 * weft_wait_writable, until a write would not block. A read or write that would fail at once does
 * not block. Raises at once weft_bad_descriptor_error, weft_descriptor_range_error,
 * weft_descriptor_busy_error, or weft_invalid_state_error if the loop's backend has no descriptors.
 * If the descriptor is closed during the wait, raises weft_bad_descriptor_error then. The program
 * owns the descriptor; weft keeps only the number, and only during the wait. O(1); if another wait
 * has that number, O(n), n: the watches. */
#define weft_wait_readable(descriptor)                                                             \
    WEFT_WAIT_(weft_wait_descriptor_(weft_context_, (descriptor), WEFT_READABLE))
#define weft_wait_writable(descriptor)                                                             \
    WEFT_WAIT_(weft_wait_descriptor_(weft_context_, (descriptor), WEFT_WRITABLE))

/* loop.add_reader(descriptor, function), loop.add_writer(...), but for one call. Has the loop call
 * `function(loop, handle)` when the descriptor is ready or bad. If the descriptor is bad, the
 * function's own read or write reports the error. To be called again, the function must ask again.
 * weft_handle_cancel does what remove_reader does. The caller owns the handle, and must not move it
 * until the function is called or the call is cancelled. Returns NULL; or weft_invalid_state_error
 * if the handle is not idle or the backend has no descriptors; or weft_bad_descriptor_error,
 * weft_descriptor_range_error or weft_descriptor_busy_error. An error changes nothing. O(1); if
 * another wait has that number, O(n), n: the watches. */
const weft_error *weft_call_when_readable(weft_loop *loop, weft_handle *handle, int descriptor,
                                          weft_function *function);
const weft_error *weft_call_when_writable(weft_loop *loop, weft_handle *handle, int descriptor,
                                          weft_function *function);

/* trio's notify_closing. The program must call it before close(descriptor). Raises
 * weft_bad_descriptor_error in each task that waits for the descriptor. Has the loop call each
 * function that waits for the descriptor. A task that was woken because the descriptor was ready,
 * but has not run yet, is not notified. That task goes on to its read or write within two ticks. By
 * then the number may belong to another file. So tasks that share a descriptor should share one
 * variable for its number, and set that variable to -1. O(n), n: the watches. */
void weft_notify_closing(weft_loop *loop, int descriptor);

/* ---- For backends, and hosts that drive a loop ---- */

/* The direction that a watch waits for. */
enum weft_watched_for { WEFT_READABLE, WEFT_WRITABLE };

/* weft_first_watch returns the oldest watch of a loop, weft_next_watch the next younger one; NULL:
 * no more. A watch is one wait for one descriptor. It is valid until the loop runs, or until
 * weft_watch_ready or weft_watch_bad ends it. The end of one watch does not end another watch.
 * O(1). */
weft_watch *weft_first_watch(weft_loop *loop);
weft_watch *weft_next_watch(weft_watch *watch);

/* Returns the descriptor of a watch. O(1). */
static inline int weft_watch_descriptor(const weft_watch *watch)
{
    return watch->watched.descriptor;
}

/* Returns the direction of a watch. O(1). */
static inline enum weft_watched_for weft_watch_for(const weft_watch *watch)
{
    return watch->watched.mark & 1 ? WEFT_WRITABLE : WEFT_READABLE;
}

/* Notes which file a watch is for. A backend's watch() calls it, because one number may belong to
 * two files in turn. The program may close a descriptor while a task waits for it, and open another
 * file with that number. `file` is a value that other files probably do not have, such as a hash of
 * inode and device; 0: not known. The highest bit of `file` is ignored. O(1). */
static inline void weft_watch_set_file(weft_watch *watch, uint32_t file)
{
    watch->watched.mark = (weft_mark_)(file << 1 | weft_watch_for(watch));
}

/* Checks a new watch against the other watches of its descriptor. A backend's watch() must call it
 * if there may be other watches of that descriptor. Some of those watches may be for another file
 * that had the same number: ends them as bad. Returns NULL; or weft_descriptor_busy_error if
 * another watch has this file and this direction. O(n), n: the watches. */
const weft_error *weft_watch_admit(weft_loop *loop, const weft_watch *watch);

/* Ends a watch of the loop, because its descriptor is ready. The waiting task runs later in the
 * loop, or the loop calls the waiting function. Backends and hosts call it. O(1). */
void weft_watch_ready(weft_loop *loop, weft_watch *watch);

/* Ends a watch of the loop, because its descriptor is bad. A waiting task gets
 * weft_bad_descriptor_error. A waiting function is called, and learns of the error from its own
 * read or write. Backends and hosts call it. O(1). */
void weft_watch_bad(weft_loop *loop, weft_watch *watch);

/* ---- Private ---- */

weft_step_ weft_wait_descriptor_(weft_context *context, int descriptor, enum weft_watched_for what);

#ifdef __cplusplus
}
#endif
#endif
