/* The port on POSIX's poll(): it waits for descriptors of any number. It is split into two halves
 * for a host that calls poll() itself, for its own descriptors besides (examples/poll.c). A program
 * includes this header by name: weft.h leaves it out. */
#ifndef WEFT_CORE_BACKEND_POLL_H
#define WEFT_CORE_BACKEND_POLL_H

#include <poll.h>

#include "../backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What it keeps. Unlike the rest of the library, it allocates: the tables of entries grow with
 * realloc() when a watch begins. A wait that finds no memory fails with
 * weft_descriptor_range_error. */
typedef struct weft_poll {
    weft_backend backend;
    struct pollfd *entries; /* the host's; the bell's; and one a number that is watched */
    nfds_t count, room;     /* of entries: used, allocated */
    nfds_t own;             /* entries of the host, in front */
    nfds_t watched;         /* watches: up to two for a number */
    nfds_t *places;   /* by number: the index of its entry, valid if the entry has that number */
    size_t numbers;   /* of places */
    int wake_pipe[2]; /* a pipe; -1: it is not hung */
    weft_time now;    /* what the clock said last: it stands still rather than fail */
    bool told;        /* by the host: the next look is not needed */
} weft_poll;

/* Sets the port up, with the first `own` entries for the host: 0 if weft's loop is the program's.
 * Returns false if there is no memory. */
bool weft_poll_init(weft_poll *backend, nfds_t own);

/* Frees what weft_poll_init and the watches allocated. The loop must have been closed before. */
void weft_poll_close(weft_poll *backend);

/* For a host, before poll(entries, count, timeout): fills in all entries but the host's own, which
 * it leaves alone. O(n) watches. */
void weft_poll_fill(weft_poll *backend);

/* For a host: returns poll()'s timeout, the milliseconds until `until` by the loop's clock, rounded
 * up; -1 for WEFT_FOREVER. O(1). */
int weft_poll_timeout(weft_poll *backend, weft_time until);

/* For a host, after poll() has reported something: tells the waiters of each descriptor that is
 * ready. The host calls weft_run_once next. O(n) watches. */
void weft_poll_tell(weft_poll *backend);

#ifdef __cplusplus
}
#endif
#endif
