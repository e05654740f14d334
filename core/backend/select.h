/* The backend on POSIX's select(): CLOCK_MONOTONIC, select(), and a pipe that ends a sleep. */
#ifndef WEFT_CORE_BACKEND_SELECT_H
#define WEFT_CORE_BACKEND_SELECT_H

#include <sys/select.h>
#include <sys/types.h>

#include "../backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The backend's memory. Most of it is two fd_set. */
typedef struct weft_select {
    weft_backend backend;
    fd_set watched[2]; /* descriptors that are watched for reading, for writing */
    int highest;       /* an upper bound of the descriptors in `watched`; -1: there are none */
    int wake_pipe[2];  /* a pipe, to read from and to write to; -1: not open */
    pid_t process;     /* the owner of the wake pipe: a child of fork() has a copy of it */
    weft_time now;     /* the last time that was read; now() returns it if the clock fails */
} weft_select;

/* weft_select_init(weft_select *backend): initialises the backend. Tasks can wait for descriptors
 * below FD_SETSIZE. Panics if the program was compiled with another FD_SETSIZE than the library,
 * since the struct has another size then. There is nothing to close: the wake pipe is open only
 * while a thread-safe handle is. O(1). */
#define weft_select_init(backend)                                                                  \
    weft_select_init_((backend), sizeof(weft_select), __FILE__, __LINE__)

void weft_select_init_(weft_select *backend, size_t size, const char *file, unsigned line);

/* Returns the descriptor of the wake pipe, for a host with a loop of its own; -1 while no
 * thread-safe handle is open. The host must poll it for reading, beside the descriptors that are
 * watched. weft_run_once empties the pipe. The descriptor changes only when the first handle is
 * opened and the last one is closed. O(1). */
static inline int weft_select_wake_descriptor(const weft_select *backend)
{
    return backend->wake_pipe[0];
}

/* Notes which file the watch is for (weft_watch_set_file), by fstat(). For the watch() of a backend
 * on a POSIX system. Returns NULL, or weft_bad_descriptor_error if the descriptor is not open.
 * O(1). */
const weft_error *weft_watch_stat(weft_watch *watch);

#ifdef __cplusplus
}
#endif
#endif
