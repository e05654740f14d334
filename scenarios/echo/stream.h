/* Streams: connections over TCP that do not block; and for each thing that asyncio's loop does with
 * a socket, a coroutine that does it here. Each tries, and waits while it would block. */
#ifndef WEFT_SCENARIOS_STREAM_H
#define WEFT_SCENARIOS_STREAM_H

#include "weft.h"

/* A connection, and how much has gone through it. Whoever declares one closes it. */
struct stream {
    int descriptor; /* -1: there is none */
    uint64_t sent, received;
};

/* ---- Errors --------------------------------------------------------------------------------- */

extern const weft_error os_error;         /* OSError */
extern const weft_error connection_error; /* ConnectionError: reset, a broken pipe; an os_error */
extern const weft_error incomplete_error; /* asyncio.IncompleteReadError: the end came before */

/* OSError(number): one, in the frame of the coroutine that raises it. */
const weft_error *os_fail(weft_error *failure, int number);

/* ---- Functions ------------------------------------------------------------------------------ */

/* socket.create_server(("127.0.0.1", port), backlog=backlog): its descriptor; -1: errno says why.
 * A port of 0 is any that is free; port_of(descriptor) says which. */
int listen_on(uint16_t port, int backlog);
uint16_t port_of(int descriptor);

/* Whether a read would give something at once: bytes, the end, or an error. */
bool has_arrived(const struct stream *stream);

/* sock.shutdown(SHUT_WR): the other side reads the end. */
void end_writing(const struct stream *stream);

/* sock.close(): what has been sent still arrives; and transport.abort(): the other side gets
 * ECONNRESET. Of a stream without a descriptor: nothing. */
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

/* result = await loop.sock_recv_into(sock, bytes): how many; 0 is the end. */
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
