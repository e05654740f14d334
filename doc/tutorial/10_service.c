/* SPDX-License-Identifier: MIT */
/* Step 10: a line server on a Unix socket, until SIGINT or SIGTERM. Usage: 10_service PATH */
#define _POSIX_C_SOURCE 200809L
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <weft.h>

enum { CLIENTS = 2, BUFFER = 256 };

static struct service {
    int listener;
    unsigned accepted;  /* clients so far */
    weft_lock accept;   /* held by the one worker that waits for the next client */
    weft_group workers; /* cancelled to stop the service */
    weft_threadsafe_handle stop;
} service;

static bool would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* Answers each byte with its upper case, until the client closes or is silent for 30 seconds. */
WEFT_ASYNC(converse, int fd; char buffer[BUFFER]; size_t length, sent; weft_timeout idle;
           weft_exit left;)
{
    weft_try {
        for (;;) {
            weft_with_timeout(&self->idle, WEFT_SECONDS(30)) {
                weft_wait_readable(self->fd);
            }
            weft_end;
            const ssize_t received = recv(self->fd, self->buffer, sizeof(self->buffer), 0);
            if (received < 0 && would_block())
                continue;
            if (received <= 0)
                break;
            self->length = (size_t)received;
            for (size_t i = 0; i < self->length; i++)
                self->buffer[i] = (char)toupper((unsigned char)self->buffer[i]);
            for (self->sent = 0; self->sent < self->length;) {
                weft_wait_writable(self->fd);
                const ssize_t n = send(self->fd, self->buffer + self->sent,
                                       self->length - self->sent, MSG_NOSIGNAL);
                if (n < 0 && !would_block())
                    weft_return;
                self->sent += n > 0 ? (size_t)n : 0;
            }
        }
    }
    weft_catch(&weft_timeout_error) {
        fprintf(stderr, "a client was silent for too long\n");
    }
    weft_finally(&self->left) {
        close(self->fd);
    }
    weft_end;
}
WEFT_ASYNC_END

/* Serves one client after the other. As many clients are served at once as there are workers. */
WEFT_ASYNC(worker, int fd; struct converse converse;)
{
    for (;;) {
        weft_with_lock(&service.accept) {
            weft_wait_readable(service.listener);
            self->fd = accept(service.listener, NULL, NULL);
        }
        weft_end;
        if (self->fd < 0)
            continue;
        service.accepted++;
        fcntl(self->fd, F_SETFL, O_NONBLOCK);
        weft_call(converse, &self->converse, self->fd);
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(serve, int i; WEFT_TASK(worker) workers[CLIENTS];)
{
    weft_with_group(&service.workers) {
        for (self->i = 0; self->i < CLIENTS; self->i++)
            weft_group_create_task(&service.workers, worker, &self->workers[self->i]);
    }
    weft_end;
}
WEFT_ASYNC_END

/* Runs in the loop: cancels the workers, and with them each conversation. */
static void stop(weft_loop *loop, weft_handle *handle)
{
    (void)loop, (void)handle;
    weft_group_cancel(&service.workers);
}

static void on_signal(int number)
{
    (void)number;
    weft_call_soon_threadsafe(&service.stop);
}

static void handle_signals(void (*handler)(int number))
{
    struct sigaction action = {.sa_handler = handler};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static bool open_listener(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path))
        return false;
    strcpy(address.sun_path, path);
    service.listener = socket(AF_UNIX, SOCK_STREAM, 0);
    return service.listener >= 0 && fcntl(service.listener, F_SETFL, O_NONBLOCK) == 0 &&
           bind(service.listener, (struct sockaddr *)&address, sizeof(address)) == 0 &&
           listen(service.listener, 16) == 0;
}

int main(int argc, char **argv)
{
    static weft_select backend;
    static weft_loop loop;
    static WEFT_TASK(serve) task;
    if (argc != 2 || !open_listener(argv[1])) {
        fprintf(stderr, "usage: 10_service PATH, of a socket that does not exist yet\n");
        return 2;
    }
    weft_select_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    const weft_error *error = weft_threadsafe_open(&loop, &service.stop, stop);
    if (!error) {
        handle_signals(on_signal);
        printf("listening\n");
        fflush(stdout);
        error = weft_run(&loop, serve, &task);
        handle_signals(SIG_DFL);
        weft_threadsafe_close(&service.stop);
    }
    weft_loop_close(&loop);
    close(service.listener);
    unlink(argv[1]);
    printf("stopped, clients: %u\n", service.accepted);
    return error != NULL;
}
