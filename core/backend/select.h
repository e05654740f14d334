/* SPDX-License-Identifier: MIT */
/* The backend on POSIX's select(): CLOCK_MONOTONIC, select(), and a pipe that ends a sleep.
 * A watch is one wait for one descriptor, either to read or to write. */
#ifndef WEFT_CORE_BACKEND_SELECT_H
#define WEFT_CORE_BACKEND_SELECT_H

#include <sys/select.h>
#include <sys/types.h>

#include "../backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The backend's memory. Most of this memory is two fd_set. */
typedef struct weft_select {
    weft_backend backend;
    fd_set watched[2]; /* the descriptors watched to read; the descriptors watched to write */
    int highest;       /* no descriptor in `watched` is above this number; -1: there is none */
    int wake_pipe[2];  /* a pipe that ends a sleep: the read end, the write end; -1: not open */
    pid_t process;     /* the process that made the wake pipe; a child of fork() makes its own */
    weft_time now;     /* the time read last; used if the clock fails later */
} weft_select;

/* weft_select_init(weft_select *backend): initialises the backend. Tasks can wait for descriptors
 * below FD_SETSIZE. Panics if the program and the library were compiled with different values of
 * FD_SETSIZE, because the size of weft_select differs then. There is nothing to close: the wake
 * pipe is open only while a thread-safe handle (threadsafe.h) is open. O(1). */
#define weft_select_init(backend)                                                                  \
    weft_select_init_((backend), sizeof(weft_select), __FILE__, __LINE__)

void weft_select_init_(weft_select *backend, size_t size, const char *file, unsigned line);

/* Returns the descriptor of the wake pipe; -1 while no thread-safe handle is open. For a host: a
 * program that drives weft's loop from an event loop of its own. The host must poll this descriptor
 * for reading, besides the watched descriptors. weft_run_once empties the pipe. The descriptor
 * changes only when the first handle is opened and when the last handle is closed. O(1). */
static inline int weft_select_wake_descriptor(const weft_select *backend)
{
    return backend->wake_pipe[0];
}

/* Calls fstat() for the watch's descriptor, and stores in the watch which file that is
 * (weft_watch_set_file). For the `watch` function of a backend on a POSIX system. Returns NULL, or
 * weft_bad_descriptor_error if the descriptor is not open. O(1). */
const weft_error *weft_watch_stat(weft_watch *watch);

#ifdef __cplusplus
}
#endif
#endif
