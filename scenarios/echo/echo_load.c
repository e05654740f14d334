/* SPDX-License-Identifier: MIT */
#include "echo_load.h"

#include <stdio.h>
#include <string.h>

#include "echo_content.h"

static const weft_error wrong_reply_error = {.text = "a reply is not what was sent"};
static const weft_error more_reply_error = {.text = "there is more in a reply than was sent"};

/* ---- A request ------------------------------------------------------------------------------ */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t make_line(struct echo_client *client)
{
    const struct echo_load *const load = client->load;
    return make_content(client->line, load->longest,
                        random_state(load->seed, client->number, client->done));
}

/* Returns NULL if the piece equals the part of the line that was sent at this position. */
static const weft_error *compare(struct echo_client *client, size_t at, size_t size)
{
    size_t i = 0;
    while (i < size && client->piece[i] == client->line[at + i])
        i++;
    if (i == size)
        return NULL;
    snprintf(client->text, sizeof(client->text), "client %llu, request %llu: byte %zu is wrong",
             (unsigned long long)client->number, (unsigned long long)client->done, at + i);
    client->wrong_reply = (weft_error){&wrong_reply_error, client->text};
    return &client->wrong_reply;
}

/* async def request(client, sock):
 *     line = make_line(client.load.seed, client.number, client.done)
 *     received = 0
 *     async with asyncio.TaskGroup() as both:
 *         both.create_task(loop.sock_sendall(sock, line))
 *         while received < len(line):
 *             piece = await read_exactly(sock, min(len(line) - received, 16384))
 *             if piece != line[received : received + len(piece)]:
 *                 raise WrongReply(...)
 *             received += len(piece)
 *     client.done += 1
 *
 * A request writes and reads at once, since the reply begins before the line has ended. A
 * server that cannot send its reply stops reading.
 */
WEFT_ASYNC_BODY(request)
{
    self->sent_before = self->stream->sent;
    self->size = make_line(self->client);
    weft_with_group(&self->both) {
        weft_group_create_task(&self->both, write_all, &self->write, self->stream,
                               self->client->line, self->size);
        while (self->received < self->size) {
            self->piece = least(self->size - self->received, sizeof(self->client->piece));
            weft_call(read_exactly, &self->read, self->stream, self->client->piece, self->piece);
            weft_check(compare(self->client, self->received, self->piece));
            self->received += self->piece;
        }
    }
    weft_end;
    self->client->done++;
    self->client->load->done++;
}
WEFT_ASYNC_END

/* ---- A connection --------------------------------------------------------------------------- */

static bool has_more(const struct echo_client *client)
{
    return client->done < client->requests && !client->load->stopping;
}

/* Closes or resets a killed client's connection, so that both sides count it alike. The server
 * can tell a client that leaves between two requests from a client that leaves in the middle of
 * a line. It cannot tell a client that has sent its whole line and does not wait for the reply.
 * Such a client resets its connection. So does a client that does not know yet if it is
 * connected. */
static void leave(weft_loop *loop, struct visit *self)
{
    const struct request *const last = &self->request;
    const uint64_t said = self->stream.sent - last->sent_before;
    if (!self->connected) {
        reset_stream(loop, &self->stream);
        return;
    }
    const bool between = last->received == last->size || said == 0;
    if (between)
        count_stream(&self->client->load->between, &self->stream);
    if (between || said < last->size)
        close_stream(loop, &self->stream);
    else
        reset_stream(loop, &self->stream);
}

/* async def visit(client, requests):
 *     sock = socket.socket()
 *     try:
 *         await loop.sock_connect(sock, address)
 *         for _ in range(requests):
 *             if not client.has_more():
 *                 break
 *             async with asyncio.timeout(client.load.time_limit):
 *                 await request(client, sock)
 *         sock.shutdown(socket.SHUT_WR)
 *         if await loop.sock_recv(sock, 1):
 *             raise MoreReply()
 *     except TimeoutError:            # the same request again, on another connection
 *         client.load.timed_out += 1
 *     finally:
 *         leave(sock)
 */
