/* SPDX-License-Identifier: MIT */
/* The server of `echo` on libuv. Built if configure has found libuv. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <uv.h>

#include "echo.h"

struct connection {
    uv_tcp_t tcp; /* the first member */
    uv_write_t write;
    uv_buf_t rest;
    char data[ECHO_BUFFER];
};

/* A connection is not read before its reply is sent, so its buffer is free when it is read. */
static void give_buffer(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
    struct connection *const connection = (struct connection *)(void *)handle;
    (void)wanted;
    *buffer = uv_buf_init(connection->data, sizeof connection->data);
}

/* Returns true if the load has closed the connection, or has died. */
static bool is_gone(ssize_t result)
{
    return result == UV_EOF || result == UV_ECONNRESET || result == UV_EPIPE;
}

static void hear(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer);

static void go_on(uv_write_t *write, int status)
{
    bench_expect(!status || is_gone(status), "libuv's server answers later");
    bench_expect(!uv_read_start(write->handle, give_buffer, hear), "libuv goes on to listen");
}

static void answer_later(struct connection *connection, uv_stream_t *stream, uv_buf_t rest)
{
    connection->rest = rest;
    uv_read_stop(stream);
    bench_expect(!uv_write(&connection->write, stream, &connection->rest, 1, go_on),
                 "libuv takes what cannot be sent at once");
}

static void hear(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    if (is_gone(length)) {
        uv_close((uv_handle_t *)stream, NULL);
        return;
    }
    bench_expect(length >= 0, "libuv's server hears");
    uv_buf_t reply = uv_buf_init(buffer->base, (unsigned)length);
    const int sent = length ? uv_try_write(stream, &reply, 1) : 0;
    bench_expect(sent >= 0 || sent == UV_EAGAIN || is_gone(sent), "libuv's server answers");
    const size_t done = sent > 0 ? (size_t)sent : 0;
    if (done == (size_t)length || is_gone(sent)) /* the next read reports the end, too */
        return;
    reply = uv_buf_init(buffer->base + done, (unsigned)((size_t)length - done));
    answer_later((struct connection *)(void *)stream, stream, reply);
}

void echo_serve_libuv(const int *connections, size_t n)
{
    struct connection *const all = bench_allocate(n * sizeof *all);
    uv_loop_t loop;
    bench_expect(!uv_loop_init(&loop), "libuv has a loop");
    for (size_t i = 0; i < n; i++) {
        uv_stream_t *const stream = (uv_stream_t *)&all[i].tcp;
        bench_expect(!uv_tcp_init(&loop, &all[i].tcp), "libuv has a connection");
        bench_expect(!uv_tcp_open(&all[i].tcp, connections[i]), "libuv takes the descriptor");
        bench_expect(!uv_read_start(stream, give_buffer, hear), "libuv listens");
    }
    bench_expect(!uv_run(&loop, UV_RUN_DEFAULT), "libuv runs until all are closed");
    bench_expect(!uv_loop_close(&loop), "libuv closes");
    free(all);
}
