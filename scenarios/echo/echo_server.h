/* The echo server: what it gets it sends back. A request is a line, of any length. */
#ifndef WEFT_SCENARIOS_ECHO_SERVER_H
#define WEFT_SCENARIOS_ECHO_SERVER_H

#include "stream.h"

/* Connections that have ended, and what went through them. */
struct tally {
    uint64_t connections, received, sent;
};

void count_stream(struct tally *tally, const struct stream *stream);

/* Waits for the next request of a connection. */
struct request_begins {
    weft_frame frame;
    const struct echo_server *server;
    const struct stream *stream;
    weft_timeout patience;
    bool result; /* false: there will be none */
};

/* Serves one connection, to its end. */
struct serve_one {
    weft_frame frame;
    struct echo_server *server;
    struct stream stream;
    char *buffer;
    size_t size;
    bool in_request; /* a part of a line has come, but not its end */
    bool well;       /* it has ended, between two requests */
    struct request_begins begins;
    struct read_some read;
    struct write_all write;
    weft_exit left;
};

/* A place for a connection: its task, and what that needs. */
struct connection {
    WEFT_TASK(serve_one) task;
    weft_handle ended;
    struct echo_server *server;
    struct connection *next_free;
    bool used;
    char buffer[16 * 1024];
};

struct echo_server {
    int listener; /* -1: it does not listen */
    uint16_t port;
    size_t room;                /* for so many connections at a time */
    struct connection *places;  /* the program's: `room` of them, all zero at first */
    struct connection *free;    /* of those */
    weft_semaphore permits;     /* as many as are free */
    weft_task *accepting;       /* NULL: nobody does */
    bool draining;              /* no new connections, no new requests */
    struct tally between, lost; /* connections that ended between two requests, and otherwise */
};

/* Listens on the port, 0 for any. False: errno says why. */
bool open_server(struct echo_server *server, uint16_t port, struct connection *places, size_t room);

/* server.close(): no new connections; those in the backlog are reset. */
void stop_listening(weft_loop *loop, struct echo_server *server);

/* No new connections, no new requests; those that have begun get their reply. Returns how many
 * connections are left to do so. */
size_t drain_server(weft_loop *loop, struct echo_server *server);

/* Accepts connections, takes one semaphore's permit for each, and a task; serves until the server
 * has drained. */
struct accept_all {
    weft_frame frame;
    struct echo_server *server;
    weft_group *group;
    struct stream stream;
    struct accept_one accept;
    const weft_error *error;
};

struct serve {
    weft_frame frame;
    struct echo_server *server;
    weft_group group;
    WEFT_TASK(accept_all) accepting;
    weft_exit left;
};
WEFT_DECLARE(serve);

#endif