WEFT_ASYNC_BODY(visit)
{
    weft_try {
        weft_call(connect_to, &self->connect, &self->stream, self->client->load->port);
        self->connected = true;
        while (self->requests-- && has_more(self->client)) {
            weft_with_timeout(&self->limit, self->client->load->time_limit)
                weft_call(request, &self->request, self->client, &self->stream);
            weft_end;
        }
        end_writing(&self->stream);
        weft_call(read_some, &self->read, &self->stream, self->client->piece, 1);
        if (self->read.result)
            weft_raise(&more_reply_error);
    }
    weft_catch(&weft_timeout_error)
        self->client->load->timed_out++;
    weft_finally(&self->left)
        leave(weft_running_loop(), self);
    weft_end;
}
WEFT_ASYNC_END

/* ---- A client ------------------------------------------------------------------------------- */

/* async def visit_often(client):
 *     while client.has_more():
 *         await visit(client, random.randint(1, client.load.visit))
 *     if client.load.last_to_finish():
 *         client.load.killer.cancel()
 */
WEFT_ASYNC_BODY(visit_often)
{
    while (has_more(self->client))
        weft_call(visit, &self->visit, self->client, .stream = {.descriptor = -1},
                  .requests =
                      1 + random_bits(&self->client->load->random) % self->client->load->visit);
    struct echo_load *const load = self->client->load;
    if (--load->unfinished == 0 && load->killer)
        weft_cancel(load->killer);
}
WEFT_ASYNC_END

/* ---- The killer ---------------------------------------------------------------------------- */

/* random.choice(clients). If that client has finished, none is killed. Otherwise the last
 * clients would be killed more and more often. */
static struct echo_client *choose_victim(struct echo_load *load)
{
    return &load->clients[random_bits(&load->random) % load->count];
}

static weft_time rest_until(weft_loop *loop, weft_time when)
{
    const weft_time now = weft_loop_time(loop);
    return when > now ? when - now : 0;
}

/* async def kill_clients(load, group):
 *     next = loop.time()
 *     while True:
 *         next += load.kill_every
 *         await asyncio.sleep(next - loop.time())
 *         victim = random.choice(load.clients)
 *         if not victim.task.cancel():
 *             continue
 *         await asyncio.wait({victim.task})
 *         if victim.task.cancelled():
 *             load.killed += 1
 *             victim.task = group.create_task(visit_often(victim))
 */
WEFT_ASYNC_BODY(kill_clients)
{
    self->next = weft_loop_time(weft_running_loop());
    for (;;) {
        self->next += self->load->kill_every;
        weft_sleep(rest_until(weft_running_loop(), self->next));
        self->victim = choose_victim(self->load);
        if (!weft_cancel(&self->victim->task))
            continue;
        weft_check(weft_wait_add(&self->wait, &self->victim->task));
        weft_wait_all(&self->wait, WEFT_FOREVER);
        weft_wait_pending(&self->wait);
        if (!weft_cancelled(&self->victim->task))
            continue;
        self->load->killed++;
        weft_group_create_task(self->group, visit_often, &self->victim->task, self->victim);
    }
}
WEFT_ASYNC_END

/* ---- All of them ---------------------------------------------------------------------------- */

/* async def run_load(load):
 *     async with asyncio.TaskGroup() as group:
 *         for client in load.clients:
 *             client.task = group.create_task(visit_often(client))
 *         if load.kill_every:
 *             load.killer = group.create_task(kill_clients(load, group))
 */
WEFT_ASYNC_EXTERN(run_load)
{
    weft_with_group(&self->group) {
        for (size_t i = 0; i < self->load->count; i++) {
            struct echo_client *const client = &self->load->clients[i];
            weft_group_create_task(&self->group, visit_often, &client->task, client);
        }
        if (self->load->kill_every) {
            weft_group_create_task(&self->group, kill_clients, &self->killer, self->load,
                                   &self->group);
            self->load->killer = &self->killer.task;
        }
    }
    weft_end;
}
WEFT_ASYNC_END

void stop_load(struct echo_load *load)
{
    load->stopping = true;
    if (load->killer)
        weft_cancel(load->killer);
}
