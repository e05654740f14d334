/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "echo_server.h"

#include <sys/socket.h>
#include <unistd.h>

void count_stream(struct tally *tally, const struct stream *stream)
{
    tally->connections++;
    tally->received += stream->received;
    tally->sent += stream->sent;
}

/* ---- A connection --------------------------------------------------------------------------- */

/* async def request_begins(server, sock):
 *     if not server.draining:
 *         try:
 *             async with asyncio.timeout(None) as server.idle[sock]:
 *                 await readable(sock)
 *         except TimeoutError:        # server.drain() moved the deadline
 *             pass
 *     return not server.draining or has_arrived(sock)
 */
WEFT_ASYNC_BODY(request_begins)
{
    if (!self->server->draining) {
        weft_try {
            weft_with_timeout(&self->idle, WEFT_FOREVER)
                weft_wait_readable(self->stream->descriptor);
            weft_end;
        }
        weft_catch(&weft_timeout_error)
            ;
        weft_end;
    }
    self->result = !self->server->draining || has_arrived(self->stream);
}
WEFT_ASYNC_END

/* async def serve_one(server, sock):
 *     in_request, well = False, False
 *     try:
 *         while True:
 *             if in_request:
 *                 await readable(sock)
 *             elif not await request_begins(server, sock):
 *                 break
 *             data = await loop.sock_recv(sock, 16384)
 *             if not data:
 *                 break
 *             in_request = not data.endswith(b"\n")
 *             await loop.sock_sendall(sock, data)
 *         well = not in_request
 *     except ConnectionError:         # a client may go as it likes
 *         pass
 *     finally:
 *         (server.between if well else server.lost).count(sock)
 *         sock.close()
 *
 * The server waits before each read. So a client that sends without a pause does not block the
 * others.
 */
WEFT_ASYNC_BODY(serve_one)
{
    weft_try {
        for (;;) {
            if (self->in_request) {
                weft_wait_readable(self->stream.descriptor);
            } else {
                weft_call(request_begins, &self->begins, self->server, &self->stream);
                if (!self->begins.result)
                    break;
            }
            weft_call(read_some, &self->read, &self->stream, self->buffer, self->size);
            if (!self->read.result)
                break;
            self->in_request = self->buffer[self->read.result - 1] != '\n';
            weft_call(write_all, &self->write, &self->stream, self->buffer, self->read.result);
        }
        self->well = !self->in_request;
    }
    weft_catch(&connection_error)
        ;
    weft_finally(&self->left) {
        count_stream(self->well ? &self->server->between : &self->server->lost, &self->stream);
        close_stream(weft_running_loop(), &self->stream);
    }
    weft_end;
}
WEFT_ASYNC_END

/* ---- Places for connections ----------------------------------------------------------------- */

/* The caller must hold a permit. */
static struct connection *take_place(struct echo_server *server)
{
    struct connection *const place = server->free;
    server->free = place->next_free;
    place->server = server;
    place->used = true;
    return place;
}

/* place.task.add_done_callback(...): the group has been notified of the end, so the place is
 * free. */
static void give_place_back(weft_loop *loop, weft_handle *handle)
{
    struct connection *const place = WEFT_HANDLE_OWNER(handle, struct connection, ended);
    struct echo_server *const server = place->server;
    (void)loop;
    place->used = false;
    place->next_free = server->free;
    server->free = place;
    weft_semaphore_release(&server->permits);
}

/* ---- The server ----------------------------------------------------------------------------- */

bool open_server(struct echo_server *server, uint16_t port, struct connection *places, size_t room)
{
    *server = (struct echo_server){.listener = listen_on(port, SOMAXCONN),
                                   .places = places,
                                   .room = room,
                                   .permits = WEFT_SEMAPHORE(room)};
    if (server->listener < 0)
        return false;
    server->port = port_of(server->listener);
    for (size_t i = room; i-- > 0; server->free = &places[i])
        places[i].next_free = server->free;
    return true;
}

void stop_listening(weft_loop *loop, struct echo_server *server)
{
    if (server->listener < 0)
        return;
    weft_notify_closing(loop, server->listener);
    close(server->listener);
    server->listener = -1;
}

/* Moves the idle timeout of each connection that waits for a request to now. Other connections
 * check server->draining when their request has ended. */
size_t drain_server(weft_loop *loop, struct echo_server *server)
{
    size_t busy = 0;
    server->draining = true;
    if (server->accepting)
        weft_cancel(server->accepting);
    stop_listening(loop, server);
    for (size_t i = 0; i < server->room; i++) {
        struct connection *const place = &server->places[i];
        weft_timeout *const idle = &place->task.frame.begins.idle;
        if (place->used && weft_timeout_reschedule(idle, weft_loop_time(loop)))
            busy++;
    }
    return busy;
}

/* async def accept_all(server, group):
 *     while not server.draining:
 *         await server.permits.acquire()
 *         try:
 *             sock, _ = await loop.sock_accept(server.listener)
 *         except BaseException:
 *             server.permits.release()
 *             raise
 *         task = group.create_task(serve_one(server, sock))
 *         task.add_done_callback(lambda _: server.permits.release())
 *
 * While no permit is free, new connections wait in the listener's backlog.
 */
WEFT_ASYNC_BODY(accept_all)
{
    while (!self->server->draining) {
        weft_semaphore_acquire(&self->server->permits);
        weft_try
            weft_call(accept_one, &self->accept, self->server->listener, &self->stream);
        weft_catch(&weft_base_error, self->error) {
            weft_semaphore_release(&self->server->permits);
            weft_raise(self->error);
        }
        weft_end;
        struct connection *const place = take_place(self->server);
        weft_group_create_task(self->group, serve_one, &place->task, .server = self->server,
                               .stream = self->stream, .buffer = place->buffer,
                               .size = sizeof(place->buffer));
        weft_check(weft_add_done_callback(&place->task, &place->ended, give_place_back));
    }
}
WEFT_ASYNC_END

/* async def serve(server):
 *     try:
 *         async with asyncio.TaskGroup() as group:
 *             server.accepting = group.create_task(accept_all(server, group))
 *     finally:
 *         server.stop_listening()
 *
 * The group ends when the accepting task (drain_server) and the last connection have ended.
 */
WEFT_ASYNC_EXTERN(serve)
{
    weft_try {
        weft_with_group(&self->group) {
            weft_group_create_task(&self->group, accept_all, &self->accepting, self->server,
                                   &self->group);
            self->server->accepting = &self->accepting.task;
        }
        weft_end;
    }
    weft_finally(&self->left)
        stop_listening(weft_running_loop(), self->server);
    weft_end;
}
WEFT_ASYNC_END
