/* SPDX-License-Identifier: MIT */
/* The backend on POSIX's poll(): for descriptors of any number.
 * A watch is one wait for one descriptor, either to read or to write. A program that uses this
 * backend includes core/backend/poll.h by name, because weft.h does not include this header.
 *
 * A host is a program that drives weft's loop from an event loop of its own. A host that calls
 * poll() itself calls weft_poll_fill before poll(), and weft_poll_notify after poll()
 * (examples/poll.c). */
#ifndef WEFT_CORE_BACKEND_POLL_H
#define WEFT_CORE_BACKEND_POLL_H

#include <poll.h>

#include "../backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The backend's memory. Unlike the rest of the library, this backend allocates memory. When a watch
 * begins, the arrays of the backend may grow by realloc(). If there is no memory, the wait for the
 * descriptor fails with weft_descriptor_range_error. */
typedef struct weft_poll {
    weft_backend backend;
    /* The array for poll(): first the host's entries, then the entry of the wake pipe, then one
     * entry for each watched descriptor. */
    struct pollfd *entries;
    nfds_t count, room; /* number of entries in use; number of entries allocated */
    nfds_t own;         /* number of the host's entries */
    nfds_t watched;     /* number of watches; a descriptor has up to two: to read, to write */
    /* An array; its index is a descriptor's number. The element is the index of an entry, and is
     * valid only if that entry is for this number. */
    nfds_t *entry_of;
    size_t numbers;   /* number of elements of the array entry_of */
    int wake_pipe[2]; /* a pipe that ends a sleep: the read end, the write end; -1: not open */
    weft_time now;    /* the time read last; used if the clock fails later */
    bool notified;    /* true: the host has called weft_poll_notify, so sleep() need not poll */
} weft_poll;

/* Initialises the backend. `own` is the number of entries that the host uses for its own
 * descriptors, at the beginning of backend->entries; 0 if there is no host. The program owns
 * *backend, and must call weft_poll_close after weft_loop_close. Returns false if there is no
 * memory. O(n), n: `own`. */
bool weft_poll_init(weft_poll *backend, nfds_t own);

/* Frees the memory that the backend has allocated. The program must close the loop first. O(1). */
void weft_poll_close(weft_poll *backend);

/* Fills in all entries of the array backend->entries, except the host's own entries. A host calls
 * this function before poll(backend->entries, backend->count, timeout). When a watch begins, the
 * array may move, so the host must read backend->entries again. O(n), n: the watches. */
void weft_poll_fill(weft_poll *backend);

/* Returns the timeout that a host passes to poll(): the milliseconds from now to the time `until`
 * of the loop's clock, rounded up. If `until` is WEFT_FOREVER, returns -1. O(1). */
int weft_poll_timeout(weft_poll *backend, weft_time until);

/* Ends the waits for the descriptors that poll() has reported. A host calls this function when
 * poll() has returned a count above 0, and then calls weft_run_once. O(n), n: the watches. */
void weft_poll_notify(weft_poll *backend);

#ifdef __cplusplus
}
#endif
#endif
