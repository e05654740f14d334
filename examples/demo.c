/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "demo.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* More than a socket buffers, so that both sides have to wait. */
enum { BYTES = 1 << 20 };

/* The results of the tasks. */
static struct results {
    size_t received[2];
    bool timed_out;
    long sum;
    int got[3];
    bool tidied;
} results;

static WEFT_QUEUE(int, 4) numbers;

bool demo_receive(int number)
{
    return !weft_queue_put_nowait(&numbers, number);
}

/* ---- Bytes over a pair of sockets, in both directions at once ---- */

WEFT_ASYNC(send_bytes, int socket; size_t sent;)
{
    static const char bytes[4096];
    while (self->sent < BYTES) {
        weft_wait_writable(self->socket);
        const ssize_t n = write(self->socket, bytes, sizeof(bytes));
        self->sent += n > 0 ? (size_t)n : 0;
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(receive_bytes, int socket; size_t *received;)
{
    while (*self->received < BYTES) {
        weft_wait_readable(self->socket);
        char bytes[4096];
        const ssize_t n = read(self->socket, bytes, sizeof(bytes));
        *self->received += n > 0 ? (size_t)n : 0;
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(exchange, const int *sockets; weft_group group; int i; WEFT_TASK(send_bytes) send[2];
           WEFT_TASK(receive_bytes) receive[2];)
{
    weft_with_group(&self->group) {
        for (self->i = 0; self->i < 2; self->i++) {
            weft_group_create_task(&self->group, send_bytes, &self->send[self->i],
                                   .socket = self->sockets[self->i]);
            weft_group_create_task(&self->group, receive_bytes, &self->receive[self->i],
                                   .socket = self->sockets[self->i],
                                   .received = &results.received[self->i]);
        }
    }
    weft_end;
}
WEFT_ASYNC_END

/* ---- A wait that ends by its timeout, since no byte arrives ---- */

WEFT_ASYNC(receive_nothing, const int *sockets; weft_timeout limit;)
{
    weft_try {
        weft_with_timeout(&self->limit, WEFT_MS(20)) {
            weft_wait_readable(self->sockets[0]);
        }
        weft_end;
    }
    weft_catch(&weft_timeout_error) {
        results.timed_out = true;
    }
    weft_end;
}
WEFT_ASYNC_END

/* ---- A thread that computes a sum, and notifies the loop ---- */

struct worker {
    weft_threadsafe_handle done;
    weft_event event;
    pthread_t thread;
    long sum;
};

static void *work(void *memory)
{
    struct worker *const worker = memory;
    for (long i = 1; i <= 100; i++)
        worker->sum += i;
    weft_call_soon_threadsafe(&worker->done);
    return NULL;
}

static void work_is_done(weft_loop *loop, weft_handle *handle)
{
    (void)loop;
    weft_event_set(&WEFT_HANDLE_OWNER(handle, struct worker, done.handle)->event);
}

static const weft_error no_thread = {.text = "cannot create a thread"};

/* However this coroutine ends, the thread is joined and its handle closed. */
WEFT_ASYNC(work_in_a_thread, struct worker worker; weft_exit closed, joined;)
{
    weft_check(weft_threadsafe_open(weft_running_loop(), &self->worker.done, work_is_done));
    weft_try {
        if (pthread_create(&self->worker.thread, NULL, work, &self->worker) != 0)
            weft_raise(&no_thread);
        weft_try {
            weft_event_wait(&self->worker.event);
        }
        weft_finally(&self->joined) {
            pthread_join(self->worker.thread, NULL);
            results.sum = self->worker.sum;
        }
        weft_end;
    }
    weft_finally(&self->closed) {
        weft_threadsafe_close(&self->worker.done);
    }
    weft_end;
}
WEFT_ASYNC_END

/* ---- Numbers from the host ---- */

WEFT_ASYNC(get_numbers, int i;)
{
    for (self->i = 0; self->i < 3; self->i++)
        weft_queue_get(&numbers, &results.got[self->i]);
}
WEFT_ASYNC_END

/* ---- A task that ends only when it is cancelled, and then waits in its cleanup ---- */

WEFT_ASYNC(tick, weft_exit left;)
{
    weft_try {
        for (;;)
            weft_sleep(WEFT_MS(1));
    }
    weft_finally(&self->left) {
        weft_sleep(WEFT_MS(3));
        results.tidied = true;
    }
    weft_end;
}
WEFT_ASYNC_END

/* ---- The whole demonstration ---- */

static const weft_error no_sockets = {.text = "cannot create sockets"};

static bool make_pair(int sockets[2])
{
    return socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0 &&
           fcntl(sockets[0], F_SETFL, O_NONBLOCK) == 0 &&
           fcntl(sockets[1], F_SETFL, O_NONBLOCK) == 0;
}

static void close_pair(weft_loop *loop, const int sockets[2])
{
    for (int i = 0; i < 2; i++)
        if (sockets[i] >= 0) {
            weft_notify_closing(loop, sockets[i]);
            close(sockets[i]);
        }
}

struct demo {
    weft_frame frame;
    int sockets[2], silent[2];
    weft_exit left;
    weft_group group;
    WEFT_TASK(exchange) exchange;
    WEFT_TASK(receive_nothing) listen;
    WEFT_TASK(work_in_a_thread) work;
    WEFT_TASK(get_numbers) numbers;
};

WEFT_ASYNC_BODY(demo)
{
    weft_try {
        if (!make_pair(self->sockets) || !make_pair(self->silent))
            weft_raise(&no_sockets);
        weft_with_group(&self->group) {
            weft_group_create_task(&self->group, exchange, &self->exchange,
                                   .sockets = self->sockets);
            weft_group_create_task(&self->group, receive_nothing, &self->listen,
                                   .sockets = self->silent);
            weft_group_create_task(&self->group, work_in_a_thread, &self->work);
            weft_group_create_task(&self->group, get_numbers, &self->numbers);
        }
        weft_end;
    }
    weft_finally(&self->left) {
        close_pair(weft_running_loop(), self->sockets);
        close_pair(weft_running_loop(), self->silent);
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_TASK(demo) task;
static WEFT_TASK(tick) ticks;

void demo_start(weft_loop *loop)
{
    weft_queue_init(&numbers);
    weft_loop_create_task(loop, tick, &ticks);
    weft_loop_create_task(loop, demo, &task, .sockets = {-1, -1}, .silent = {-1, -1});
}

bool demo_is_done(void)
{
    return weft_done(&task);
}

void demo_cancel_all(weft_loop *loop)
{
    for (weft_task *each = weft_first_task(loop); each; each = weft_next_task(each))
        weft_cancel(each);
}

int demo_report(void)
{
    const weft_error *const error = weft_error_of(&task);
    printf("demo: %s\n", error ? weft_error_text(error) : "ended");
    printf("exchanged: %zu and %zu bytes\n", results.received[0], results.received[1]);
    printf("silence: %s\n", results.timed_out ? "timed out" : "no");
    printf("thread: %ld\n", results.sum);
    printf("host: %d %d %d\n", results.got[0], results.got[1], results.got[2]);
    printf("ticks: %s\n", results.tidied && weft_cancelled(&ticks) ? "cancelled, tidied up" : "no");
    return error || !results.timed_out ||
           !results.tidied; /* without an error, every task has ended */
}
