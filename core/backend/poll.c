/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "core/backend/poll.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/backend/select.h"
#include "core/backend/units.h"
#include "core/descriptor.h"

static weft_poll *poll_of(weft_backend *backend)
{
    return (weft_poll *)(void *)backend; /* its first member */
}

static weft_time poll_now(weft_backend *backend)
{
    weft_poll *const self = poll_of(backend);
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) == 0)
        self->now = weft_units_of_(now.tv_sec, now.tv_nsec);
    return self->now;
}

/* ---- Entries ----
 * A number has one entry for both directions, because poll() refuses more entries than the process
 * may have descriptors. Memory is allocated when a watch begins, since only there a failure can be
 * returned. */

/* Makes room for the entries of `watched` watches. Returns false if there is no memory. */
static bool make_entries(weft_poll *self, nfds_t watched)
{
    const nfds_t wanted = self->own + 1 + watched;
    if (wanted <= self->room)
        return true;
    const nfds_t room = wanted + self->room / 2;
    struct pollfd *const entries = realloc(self->entries, room * sizeof(*entries));
    if (!entries)
        return false;
    self->entries = entries;
    self->room = room;
    return true;
}

/* Makes room for the number in entry_of. Returns false if there is no memory. */
static bool make_room_for(weft_poll *self, int descriptor)
{
    if ((size_t)descriptor < self->numbers)
        return true;
    const size_t numbers = (size_t)descriptor + 1 + self->numbers / 2;
    nfds_t *const entry_of = realloc(self->entry_of, numbers * sizeof(*entry_of));
    if (!entry_of)
        return false;
    for (size_t i = self->numbers; i < numbers; i++)
        entry_of[i] = 0;
    self->entry_of = entry_of;
    self->numbers = numbers;
    return true;
}

/* Returns the number's entry; NULL: it has none. entry_of may be older than the entries, and then
 * names an entry of another number. */
static struct pollfd *find_entry(weft_poll *self, int descriptor)
{
    const nfds_t at = self->entry_of[descriptor];
    struct pollfd *const entry = &self->entries[at];
    return at > self->own && at < self->count && entry->fd == descriptor ? entry : NULL;
}

static struct pollfd *make_entry(weft_poll *self, int descriptor)
{
    struct pollfd *const entry = &self->entries[self->count];
    *entry = (struct pollfd){.fd = descriptor};
    self->entry_of[descriptor] = self->count++;
    return entry;
}

/* ---- What is watched ---- */

static const weft_error *poll_watch(weft_backend *backend, weft_watch *watch)
{
    weft_poll *const self = poll_of(backend);
    const weft_error *error = weft_watch_stat(watch);
    if (!error)
        error = weft_watch_admit(backend->loop, watch);
    if (!error && !(make_entries(self, self->watched + 1) &&
                    make_room_for(self, weft_watch_descriptor(watch))))
        error = &weft_descriptor_range_error;
    if (!error)
        self->watched++;
    return error;
}

static void poll_unwatch(weft_backend *backend, const weft_watch *watch)
{
    (void)watch;
    poll_of(backend)->watched--;
}

/* ---- wake ----
 * A byte in a pipe ends poll(). If the pipe is full, a byte is there already. */

static void poll_close_wake(weft_backend *backend)
{
    weft_poll *const self = poll_of(backend);
    close(self->wake_pipe[0]);
    close(self->wake_pipe[1]);
    self->wake_pipe[0] = self->wake_pipe[1] = -1;
}

static const weft_error *poll_open_wake(weft_backend *backend)
{
    WEFT_ERROR_(no_pipe, weft_descriptor_error, "cannot create a pipe");
    weft_poll *const self = poll_of(backend);
    if (pipe(self->wake_pipe) != 0)
        return no_pipe;
    for (int i = 0; i < 2; i++)
        if (fcntl(self->wake_pipe[i], F_SETFD, FD_CLOEXEC) != 0 ||
            fcntl(self->wake_pipe[i], F_SETFL, O_NONBLOCK) != 0) {
            poll_close_wake(backend);
            return no_pipe;
        }
    return NULL;
}

