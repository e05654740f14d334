/* SPDX-License-Identifier: MIT */
/* Streams: TCP connections that do not block. Each coroutine here stands for one of asyncio's
 * calls on a socket. It tries the system call, and waits while the call would block. */
#ifndef WEFT_SCENARIOS_STREAM_H
#define WEFT_SCENARIOS_STREAM_H

#include "weft.h"

/* A connection, and how many bytes went through it. The code that declares a stream must close
 * it. */
struct stream {
    int descriptor; /* -1: none */
    uint64_t sent, received;
};

/* ---- Errors --------------------------------------------------------------------------------- */

extern const weft_error os_error;         /* OSError */
extern const weft_error connection_error; /* ConnectionError: reset, a broken pipe; an os_error */
extern const weft_error incomplete_error; /* asyncio.IncompleteReadError: too few bytes */

/* OSError(number): stores the error in *failure, a member of the frame that raises it, and
 * returns it. */
const weft_error *os_fail(weft_error *failure, int number);

/* ---- Functions ------------------------------------------------------------------------------ */

/* socket.create_server(("127.0.0.1", port), backlog=backlog): returns the descriptor, or -1
 * with the reason in errno. Port 0 stands for any free port, which port_of(descriptor) returns. */
int listen_on(uint16_t port, int backlog);
uint16_t port_of(int descriptor);

/* Returns true if a read would not block: it would return bytes, the end, or an error. */
bool has_arrived(const struct stream *stream);

/* sock.shutdown(SHUT_WR): the other side reads the end. */
void end_writing(const struct stream *stream);

/* sock.close(): what was sent still arrives. transport.abort(): the peer gets ECONNRESET.
 * Neither does anything to a stream without a descriptor. */
void close_stream(weft_loop *loop, struct stream *stream);
void reset_stream(weft_loop *loop, struct stream *stream);

/* ---- Coroutines ----------------------------------------------------------------------------- */

/* sock = socket.socket(); await loop.sock_connect(sock, ("127.0.0.1", port)) */
struct connect_to {
    weft_frame frame;
    struct stream *stream;
    uint16_t port;
    weft_error failure;
};
WEFT_DECLARE(connect_to);

/* stream, _ = await loop.sock_accept(listener) */
struct accept_one {
    weft_frame frame;
    int listener;
    struct stream *stream;
    weft_error failure;
};
WEFT_DECLARE(accept_one);

/* result = await loop.sock_recv_into(sock, bytes): returns the number of bytes. 0 is the end. */
struct read_some {
    weft_frame frame;
    struct stream *stream;
    char *bytes;
    size_t size;
    size_t result;
    weft_error failure;
};
WEFT_DECLARE(read_some);

/* bytes = await reader.readexactly(size) */
struct read_exactly {
    weft_frame frame;
    struct stream *stream;
    char *bytes;
    size_t size;
    struct read_some read;
};
WEFT_DECLARE(read_exactly);

/* await loop.sock_sendall(sock, bytes) */
struct write_all {
    weft_frame frame;
    struct stream *stream;
    const char *bytes;
    size_t size;
    weft_error failure;
};
WEFT_DECLARE(write_all);

#endif
