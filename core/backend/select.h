/* The port of POSIX: CLOCK_MONOTONIC, select(), and a pipe for a bell. */
#ifndef WEFT_CORE_BACKEND_SELECT_H
#define WEFT_CORE_BACKEND_SELECT_H

#include <sys/select.h>

#include "../backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What it keeps. Its size is that of two fd_set, and a little. */
typedef struct weft_select {
    weft_backend backend;
    fd_set watched[2]; /* for reading, for writing */
    int highest;       /* no descriptor above it is in them; -1: none at all */
    int wake_pipe[2];  /* the pipe, while it is hung */
    weft_time now;     /* what the clock said last: it stands still rather than fail */
} weft_select;

/* weft_select_init(weft_select *port): sets the port up; it needs nothing else. Panics if the
 * program was compiled with another FD_SETSIZE than the library: a weft_select of the one is no
 * weft_select of the other. Descriptors below FD_SETSIZE can be waited for, as often
 * as there are tasks. It has nothing to clean up but the bell's pipe, which is there only while
 * handles for calls from outside are open. */
#define weft_select_init(backend)                                                                  \
    weft_select_init_((backend), sizeof(weft_select), __FILE__, __LINE__)

void weft_select_init_(weft_select *backend, size_t size, const char *file, unsigned line);

/* For a host with a loop of its own: the bell's descriptor, to be polled for reading beside those
 * that are watched (weft_run_once empties it); -1 while no handle for calls from outside is open,
 * which is when it changes. O(1). */
static inline int weft_select_wake_descriptor(const weft_select *backend)
{
    return backend->wake_pipe[0];
}

/* For the watch() of any port on a POSIX system: asks fstat() for the file of the watch's
 * descriptor, and has it noted (weft_watch_set_file). Returns NULL, or weft_bad_descriptor_error if
 * it is not open. O(1). */
const weft_error *weft_watch_stat(weft_watch *watch);

#ifdef __cplusplus
}
#endif
#endif
