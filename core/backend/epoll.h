/* The port on Linux's epoll: for many descriptors, of any number. A sleep's cost does not grow
 * with the descriptors that are not ready. A program includes this header by name: weft.h leaves it
 * out. */
#ifndef WEFT_CORE_BACKEND_EPOLL_H
#define WEFT_CORE_BACKEND_EPOLL_H

#include <sys/types.h>

#include "../backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A descriptor's number, and the watches of it. */
struct weft_epoll_slot_ {
    weft_watch *watches[2]; /* to read, to write; NULL: none */
    dev_t device;           /* of the file that the watches are for */
    ino_t inode;
    bool always; /* it is of a kind that epoll refuses: always ready */
};

/* What it keeps. Unlike the rest of the library, it allocates: the table of slots grows with
 * realloc() when a watch begins. A wait that finds no memory fails with
 * weft_descriptor_range_error. */
typedef struct weft_epoll {
    weft_backend backend;
    int epoll, wake_pipe;           /* descriptors; bell: -1 while it is not hung */
    struct weft_epoll_slot_ *slots; /* by number */
    size_t room;                    /* of slots */
    size_t always;                  /* watches in slots that are always ready */
    weft_time now;                  /* what the clock said last: it stands still rather than fail */
    weft_time checked;              /* when it last looked for descriptors that were closed */
    weft_time check_every;          /* the least time between two such looks: 100 ms at first */
} weft_epoll;

/* Sets the port up. Returns false if the system gives no epoll descriptor. */
bool weft_epoll_init(weft_epoll *backend);

/* Closes the epoll descriptor and frees the slots. The loop must have been closed before. */
void weft_epoll_close(weft_epoll *backend);

#ifdef __cplusplus
}
#endif
#endif
