/* What the servers and the load of `echo` share. */
#ifndef BENCH_ECHO_H
#define BENCH_ECHO_H

#include "bench.h"

enum { ECHO_REQUEST = 64, ECHO_BUFFER = 1000 };

/* Serves `n` connections, which do not block, until the other side has closed each. Called in a
 * process of its own; ends it if something fails. */
typedef void echo_server(const int *connections, size_t n);

echo_server echo_serve_raw, echo_serve_libuv;

/* What was received on a connection and is not sent back yet; all zero bytes: nothing. */
struct echo {
    size_t length, sent;
    char data[ECHO_BUFFER];
};

enum echo_step {
    ECHO_DONE,    /* received something; or sent all of it */
    ECHO_BLOCKED, /* has to wait for the descriptor first */
    ECHO_CLOSED   /* the other side has closed it */
};

/* One recv() into the empty `echo`; one send() of what it holds. Weft's server and the raw one call
 * the same, so that what they differ in is how they wait. */
enum echo_step echo_receive(struct echo *echo, int connection);
enum echo_step echo_send(struct echo *echo, int connection);

/* The load: `n` connections to a server in a child process, and a request on each, sent when the
 * reply to the one before has come. These are what a bench_side wants; its time is the server's. */
void *echo_load_create(size_t n, echo_server *server);
void echo_load_arm(void *state, uint32_t passes);
void echo_load_run(void *state);
void echo_load_check(void *state);
double echo_load_cpu_ns(void *state);
void echo_load_dispose(void *state);

/* Returns `result`; ends the program, and says why, if that is -1. */
int echo_expect(int result, const char *what);

#endif
