/* A port on Linux's epoll: for many descriptors, of any number. */
#ifndef EXAMPLES_PORT_EPOLL_H
#define EXAMPLES_PORT_EPOLL_H

#include <sys/types.h>

#include "weft.h"

/* A descriptor's number, and who waits for it. */
struct epoll_slot {
    weft_watch *watches[2]; /* to read, to write; NULL: nobody */
    dev_t device;           /* of the file that they wait for */
    ino_t inode;
    bool always; /* it is of a kind that epoll refuses: always ready */
};

struct epoll_port {
    weft_port port;
    int epoll, bell;
    struct epoll_slot *slots; /* by number */
    size_t room;              /* of them */
    size_t always;            /* watches in slots that are always ready */
    weft_time checked;        /* when it was last looked for descriptors that were closed */
    weft_time check_every;
};

/* Sets the port up: false if there is no epoll to be had. It lasts until epoll_port_close, which
 * comes after weft_loop_close. */
bool epoll_port_init(struct epoll_port *port);
void epoll_port_close(struct epoll_port *port);

#endif
