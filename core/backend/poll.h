/* The backend on POSIX's poll(): for descriptors of any number. weft.h leaves this header out: a
 * program includes it by name.
 *
 * A host that calls poll() itself, with descriptors of its own, uses the two halves of a sleep
 * (examples/poll.c): weft_poll_fill before poll(), weft_poll_notify after it.
 */
#ifndef WEFT_CORE_BACKEND_POLL_H
#define WEFT_CORE_BACKEND_POLL_H

#include <poll.h>

#include "../backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The backend's memory. Unlike the rest of the library, this backend allocates: its tables grow
 * with realloc() when a watch begins. A wait that finds no memory fails with
 * weft_descriptor_range_error. */
typedef struct weft_poll {
    weft_backend backend;
    struct pollfd *entries; /* first the host's, then the wake pipe's, then one for each number */
    nfds_t count, room;     /* entries that are used; that are allocated */
    nfds_t own;             /* the host's entries */
    nfds_t watched;         /* watches; a number has up to two */
    nfds_t *entry_of; /* by number: the index of its entry; valid if that entry has the number */
    size_t numbers;   /* length of entry_of */
    int wake_pipe[2]; /* a pipe, to read from and to write to; -1: not open */
    weft_time now;    /* the last time that was read; now() returns it if the clock fails */
    bool notified;    /* by the host (weft_poll_notify): the next poll can be left out */
} weft_poll;

/* Initialises the backend. The first `own` entries are the host's; 0 if weft's loop is the
 * program's only one. The program owns *backend, and must call weft_poll_close in the end. Returns
 * false if there is no memory. O(own). */
bool weft_poll_init(weft_poll *backend, nfds_t own);

/* Frees what weft_poll_init and the watches allocated. The loop must be closed before. O(1). */
void weft_poll_close(weft_poll *backend);

/* Fills in all entries except the host's own, which it leaves alone. A host calls it before
 * poll(backend->entries, backend->count, timeout). The entries may move when a watch begins. O(n)
 * watches. */
void weft_poll_fill(weft_poll *backend);

/* Returns the timeout for a host's poll(): the milliseconds until `until` by the loop's clock,
 * rounded up; -1 for WEFT_FOREVER. O(1). */
int weft_poll_timeout(weft_poll *backend, weft_time until);

/* Ends the watches whose descriptors poll() has reported. A host calls it after poll() has returned
 * a count above 0, and then calls weft_run_once. O(n) watches. */
void weft_poll_notify(weft_poll *backend);

#ifdef __cplusplus
}
#endif
#endif
