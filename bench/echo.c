/* SPDX-License-Identifier: MIT */
/* echo: a TCP server that sends 64 bytes back. It is compared with a server written by hand on
 * select(), and with a server on libuv. */
#define _POSIX_C_SOURCE 200809L
#include "echo.h"

#include <stdlib.h>
#include <unistd.h>

#include "weft.h"

/* ---- weft: one task for each connection ---- */

WEFT_ASYNC(serve, int connection; enum echo_step step; struct echo echo;)
{
    while (self->step != ECHO_CLOSED) {
        weft_wait_readable(self->connection);
        self->step = echo_receive(&self->echo, self->connection);
        if (self->step != ECHO_DONE)
            continue;
        while ((self->step = echo_send(&self->echo, self->connection)) == ECHO_BLOCKED)
            weft_wait_writable(self->connection);
    }
    close(self->connection);
}
WEFT_ASYNC_END

typedef WEFT_TASK(serve) serve_task;

static void serve_weft(const int *connections, size_t n)
{
    serve_task *const tasks = bench_allocate(n * sizeof *tasks);
    weft_select backend;
    weft_loop loop;
    weft_select_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    for (size_t i = 0; i < n; i++)
        weft_loop_create_task(&loop, serve, &tasks[i], .connection = connections[i]);
    for (size_t i = 0; i < n; i++)
        bench_expect(!weft_run_until_complete(&loop, &tasks[i]), "weft's server serves");
    bench_expect(!weft_loop_close(&loop), "weft's loop closes");
    free(tasks);
}

/* ---- The workload ---- */

static void *load_weft(size_t n)
{
    return echo_load_create(n, serve_weft);
}

static void *load_raw(size_t n)
{
    return echo_load_create(n, echo_serve_raw);
}

#define LOAD(prepare)                                                                              \
    {                                                                                              \
        prepare, echo_load_arm, echo_load_run, echo_load_check, echo_load_dispose                  \
    }

#ifdef WITH_LIBUV
static void *load_libuv(size_t n)
{
    return echo_load_create(n, echo_serve_libuv);
}

static const struct bench_side libuv = LOAD(load_libuv);
#endif

static const size_t connections[] = {1, 50, 500, 0};

const struct bench_workload bench_echo = {
    .name = "echo",
    .what = "a request of 64 bytes and its reply, on each of n connections; the server's time",
    .sizes = connections,
    .cpu_ns = echo_load_cpu_ns,
    .weft = LOAD(load_weft),
    .floor = LOAD(load_raw),
#ifdef WITH_LIBUV
    .libuv = &libuv,
#endif
};