/* May run in a signal handler, so errno must not change. */
static void poll_wake(weft_backend *backend)
{
    const int before = errno;
    while (write(poll_of(backend)->wake_pipe[1], "", 1) < 0 && errno != EAGAIN && errno != EBADF &&
           errno != EPIPE)
        continue;
    errno = before;
}

static void poll_drain_wake(weft_poll *self)
{
    char bytes[64];
    while (read(self->wake_pipe[0], bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes))
        continue;
}

/* ---- Sleeping ---- */

/* The wake pipe has an entry even while it is not open: poll() skips numbers below 0. */
void weft_poll_fill(weft_poll *backend)
{
    backend->entries[backend->own] = (struct pollfd){.fd = backend->wake_pipe[0], .events = POLLIN};
    backend->count = backend->own + 1;
    for (weft_watch *watch = weft_first_watch(backend->backend.loop); watch;
         watch = weft_next_watch(watch)) {
        const int descriptor = weft_watch_descriptor(watch);
        struct pollfd *const found = find_entry(backend, descriptor);
        struct pollfd *const entry = found ? found : make_entry(backend, descriptor);
        entry->events |= weft_watch_for(watch) == WEFT_READABLE ? POLLIN : POLLOUT;
    }
}

int weft_poll_timeout(weft_poll *backend, weft_time until)
{
    if (until == WEFT_FOREVER)
        return -1;
    return until ? weft_ms_of_(weft_time_left(until, poll_now(&backend->backend))) : 0;
}

/* poll() reports POLLHUP and POLLERR always. A read or write then does not block, but fails. */
static void notify_watch(weft_loop *loop, weft_watch *watch, short events)
{
    static const short ready[2] = {POLLIN | POLLHUP | POLLERR, POLLOUT | POLLHUP | POLLERR};
    if (events & POLLNVAL)
        weft_watch_bad(loop, watch);
    else if (events & ready[weft_watch_for(watch)])
        weft_watch_ready(loop, watch);
}

/* Reads the next watch first, because a notification ends the watch. A watch that has begun since
 * weft_poll_fill has no entry. */
void weft_poll_notify(weft_poll *backend)
{
    if (backend->entries[backend->own].revents)
        poll_drain_wake(backend);
    weft_watch *next;
    for (weft_watch *watch = weft_first_watch(backend->backend.loop); watch; watch = next) {
        next = weft_next_watch(watch);
        const struct pollfd *const entry = find_entry(backend, weft_watch_descriptor(watch));
        if (entry)
            notify_watch(backend->backend.loop, watch, entry->revents);
    }
    backend->notified = true;
}

/* A signal (EINTR) ends the sleep early, which does no harm. After any other failure, such as
 * ENOMEM, the backend waits at most 10 ms, and the loop tries again. */
static void poll_sleep(weft_backend *backend, weft_time until)
{
    weft_poll *const self = poll_of(backend);
    const bool notified = self->notified;
    self->notified = false;
    if (notified && until == 0)
        return;
    weft_poll_fill(self);
    const int timeout = weft_poll_timeout(self, until);
    const int count = poll(self->entries + self->own, self->count - self->own, timeout);
    if (count > 0)
        weft_poll_notify(self);
    else if (count < 0 && errno != EINTR)
        (void)poll(NULL, 0, timeout >= 0 && timeout < 10 ? timeout : 10);
    self->notified = false;
}

/* ---- Setting up ---- */

bool weft_poll_init(weft_poll *backend, nfds_t own)
{
    *backend = (weft_poll){
        .backend = {.now = poll_now,
                    .sleep = poll_sleep,
                    .resolution = 1,
                    .watch = poll_watch,
                    .unwatch = poll_unwatch,
                    .wake = poll_wake,
                    .open_wake = poll_open_wake,
                    .close_wake = poll_close_wake},
        .own = own,
        .wake_pipe = {-1, -1},
    };
    (void)poll_now(&backend->backend); /* a first time, for a clock that fails later */
    return make_entries(backend, 0);
}

void weft_poll_close(weft_poll *backend)
{
    free(backend->entries);
    free(backend->entry_of);
}
