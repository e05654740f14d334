/* A port on poll(), and its two halves for a host that calls poll() itself, for others besides
 * (examples/poll.c). */
#ifndef EXAMPLES_PORT_POLL_H
#define EXAMPLES_PORT_POLL_H

#include <poll.h>

#include "weft.h"

struct poll_port {
    weft_port port;
    struct pollfd *entries; /* the host's; the bell's; and one a number that is watched */
    nfds_t count, room;     /* of them */
    nfds_t own;             /* the host's */
    nfds_t watched;         /* watches: up to two for a number */
    nfds_t *places;         /* by number: which entry it has, if that says so as well */
    size_t numbers;         /* of places */
    int bell[2];            /* a pipe; -1: it is not hung */
    bool told;              /* by the host: the next look is not needed */
};

/* Sets the port up, with the first `own` entries for the host: false if there is no memory. It
 * lasts until poll_port_close, which comes after weft_loop_close. */
bool poll_port_init(struct poll_port *port, nfds_t own);
void poll_port_close(struct poll_port *port);

/* For a host, before poll(): fills in all entries but its own, which stay what they are. */
void poll_port_fill(struct poll_port *port);

/* The timeout for that: milliseconds until `until` by the loop's clock, rounded up; -1 for ever. */
int poll_port_timeout(struct poll_port *port, weft_time until);

/* And after poll() has reported something: tells those who wait. weft_run_once comes next. */
void poll_port_tell(struct poll_port *port);

#endif
