/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Small buffers, so that the data of the scenario often does not fit. */
enum { BUFFER = 32 * 1024 };

/* ---- Errors --------------------------------------------------------------------------------- */

const weft_error os_error = {.text = "a system call failed"};
const weft_error connection_error = {&os_error, "the connection is lost"};
const weft_error incomplete_error = {.text = "the stream ended too early"};

const weft_error *os_fail(weft_error *failure, int number)
{
    const bool lost = number == ECONNRESET || number == EPIPE || number == ETIMEDOUT;
    *failure = (weft_error){lost ? &connection_error : &os_error, strerror(number)};
    return failure;
}

/* Returns NULL if the last call failed only because it would have blocked. The caller then waits
 * and tries again. */
static const weft_error *unless_blocked(weft_error *failure)
{
    const bool blocked = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    return blocked ? NULL : os_fail(failure, errno);
}

/* ---- Sockets -------------------------------------------------------------------------------- */

static struct sockaddr_in address_of(uint16_t port)
{
    struct sockaddr_in address;
    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static bool set_option(int descriptor, int level, int name, int value)
{
    return setsockopt(descriptor, level, name, &value, sizeof(value)) == 0;
}

/* sock.setblocking(False), and two settings that asyncio makes: no child process inherits the
 * socket, and no byte is delayed (TCP_NODELAY). */
static bool set_up(int descriptor)
{
    return fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 &&
           fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 &&
           set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
}

static int close_failed(int descriptor)
{
    const int before = errno;
    close(descriptor);
    errno = before;
    return -1;
}

/* Sets the buffers' sizes too: an accepted connection has those of its listener. */
static int make_socket(void)
{
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    if (descriptor < 0)
        return -1;
    if (set_up(descriptor) && set_option(descriptor, SOL_SOCKET, SO_SNDBUF, BUFFER) &&
        set_option(descriptor, SOL_SOCKET, SO_RCVBUF, BUFFER))
        return descriptor;
    return close_failed(descriptor);
}

int listen_on(uint16_t port, int backlog)
{
    const struct sockaddr_in address = address_of(port);
    const int descriptor = make_socket();
    if (descriptor < 0)
        return -1;
    if (set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) &&
        bind(descriptor, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
        listen(descriptor, backlog) == 0)
        return descriptor;
    return close_failed(descriptor);
}

uint16_t port_of(int descriptor)
{
    struct sockaddr_in address = address_of(0);
    socklen_t size = sizeof(address);
    getsockname(descriptor, (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

bool has_arrived(const struct stream *stream)
{
    char byte;
    return recv(stream->descriptor, &byte, 1, MSG_PEEK) >= 0 ||
           (errno != EAGAIN && errno != EWOULDBLOCK);
}

void end_writing(const struct stream *stream)
{
    shutdown(stream->descriptor, SHUT_WR);
}

/* Notifies the tasks that still wait for the descriptor, before the number can be used again. */
void close_stream(weft_loop *loop, struct stream *stream)
{
    if (stream->descriptor < 0)
        return;
    weft_notify_closing(loop, stream->descriptor);
    close(stream->descriptor);
    stream->descriptor = -1;
}

void reset_stream(weft_loop *loop, struct stream *stream)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    if (stream->descriptor >= 0)
        setsockopt(stream->descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    close_stream(loop, stream);
}

/* ---- Connecting ----------------------------------------------------------------------------- */

static int begin_to_connect(int descriptor, uint16_t port)
{
    const struct sockaddr_in address = address_of(port);
    return connect(descriptor, (const struct sockaddr *)&address, sizeof(address));
}

/* Returns 0 if the connection was made, otherwise its errno. */
static int connected(int descriptor)
{
    int number = 0;
    socklen_t size = sizeof(number);
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &size) == 0 ? number : errno;
}

WEFT_ASYNC_EXTERN(connect_to)
{
    self->stream->descriptor = make_socket();
    if (self->stream->descriptor < 0)
        weft_raise(os_fail(&self->failure, errno));
    if (begin_to_connect(self->stream->descriptor, self->port) == 0)
        weft_return;
    if (errno != EINPROGRESS && errno != EINTR)
        weft_raise(os_fail(&self->failure, errno));
    weft_wait_writable(self->stream->descriptor);
    const int number = connected(self->stream->descriptor);
    if (number)
        weft_raise(os_fail(&self->failure, number));
}
WEFT_ASYNC_END

static bool accept_from(int listener, struct stream *stream)
{
    const int descriptor = accept(listener, NULL, NULL);
    if (descriptor < 0)
        return false;
    *stream = (struct stream){.descriptor = descriptor};
    if (set_up(descriptor))
        return true;
    stream->descriptor = close_failed(descriptor);
    return false;
}

/* Accepts again if the peer gave its connection up before it was accepted. */
WEFT_ASYNC_EXTERN(accept_one)
{
    while (!accept_from(self->listener, self->stream)) {
        if (errno == ECONNABORTED)
            continue;
        weft_check(unless_blocked(&self->failure));
        weft_wait_readable(self->listener);
    }
}
WEFT_ASYNC_END

/* ---- Reading and writing -------------------------------------------------------------------- */

static bool receive(struct read_some *self)
{
    const ssize_t n = recv(self->stream->descriptor, self->bytes, self->size, 0);
    if (n < 0)
        return false;
    self->stream->received += (uint64_t)n;
    self->result = (size_t)n;
    return true;
}

WEFT_ASYNC_EXTERN(read_some)
{
    while (!receive(self)) {
        weft_check(unless_blocked(&self->failure));
        weft_wait_readable(self->stream->descriptor);
    }
}
WEFT_ASYNC_END

WEFT_ASYNC_EXTERN(read_exactly)
{
    while (self->size) {
        weft_call(read_some, &self->read, .stream = self->stream, .bytes = self->bytes,
                  .size = self->size);
        if (!self->read.result)
            weft_raise(&incomplete_error);
        self->bytes += self->read.result;
        self->size -= self->read.result;
    }
}
WEFT_ASYNC_END

/* Sends the bytes that fit. Turns a closed peer into an error (EPIPE) instead of a signal. */
static bool send_more(struct write_all *self)
{
    const ssize_t n = send(self->stream->descriptor, self->bytes, self->size, MSG_NOSIGNAL);
    if (n < 0)
        return false;
    self->stream->sent += (uint64_t)n;
    self->bytes += n;
    self->size -= (size_t)n;
    return true;
}

WEFT_ASYNC_EXTERN(write_all)
{
    while (self->size) {
        if (send_more(self))
            continue;
        weft_check(unless_blocked(&self->failure));
        weft_wait_writable(self->stream->descriptor);
    }
}
WEFT_ASYNC_END
