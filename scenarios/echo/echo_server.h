/* SPDX-License-Identifier: MIT */
/* The echo server: it sends back each byte that it receives. A request is a line, of any length. */
#ifndef WEFT_SCENARIOS_ECHO_SERVER_H
#define WEFT_SCENARIOS_ECHO_SERVER_H

#include "stream.h"

/* Counts connections that have ended, and their bytes. */
struct tally {
    uint64_t connections, received, sent;
};

void count_stream(struct tally *tally, const struct stream *stream);

/* Waits for the next request of a connection. */
struct request_begins {
    weft_frame frame;
    const struct echo_server *server;
    const struct stream *stream;
    weft_timeout idle;
    bool result; /* false: the connection has no further request */
};

/* Serves one connection, to its end. */
struct serve_one {
    weft_frame frame;
    struct echo_server *server;
    struct stream stream;
    char *buffer;
    size_t size;
    bool in_request; /* a part of a line has arrived, but not its end */
    bool well;       /* the connection ended between two requests */
    struct request_begins begins;
    struct read_some read;
    struct write_all write;
    weft_exit left;
};

/* Memory for one connection: its task, and all that the task needs. */
struct connection {
    WEFT_TASK(serve_one) task;
    weft_handle ended;
    struct echo_server *server;
    struct connection *next_free;
    bool used;
    char buffer[16 * 1024];
};

struct echo_server {
    int listener; /* -1: the server does not listen */
    uint16_t port;
    size_t room;                /* maximal number of connections; length of `places` */
    struct connection *places;  /* the program's array, zero at first */
    struct connection *free;    /* list of the free places */
    weft_semaphore permits;     /* one unit for each free place */
    weft_task *accepting;       /* the task that accepts; NULL if none does */
    bool draining;              /* the server takes no new connections and no new requests */
    struct tally between, lost; /* connections that ended between two requests; all others */
};

/* Listens on the port; 0 stands for any free port. Returns false on failure, with the reason in
 * errno. */
bool open_server(struct echo_server *server, uint16_t port, struct connection *places, size_t room);

/* server.close(): accepts no new connection. Connections in the backlog are reset. */
void stop_listening(weft_loop *loop, struct echo_server *server);

/* Stops taking new connections and new requests. A request that has begun still gets its reply.
 * Returns the number of connections in a request. */
size_t drain_server(weft_loop *loop, struct echo_server *server);

/* Accepts connections until the server drains. Each connection takes a unit of the semaphore,
 * and a task. */
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
