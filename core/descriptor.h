/* Descriptors: waiting until a descriptor can be read from, or written to.
 *
 * asyncio has loop.add_reader and a future for this; trio has wait_readable. Two tasks may wait for
 * one descriptor, one to read and one to write. A second wait for one direction fails at once. The
 * end of a wait says only that a call would not block. The descriptor must have O_NONBLOCK, and the
 * call may still find nothing, because another reader was faster. Then the task waits again:
 *
 *     weft_wait_readable(self->fd);
 *     const ssize_t n = recv(self->fd, self->buffer, sizeof(self->buffer), 0);
 *
 * The program must call weft_notify_closing before it closes a descriptor that is waited for.
 * Otherwise these waits fail later: when the backend sees that the descriptor is closed. If a new
 * file has the number by then, they fail when a task waits for that file. Until then, the new file
 * may wake the old waits. The backend knows a file by its device and inode. All eventfds of Linux
 * share one inode, and so do all timerfds. If a new file has the inode of the old one, a wait for
 * the new file fails with weft_descriptor_busy_error.
 */
#ifndef WEFT_CORE_DESCRIPTOR_H
#define WEFT_CORE_DESCRIPTOR_H

#include "awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Errors of a wait for a descriptor: OSError, roughly. */
extern const weft_error weft_descriptor_error;       /* the kind of the three below */
extern const weft_error weft_bad_descriptor_error;   /* EBADF: not open, or closed meanwhile */
extern const weft_error weft_descriptor_range_error; /* the backend has no room for this number */
extern const weft_error weft_descriptor_busy_error;  /* there is such a wait already */

/* weft_wait_readable(int descriptor), weft_wait_writable(int descriptor)
 * In a coroutine. Waits until a read from the descriptor, or a write to it, would not block:
 * because it would succeed, or because it would fail. Raises at once weft_bad_descriptor_error,
 * weft_descriptor_range_error, weft_descriptor_busy_error, or weft_invalid_state_error if the
 * loop's backend has no descriptors. Raises weft_bad_descriptor_error also if the descriptor is
 * closed during the wait. The program owns the descriptor; weft keeps only the number, and only
 * during the wait. O(1); O(watches) if another wait has the number. */
#define weft_wait_readable(descriptor)                                                             \
    WEFT_WAIT_(weft_wait_descriptor_(weft_context_, (descriptor), WEFT_READABLE))
#define weft_wait_writable(descriptor)                                                             \
    WEFT_WAIT_(weft_wait_descriptor_(weft_context_, (descriptor), WEFT_WRITABLE))

/* loop.add_reader(descriptor, function), loop.add_writer(...), but for one call. The loop calls
 * `function(loop, handle)` when the descriptor is ready or bad; a read or write then reports the
 * error. The function may ask for the next call. weft_handle_cancel is remove_reader. The caller
 * owns the handle, and must not move it before the call. Returns NULL; or weft_invalid_state_error
 * if the handle is not idle or the backend has no descriptors; or weft_bad_descriptor_error,
 * weft_descriptor_range_error or weft_descriptor_busy_error. An error changes nothing. O(1);
 * O(watches) if another wait has the number. */
const weft_error *weft_call_when_readable(weft_loop *loop, weft_handle *handle, int descriptor,
                                          weft_function *function);
const weft_error *weft_call_when_writable(weft_loop *loop, weft_handle *handle, int descriptor,
                                          weft_function *function);

/* trio's notify_closing. Must be called before close(descriptor). Raises weft_bad_descriptor_error
 * in the tasks that wait for the descriptor, and makes the calls that wait for it. A task that was
 * woken but has not run yet is not notified: the task goes on to its read or write within two
 * ticks. By then the number may belong to another file. So tasks that share a descriptor should
 * share the variable too, and set it to -1. O(watches). */
void weft_notify_closing(weft_loop *loop, int descriptor);

/* ---- For backends, and hosts that drive a loop ---- */

/* The direction that a watch waits for. */
enum weft_watched_for { WEFT_READABLE, WEFT_WRITABLE };

/* Return the watches of a loop, one by one, in the order in which they began; NULL: no more. A
 * watch is valid until the loop runs, or until weft_watch_ready or weft_watch_bad ends it. The end
 * of a watch ends no other. O(1). */
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

/* Notes which file a watch is for. For a backend's watch(): the program may close a number, and
 * open another file with it, while a task still waits for the old file. `file` is a value that
 * other files probably do not have, such as a hash of inode and device; 0: not known. The highest
 * bit is ignored. O(1). */
static inline void weft_watch_set_file(weft_watch *watch, uint32_t file)
{
    watch->watched.mark = file << 1 | weft_watch_for(watch);
}

/* Checks a new watch against the other watches of its number. For a backend's watch(), if there may
 * be such watches. Ends the watches for another file of that number, as bad. Returns NULL, or
 * weft_descriptor_busy_error if the list has a watch for this file and direction. O(watches). */
const weft_error *weft_watch_admit(weft_loop *loop, const weft_watch *watch);

/* Ends a watch of the loop, because its descriptor is ready. The task or function that waits will
 * run. For a backend, or a host. O(1). */
void weft_watch_ready(weft_loop *loop, weft_watch *watch);

/* Ends a watch of the loop, because its descriptor is bad. A task gets weft_bad_descriptor_error; a
 * function is called, and finds out from its own read or write. For a backend, or a host. O(1). */
void weft_watch_bad(weft_loop *loop, weft_watch *watch);

/* ---- Private ---- */

weft_step_ weft_wait_descriptor_(weft_context *context, int descriptor, enum weft_watched_for what);

#ifdef __cplusplus
}
#endif
#endif
