/* Descriptors: waiting until one can be read from, or written to.
 *
 * asyncio has loop.add_reader and a future for it; trio has wait_readable. One task may wait to
 * read from a descriptor while another waits to write to it; a second one for the same is told at
 * once. A wait says that a call would not block, and no more: it is still to be made on a
 * descriptor with O_NONBLOCK, may find nothing (somebody else was faster), and is tried again:
 *
 *     weft_wait_readable(self->fd);
 *     const ssize_t n = recv(self->fd, self->buffer, sizeof(self->buffer), 0);
 *
 * Whoever closes a descriptor for which others may wait says so before (weft_notify_closing). If
 * nobody does, its waiters fail when the port sees that it is bad, and those alone; and when its
 * number has been used again, at the latest when the new owner waits for it. Until then they may
 * be told that the new owner's descriptor is ready, and read from it. (A file is known by its
 * device and inode. Where the new file has those of the old one, as all eventfds of Linux do, and
 * all timerfds, the new owner is told that somebody waits already.)
 */
#ifndef WEFT_CORE_DESCRIPTOR_H
#define WEFT_CORE_DESCRIPTOR_H

#include "awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What can be wrong with a descriptor. OSError, roughly: */
extern const weft_error weft_descriptor_error;       /* the kind of these three */
extern const weft_error weft_bad_descriptor_error;   /* EBADF: it is not open, or was closed */
extern const weft_error weft_descriptor_range_error; /* its number is more than the port can hold */
extern const weft_error weft_descriptor_busy_error;  /* somebody waits for the same already */

/* weft_wait_readable(int descriptor), weft_wait_writable(int descriptor)
 * In a coroutine. Waits until a read from it, or a write to it, would not block: because it can be
 * done, or because it would fail. Raises the errors above at once; weft_bad_descriptor_error also
 * when it is closed meanwhile; weft_invalid_state_error if the loop's port has no descriptors. The
 * number is all that weft knows of it: it belongs to the program. O(1); O(those who wait) if
 * somebody waits for the same number already. */
#define weft_wait_readable(descriptor)                                                             \
    WEFT_WAIT_(weft_wait_descriptor_(weft_context_, (descriptor), WEFT_READABLE))
#define weft_wait_writable(descriptor)                                                             \
    WEFT_WAIT_(weft_wait_descriptor_(weft_context_, (descriptor), WEFT_WRITABLE))

/* loop.add_reader(descriptor, function), loop.add_writer(...), but for one call: `function(loop,
 * handle)` is called in a turn of its own when the descriptor is ready, or has turned out to be
 * bad (which reading from it, or writing, will tell). It may ask again. weft_handle_cancel is
 * remove_reader. Returns NULL, an error as above, or weft_invalid_state_error if the handle is not
 * idle; nothing is lost then. O(1), likewise. */
const weft_error *weft_call_when_readable(weft_loop *loop, weft_handle *handle, int descriptor,
                                          weft_function *function);
const weft_error *weft_call_when_writable(weft_loop *loop, weft_handle *handle, int descriptor,
                                          weft_function *function);

/* trio's notify_closing: to be called before close(descriptor). Tasks that wait for it raise
 * weft_bad_descriptor_error, calls are made. But who has been told already that it is ready, and
 * has not run since (two ticks at most), goes on to its read, or write, of a number that may be
 * another file's by then: the program has to know that it is closed (where tasks share the variable
 * that has the number, it is -1). O(those who wait for descriptors). */
void weft_notify_closing(weft_loop *loop, int descriptor);

/* ---- For ports, and hosts that drive a loop ---- */

/* What a watch waits for: a read, or a write. */
enum weft_watched_for { WEFT_READABLE, WEFT_WRITABLE };

/* The watches of a loop, one by one, in the order in which they began; NULL behind the last. Each
 * lasts until the loop runs, or it is told itself; to tell one ends no other. O(1). */
weft_watch *weft_first_watch(weft_loop *loop);
weft_watch *weft_next_watch(weft_watch *watch);

/* Of a watch: its descriptor, and what for. O(1). */
static inline int weft_watch_descriptor(const weft_watch *watch)
{
    return watch->watched.descriptor;
}
static inline enum weft_watched_for weft_watch_for(const weft_watch *watch)
{
    return watch->watched.mark & 1 ? WEFT_WRITABLE : WEFT_READABLE;
}

/* For a port's watch(). A number may be closed, and be another file's then, while somebody still
 * waits for the old one. So it says which file the watch is for, by what is likely to differ from
 * others: a hash of its inode and device, say, less its highest bit; 0 if it is not known. O(1). */
static inline void weft_watch_set_file(weft_watch *watch, uint32_t file)
{
    watch->watched.mark = file << 1 | weft_watch_for(watch);
}

/* And asks, if somebody may wait for that number already, whether this one can be watched as well:
 * NULL; or weft_descriptor_busy_error, because it is for the same. Those who wait for another file
 * of that number are told that it is bad. O(watches). */
const weft_error *weft_watch_admit(weft_loop *loop, const weft_watch *watch);

/* A port's, or a host's, word to a watch of the loop, which is over then: its descriptor is ready,
 * and who waits will run; or it is bad. O(1). */
void weft_watch_ready(weft_loop *loop, weft_watch *watch);
void weft_watch_bad(weft_loop *loop, weft_watch *watch);

weft_step_ weft_wait_descriptor_(weft_context *context, int descriptor, enum weft_watched_for what);

#ifdef __cplusplus
}
#endif
#endif
