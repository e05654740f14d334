/* A load for the echo server: clients that say lines and compare what comes back, byte by byte; and
 * one that kills them. */
#ifndef WEFT_SCENARIOS_ECHO_LOAD_H
#define WEFT_SCENARIOS_ECHO_LOAD_H

#include "echo_server.h"

/* Says one line, and reads the reply. */
struct request {
    weft_frame frame;
    struct echo_client *client;
    struct stream *stream;
    size_t size, received, piece;
    uint64_t sent_before; /* what the stream had sent when it began */
    weft_group both;
    WEFT_TASK(write_all) write;
    struct read_exactly read;
};

/* One connection, for some requests. */
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

/* A client: makes visits until its requests are done. */
struct visit_often {
    weft_frame frame;
    struct echo_client *client;
    struct visit visit;
};

/* What is left of a client when it is killed, for the one that goes on in its place. */
struct echo_client {
    WEFT_TASK(visit_often) task;
    struct echo_load *load;
    uint64_t number, requests, done;
    char *line;            /* what it says: load->longest bytes, the program's */
    char piece[16 * 1024]; /* of the reply */
    weft_error wrong_reply;
    char text[80]; /* ... and its text */
};

/* Cancels a client at random, time and again, and starts another in its place. */
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
    uint64_t visit;       /* the most requests on one connection */
    size_t longest;       /* line, in bytes */
    weft_time time_limit; /* for a request */
    weft_time kill_every; /* 0: never */
    size_t count;
    struct echo_client
        *clients;      /* the program's: `count` of them, all zero at first, but for `line` */
    size_t unfinished; /* of those */
    bool stopping;     /* no new requests */
    weft_task *killer; /* NULL: there is none */
    uint64_t random;
    uint64_t done, killed, timed_out;
    struct tally between; /* connections that were left between two requests */
};

/* async with asyncio.TaskGroup() as group: all clients, and who kills them. */
struct run_load {
    weft_frame frame;
    struct echo_load *load;
    weft_group group;
    WEFT_TASK(kill_clients) killer;
};
WEFT_DECLARE(run_load);

/* Clients end when the requests that have begun are done. */
void stop_load(struct echo_load *load);

#endif
