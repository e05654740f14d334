/* SPDX-License-Identifier: MIT */
/* A load for the echo server. Clients send lines and compare the replies, byte by byte. A killer
 * cancels clients at random. */
#ifndef WEFT_SCENARIOS_ECHO_LOAD_H
#define WEFT_SCENARIOS_ECHO_LOAD_H

#include "echo_server.h"

/* Sends one line and reads the reply. */
struct request {
    weft_frame frame;
    struct echo_client *client;
    struct stream *stream;
    size_t size, received, piece;
    uint64_t sent_before; /* bytes that the stream had sent when the request began */
    weft_group both;
    WEFT_TASK(write_all) write;
    struct read_exactly read;
};

/* Makes one connection, for one or more requests. */
struct visit {
    weft_frame frame;
    struct echo_client *client;
    struct stream stream;
    uint64_t requests;
    bool connected;
    struct connect_to connect;
    struct request request;
    struct read_some read;
    weft_timeout limit;
    weft_exit left;
};

/* Runs one client: makes visits until the client's requests are done. */
struct visit_often {
    weft_frame frame;
    struct echo_client *client;
    struct visit visit;
};

/* The part of a client that a kill leaves alone: the client's next task goes on with it. */
struct echo_client {
    WEFT_TASK(visit_often) task;
    struct echo_load *load;
    uint64_t number, requests, done;
    char *line;            /* room for a line: load->longest bytes, of the program's memory */
    char piece[16 * 1024]; /* a part of the reply */
    weft_error wrong_reply;
    char text[80]; /* text of the client's error */
};

/* Cancels a client at random, again and again, and starts a new task in its place. */
struct kill_clients {
    weft_frame frame;
    struct echo_load *load;
    weft_group *group;
    struct echo_client *victim;
    weft_time next;
    WEFT_WAIT_SET(1) wait;
};

struct echo_load {
    uint16_t port;
    uint64_t seed, requests;
    uint64_t visit;       /* maximal number of requests on one connection */
    size_t longest;       /* longest line, in bytes */
    weft_time time_limit; /* for one request */
    weft_time kill_every; /* time between two kills; 0: no kills */
    size_t count;
    struct echo_client
        *clients;      /* the program's array of `count` clients, zero at first except for `line` */
    size_t unfinished; /* clients that have not finished */
    bool stopping;     /* true: clients begin no new request */
    weft_task *killer; /* NULL if there is none */
    uint64_t random;
    uint64_t done, killed, timed_out;
    struct tally between; /* connections that were closed between two requests */
};

/* async with asyncio.TaskGroup() as group: runs all clients, and the killer. */
struct run_load {
    weft_frame frame;
    struct echo_load *load;
    weft_group group;
    WEFT_TASK(kill_clients) killer;
};
WEFT_DECLARE(run_load);

/* Makes each client end when its current request is done. */
void stop_load(struct echo_load *load);

#endif
