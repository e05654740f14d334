/* SPDX-License-Identifier: MIT */
/* Step 10: three clients at once, to test the service. Usage: 10_client PATH */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <weft.h>

static const weft_error no_service = {.text = "no service there"};
static const weft_error hung_up = {.text = "the service hung up"};

/* Returns a connected socket that does not block, or -1. */
static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
        fcntl(fd, F_SETFL, O_NONBLOCK) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Sends one line, and reads the answer. */
WEFT_ASYNC(ask, const char *path; int number; char answer[64]; size_t length; int fd;
           weft_exit left;)
{
    self->fd = connect_to(self->path);
    if (self->fd < 0)
        weft_raise(&no_service);
    weft_try {
        char line[64];
        const int length = snprintf(line, sizeof(line), "hello from client %d\n", self->number);
        if (send(self->fd, line, (size_t)length, MSG_NOSIGNAL) != length)
            weft_raise(&hung_up);
        while (!memchr(self->answer, '\n', self->length)) {
            weft_wait_readable(self->fd);
            const ssize_t n = recv(self->fd, self->answer + self->length,
                                   sizeof(self->answer) - 1 - self->length, 0);
            if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
                weft_raise(&hung_up);
            self->length += n > 0 ? (size_t)n : 0;
        }
    }
    weft_finally(&self->left) {
        close(self->fd);
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(ask_all, const char *path; WEFT_GATHER_OF(ask, 3) clients; weft_timeout limit;)
{
    weft_with_timeout(&self->limit, WEFT_SECONDS(10)) {
        weft_gather_each(&self->clients, i, ask, .path = self->path, .number = i + 1);
    }
    weft_end;
    for (int i = 0; i < 3; i++)
        printf("%s", self->clients.tasks[i].frame.answer);
}
WEFT_ASYNC_END

int main(int argc, char **argv)
{
    static weft_select backend;
    static weft_loop loop;
    static WEFT_TASK(ask_all) task;
    if (argc != 2)
        return 2;
    weft_select_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    const weft_error *const error = weft_run(&loop, ask_all, &task, .path = argv[1]);
    if (error)
        fprintf(stderr, "%s\n", weft_error_text(error));
    weft_loop_close(&loop);
    return error != NULL;
}
