/* The backend on Linux's epoll: for many descriptors, of any number. Descriptors that are not ready
 * add nothing to the cost of a sleep. weft.h leaves this header out: a program includes it by
 * name. */
#ifndef WEFT_CORE_BACKEND_EPOLL_H
#define WEFT_CORE_BACKEND_EPOLL_H

#include <sys/types.h>

#include "../backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the backend knows of one descriptor number. */
struct weft_epoll_slot_ {
    weft_watch *watches[2]; /* to read, to write; NULL: none */
    dev_t device;           /* of the file that the watches are for */
    ino_t inode;            /* of the file that the watches are for */
    bool always;            /* epoll refuses this kind of file: the descriptor is always ready */
};

/* The backend's memory. Unlike the rest of the library, this backend allocates: the table of slots
 * grows with realloc() when a watch begins. A wait that finds no memory fails with
 * weft_descriptor_range_error. */
typedef struct weft_epoll {
    weft_backend backend;
    int epoll;                      /* the epoll descriptor */
    int wake_event;                 /* an eventfd; -1: not open */
    struct weft_epoll_slot_ *slots; /* by number */
    size_t room;                    /* allocated slots */
    size_t always;                  /* watches in slots that are always ready */
    weft_time now;         /* the last time that was read; now() returns it if the clock fails */
    weft_time checked;     /* when the backend last searched for closed descriptors */
    weft_time check_every; /* microseconds between two such searches, at least; first 100 ms */
} weft_epoll;

/* Initialises the backend. The program owns *backend, and must call weft_epoll_close in the end.
 * Returns false if the system gives no epoll descriptor. O(1). */
bool weft_epoll_init(weft_epoll *backend);

/* Closes the epoll descriptor, and frees the slots. The loop must be closed before. O(1). */
void weft_epoll_close(weft_epoll *backend);

#ifdef __cplusplus
}
#endif
#endif
