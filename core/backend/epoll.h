/* SPDX-License-Identifier: MIT */
/* The backend on Linux's epoll: for many descriptors, of any number.
 * A watch is one wait for one descriptor, either to read or to write. The cost of a sleep does not
 * depend on the number of watched descriptors that are not ready. A program that uses this backend
 * includes core/backend/epoll.h by name, because weft.h does not include this header. */
#ifndef WEFT_CORE_BACKEND_EPOLL_H
#define WEFT_CORE_BACKEND_EPOLL_H

#include <sys/types.h>

#include "../backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the backend knows of one descriptor number. */
struct weft_epoll_slot_ {
    weft_watch *watches[2]; /* the watch to read, the watch to write; NULL: none */
    dev_t device;           /* the device of the watched file */
    ino_t inode;            /* the inode of the watched file */
    bool always;            /* true: epoll refuses this kind of file; it counts as always ready */
};

/* The backend's memory. Unlike the rest of the library, this backend allocates memory. When a watch
 * begins, the array of slots may grow by realloc(). If there is no memory, the wait for the
 * descriptor fails with weft_descriptor_range_error. */
typedef struct weft_epoll {
    weft_backend backend;
    int epoll;                      /* the epoll descriptor */
    int wake_event;                 /* an eventfd; -1: not open */
    struct weft_epoll_slot_ *slots; /* an array; the index is the descriptor's number */
    size_t room;                    /* number of elements of the array `slots` */
    size_t always;                  /* number of watches whose descriptor is always ready */
    weft_time now;                  /* the time read last; used if the clock fails later */
    weft_time checked;              /* time of the last search for closed descriptors */
    weft_time check_every;          /* least time between two searches; at first 100 ms */
} weft_epoll;

/* Initialises the backend. The program owns *backend, and must call weft_epoll_close after
 * weft_loop_close. Returns false if the system gives no epoll descriptor. O(1). */
bool weft_epoll_init(weft_epoll *backend);

/* Closes the epoll descriptor, and frees the array of slots. The program must close the loop first.
 * O(1). */
void weft_epoll_close(weft_epoll *backend);

#ifdef __cplusplus
}
#endif
#endif
