/* SPDX-License-Identifier: MIT */
/* Descriptors: waiting until a file descriptor can be read from, or written to.
 *
 * A program of asyncio uses loop.add_reader and a future for this; trio has wait_readable. One
 * descriptor may have two waits at once: one to read, one to write. A second wait to read, or a
 * second one to write, fails at once. When a wait ends, a read or write should not block. The
 * descriptor must still have O_NONBLOCK, because another reader may have taken the data first. So
 * after a read that found nothing, the task must wait again:
 *
 *     weft_wait_readable(self->fd);
 *     const ssize_t n = recv(self->fd, self->buffer, sizeof(self->buffer), 0);
 *
 * Before the program closes a descriptor that a task or callback waits for, it must call
 * weft_notify_closing. Otherwise the waits for the closed descriptor fail only when the backend
 * notices that it is closed. The system may have given the descriptor's number to a new file before
 * that. The old waits then fail only when a task waits for the new file. Until then, events of the
 * new file may end the old waits. The backend distinguishes the two files by device and inode. On
 * Linux, all eventfds share one inode, and so do all timerfds. If the new file has the inode of the
 * old one, the new wait fails with weft_descriptor_busy_error instead.
 */
#ifndef WEFT_CORE_DESCRIPTOR_H
#define WEFT_CORE_DESCRIPTOR_H

#include "awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The errors of a wait for a descriptor. They correspond to Python's OSError. */
/* The kind of the next three errors: weft_catch(&weft_descriptor_error) catches all three. */
extern const weft_error weft_descriptor_error;
/* EBADF: the descriptor was not open, or was closed during the wait. */
extern const weft_error weft_bad_descriptor_error;
/* The backend has no room for a descriptor with so high a number. */
extern const weft_error weft_descriptor_range_error;
/* Another task or callback already waits for this descriptor, in this direction. */
extern const weft_error weft_descriptor_busy_error;

/* weft_wait_readable(int descriptor), weft_wait_writable(int descriptor)
 * In a coroutine. Waits until a read from the descriptor would not block (weft_wait_readable), or
 * until a write to the descriptor would not block (weft_wait_writable). A read or write that would
 * fail at once does not block. The errors weft_bad_descriptor_error, weft_descriptor_range_error
 * and weft_descriptor_busy_error are raised at once. If the loop's backend has no descriptors,
 * raises weft_invalid_state_error. If the descriptor is closed during the wait, raises
 * weft_bad_descriptor_error later. The program owns the descriptor. weft keeps only its number, and
 * only during the wait. O(1); if there is already a wait for that number, O(n), n: the watches of
 * the loop. */
#define weft_wait_readable(descriptor)                                                             \
    WEFT_WAIT_(weft_wait_descriptor_(weft_context_, (descriptor), WEFT_READABLE), )
#define weft_wait_writable(descriptor)                                                             \
    WEFT_WAIT_(weft_wait_descriptor_(weft_context_, (descriptor), WEFT_WRITABLE), )

/* loop.add_reader(descriptor, function), loop.add_writer(...), but for one call. The loop calls
 * `function(loop, handle)` once, when the descriptor is ready or bad. If the descriptor is bad, the
 * read or write in `function` reports the error. For another call, the program must call
 * weft_call_when_readable or weft_call_when_writable again. weft_handle_cancel does what
 * remove_reader does. The caller owns the handle, and must not move the handle until the loop calls
 * the function or the program cancels the call. Returns NULL, or an error; after an error, nothing
 * has changed. If the handle is not idle or the backend has no descriptors, the error is
 * weft_invalid_state_error. Other errors are weft_bad_descriptor_error, weft_descriptor_range_error
 * and weft_descriptor_busy_error. O(1); if there is already a wait for that number, O(n), n: the
 * watches of the loop. */
const weft_error *weft_call_when_readable(weft_loop *loop, weft_handle *handle, int descriptor,
                                          weft_function *function);
const weft_error *weft_call_when_writable(weft_loop *loop, weft_handle *handle, int descriptor,
                                          weft_function *function);

/* trio's notify_closing. The program must call this function before it calls close(descriptor).
 * Raises weft_bad_descriptor_error in each task that waits for the descriptor. The loop calls each
 * function that was passed to weft_call_when_readable or weft_call_when_writable for the
 * descriptor. A task gets no error if it was woken before because the descriptor was ready, and has
 * not run yet. Such a task runs within two ticks (iterations of the loop), and then calls its read
 * or write. The descriptor's number may belong to another file by then. So tasks that share a
 * descriptor should read its number from one shared variable, and the task that closes the
 * descriptor should set this variable to -1. O(n), n: the watches of the loop. */
void weft_notify_closing(weft_loop *loop, int descriptor);

/* ---- Backends, hosts ---- */

/* The direction that a watch waits for. */
enum weft_watched_for { WEFT_READABLE, WEFT_WRITABLE };

/* A watch is one wait of a task or callback for one descriptor. The first function returns the
 * oldest watch of a loop. The second function returns the watch that began next after *watch. Both
 * return NULL if there is no such watch. The pointer is valid until the loop runs, or until
 * weft_watch_ready or weft_watch_bad ends the watch. The end of one watch does not end another
 * watch. O(1). */
weft_watch *weft_first_watch(weft_loop *loop);
weft_watch *weft_next_watch(weft_watch *watch);

/* Returns the descriptor of a watch. O(1). */
static inline int weft_watch_descriptor(const weft_watch *watch)
{
    return watch->watched.descriptor;
}

/* Returns whether a watch waits to read or to write. O(1). */
static inline enum weft_watched_for weft_watch_for(const weft_watch *watch)
{
    return watch->watched.mark & 1 ? WEFT_WRITABLE : WEFT_READABLE;
}

/* Stores in a watch which file the watch is for. A backend calls this function from its function
 * watch(). Why: the program may close a descriptor while a task waits for it, and then open another
 * file that gets the closed descriptor's number. `file` is a value that other files probably do not
 * have, such as a hash of inode and device; 0: the file is not known. The highest bit of `file` is
 * ignored. O(1). */
static inline void weft_watch_set_file(weft_watch *watch, uint32_t file)
{
    watch->watched.mark = (weft_mark_)(file << 1 | weft_watch_for(watch));
}

/* Compares a new watch with the other watches of its descriptor's number. A backend's function
 * watch() must call weft_watch_admit if there may be such watches. Ends each of them that is for
 * another file, as weft_watch_bad does: that file was closed, and had this number before. Returns
 * NULL; or weft_descriptor_busy_error if another watch has this file and this direction. O(n), n:
 * the watches of the loop. */
const weft_error *weft_watch_admit(weft_loop *loop, const weft_watch *watch);

/* Ends a watch of the loop, because its descriptor is ready. If a task waits, the loop runs
 * this task later, not inside this call. If a callback waits, the loop calls it later. Backends
 * call this function, and so do hosts, which are programs with an event loop of their own. O(1). */
void weft_watch_ready(weft_loop *loop, weft_watch *watch);

/* Ends a watch of the loop, because its descriptor is bad, for example closed. If a task waits, it
 * raises weft_bad_descriptor_error. If a callback waits, the loop calls the callback, whose own
 * read or write then fails. Backends call this function, and so do hosts, which are programs with
 * an event loop of their own. O(1). */
void weft_watch_bad(weft_loop *loop, weft_watch *watch);

/* ---- Private ---- */

weft_step_ weft_wait_descriptor_(weft_context *context, int descriptor, enum weft_watched_for what);

#ifdef __cplusplus
}
#endif
#endif
