/* SPDX-License-Identifier: MIT */
/* A program with a loop of its own, on poll(), that also drives a loop of weft's.
 * Each iteration polls the host's and weft's descriptors, until the next timer of the host or of
 * weft. Then weft runs what is ready, without blocking, and the host does its work.
 * core/backend/poll.c does the bookkeeping of weft's descriptors. So run_once() is all that the
 * host adds. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <unistd.h>

#include "core/backend/poll.h"
#include "demo.h"

enum { MAIL, OWN }; /* index of the host's entry; number of the host's entries */

struct host {
    weft_poll backend;
    weft_loop loop;
    int mail[2];        /* a pipe: the host's timer writes, the host reads */
    weft_time timer_at; /* deadline of the host's timer */
    char sent;          /* last number written, up to 3 */
};

/* ---- The host's work: a timer writes numbers, which the host passes to weft's tasks ---- */

static void run_timer(struct host *host)
{
    if (weft_loop_time(&host->loop) < host->timer_at)
        return;
    host->sent++;
    host->timer_at = host->sent < 3 ? host->timer_at + WEFT_MS(10) : WEFT_FOREVER;
    if (write(host->mail[1], &host->sent, 1) != 1)
        perror("mail");
}

static void read_mail(struct host *host)
{
    char number = 0;
    if (read(host->mail[0], &number, 1) == 1)
        demo_receive(number);
}

/* ---- One iteration of the host's loop ---- */

static weft_time earlier(weft_time one, weft_time other)
{
    return one < other ? one : other;
}

/* weft runs before the host's work, because that work may change the watches that this poll()
 * answered. */
static void run_once(struct host *host)
{
    weft_poll *const backend = &host->backend;
    backend->entries[MAIL] = (struct pollfd){.fd = host->mail[0], .events = POLLIN};
    weft_poll_fill(backend);
    const weft_time until = earlier(weft_next_run(&host->loop), host->timer_at);
    const int count = poll(backend->entries, backend->count, weft_poll_timeout(backend, until));
    if (count > 0)
        weft_poll_notify(backend);
    weft_run_once(&host->loop);
    if (count > 0 && backend->entries[MAIL].revents)
        read_mail(host);
    run_timer(host);
}

/* ---- The program ---- */

static bool open_host(struct host *host)
{
    if (pipe(host->mail) != 0)
        return false;
    if (weft_poll_init(&host->backend, OWN)) {
        weft_loop_init(&host->loop, &host->backend.backend);
        host->timer_at = weft_loop_time(&host->loop);
        return true;
    }
    close(host->mail[0]);
    close(host->mail[1]);
    return false;
}

static void close_host(struct host *host)
{
    weft_loop_close(&host->loop);
    weft_poll_close(&host->backend);
    close(host->mail[0]);
    close(host->mail[1]);
}

/* Only poll() blocks here. So the host also runs while weft's tasks end. */
int main(void)
{
    static struct host host;
    if (!open_host(&host)) {
        perror("poll");
        return 2;
    }
    demo_start(&host.loop);
    while (!demo_is_done())
        run_once(&host);
    demo_cancel_all(&host.loop);
    while (weft_first_task(&host.loop))
        run_once(&host);
    const int status = demo_report();
    close_host(&host);
    return status;
}
