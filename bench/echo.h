/* SPDX-License-Identifier: MIT */
/* Shared by the servers and the load of `echo`. */
#ifndef BENCH_ECHO_H
#define BENCH_ECHO_H

#include "bench.h"

enum { ECHO_REQUEST = 64, ECHO_BUFFER = 1000 };

/* Serves `n` non-blocking connections until the other side has closed all of them. Runs in a
 * process of its own, and ends that process if a call fails. */
typedef void echo_server(const int *connections, size_t n);

echo_server echo_serve_raw, echo_serve_libuv;

/* The bytes that were received on a connection and not sent back yet. All zero bytes: none. */
struct echo {
    size_t length, sent;
    char data[ECHO_BUFFER];
};

enum echo_step {
    ECHO_DONE,    /* received some bytes; or sent all bytes */
    ECHO_BLOCKED, /* must wait for the descriptor first */
    ECHO_CLOSED   /* the other side has closed the connection */
};

/* echo_receive calls recv() once, into an empty `echo`. echo_send calls send() once, with the bytes
 * of `echo`. weft's server and the floor use these functions, so they differ only in how they
 * wait. */
enum echo_step echo_receive(struct echo *echo, int connection);
enum echo_step echo_send(struct echo *echo, int connection);

/* The load: `n` connections to a server in a child process. Each connection sends a request when
 * the reply to its last request has come. The functions are those of a bench_side. The measured
 * time is the server's. */
void *echo_load_create(size_t n, echo_server *server);
void echo_load_arm(void *state, uint32_t passes);
void echo_load_run(void *state);
void echo_load_check(void *state);
double echo_load_cpu_ns(void *state);
void echo_load_dispose(void *state);

/* Returns `result`. If it is -1, prints the error and ends the program. */
int echo_expect(int result, const char *what);

#endif
