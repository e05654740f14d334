/* SPDX-License-Identifier: MIT */
/* The floor of `echo`: a server on select(), written by hand. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "echo.h"

/* Returns what follows a call that failed. ECHO_BLOCKED: the server must wait for the descriptor
 * and try again. ECHO_CLOSED: the load has died. The load has printed the reason, so the server
 * prints nothing. */
static enum echo_step after_failure(const char *what)
{
    if (errno == EPIPE || errno == ECONNRESET)
        return ECHO_CLOSED;
    bench_expect(errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR, what);
    return ECHO_BLOCKED;
}

enum echo_step echo_receive(struct echo *echo, int connection)
{
    const ssize_t length = recv(connection, echo->data, sizeof echo->data, 0);
    if (length < 0)
        return after_failure("a server receives");
    echo->length = (size_t)length;
    echo->sent = 0;
    return length ? ECHO_DONE : ECHO_CLOSED;
}

enum echo_step echo_send(struct echo *echo, int connection)
{
    const size_t rest = echo->length - echo->sent;
    const ssize_t length = send(connection, echo->data + echo->sent, rest, MSG_NOSIGNAL);
    if (length < 0)
        return after_failure("a server sends");
    echo->sent += (size_t)length;
    return echo->sent == echo->length ? ECHO_DONE : ECHO_BLOCKED;
}

/* Each open connection is in one of two sets: it is read from, or it waits to send its reply. */
struct server {
    fd_set reads, writes;
    int highest;
    size_t open, blocked; /* connections in both sets; in `writes` */
    struct echo *echoes;  /* by descriptor */
};

static void hang_up(struct server *server, int connection)
{
    FD_CLR(connection, &server->reads);
    if (FD_ISSET(connection, &server->writes)) {
        FD_CLR(connection, &server->writes);
        server->blocked--;
    }
    close(connection);
    server->open--;
}

static void answer(struct server *server, int connection)
{
    switch (echo_send(&server->echoes[connection], connection)) {
    case ECHO_DONE:
        break;
    case ECHO_BLOCKED:
        FD_CLR(connection, &server->reads);
        FD_SET(connection, &server->writes);
        server->blocked++;
        break;
    case ECHO_CLOSED:
        hang_up(server, connection);
        break;
    }
}

static void hear(struct server *server, int connection)
{
    switch (echo_receive(&server->echoes[connection], connection)) {
    case ECHO_DONE:
        answer(server, connection);
        break;
    case ECHO_BLOCKED:
        break;
    case ECHO_CLOSED:
        hang_up(server, connection);
        break;
    }
}

static void go_on(struct server *server, int connection)
{
    switch (echo_send(&server->echoes[connection], connection)) {
    case ECHO_DONE:
        FD_CLR(connection, &server->writes);
        FD_SET(connection, &server->reads);
        server->blocked--;
        break;
    case ECHO_BLOCKED:
        break;
    case ECHO_CLOSED:
        hang_up(server, connection);
        break;
    }
}

/* Waits once, and serves the connections that are ready. */
static void serve(struct server *server)
{
    fd_set reads = server->reads, writes = server->writes;
    const int highest = server->highest;
    const bool blocked = server->blocked;
    int ready = select(highest + 1, &reads, blocked ? &writes : NULL, NULL, NULL);
    bench_expect(ready >= 0 || errno == EINTR, "select() waits");
    for (int i = 0; i <= highest && ready > 0; i++)
        if (FD_ISSET(i, &reads)) {
            hear(server, i);
            ready--;
        } else if (blocked && FD_ISSET(i, &writes)) {
            go_on(server, i);
            ready--;
        }
}

void echo_serve_raw(const int *connections, size_t n)
{
    struct server server = {.open = n};
    FD_ZERO(&server.reads);
    FD_ZERO(&server.writes);
    for (size_t i = 0; i < n; i++) {
        bench_expect(connections[i] < FD_SETSIZE, "select() takes the descriptor");
        FD_SET(connections[i], &server.reads);
        if (server.highest < connections[i])
            server.highest = connections[i];
    }
    server.echoes = bench_allocate(((size_t)server.highest + 1) * sizeof *server.echoes);
    while (server.open)
        serve(&server);
    free(server.echoes);
}
