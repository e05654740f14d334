/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "core/backend/select.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/backend/units.h"
#include "core/descriptor.h"

/* Some systems refuse longer timeouts than 31 days. */
enum { LONGEST_SLEEP = 24 * 60 * 60 };

static weft_select *select_of(weft_backend *backend)
{
    return WEFT_CONTAINER_(backend, weft_select, backend);
}

static weft_time select_now(weft_backend *backend)
{
    weft_select *const select = select_of(backend);
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) == 0)
        select->now = weft_units_of_(now.tv_sec, now.tv_nsec);
    return select->now;
}

/* ---- What is watched ---- */

static bool is_open(int descriptor)
{
    return fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF;
}

const weft_error *weft_watch_stat(weft_watch *watch)
{
    struct stat file;
    uint32_t hash = 0;
    if (fstat(weft_watch_descriptor(watch), &file) == 0)
        hash = (uint32_t)file.st_ino * 31 + (uint32_t)file.st_dev;
    else if (errno == EBADF)
        return &weft_bad_descriptor_error;
    weft_watch_set_file(watch, hash);
    return NULL;
}

/* Returns true if the number is watched in any direction. O(1): it looks at no list. */
static bool is_watched(const weft_select *select, int descriptor)
{
    return FD_ISSET(descriptor, &select->watched[WEFT_READABLE]) ||
           FD_ISSET(descriptor, &select->watched[WEFT_WRITABLE]);
}

static const weft_error *select_watch(weft_backend *backend, weft_watch *watch)
{
    weft_select *const select = select_of(backend);
    const int descriptor = weft_watch_descriptor(watch);
    if (descriptor >= FD_SETSIZE)
        return &weft_descriptor_range_error;
    const weft_error *error = weft_watch_stat(watch);
    if (!error && is_watched(select, descriptor))
        error = weft_watch_admit(backend->loop, watch);
    if (error)
        return error;
    FD_SET(descriptor, &select->watched[weft_watch_for(watch)]);
    if (descriptor > select->highest)
        select->highest = descriptor;
    return NULL;
}

static void select_unwatch(weft_backend *backend, const weft_watch *watch)
{
    FD_CLR(weft_watch_descriptor(watch), &select_of(backend)->watched[weft_watch_for(watch)]);
}

/* ---- wake ----
 * A byte in a pipe ends select(). If the pipe is full, a byte is there already. */

static bool make_pipe(int wake_pipe[2])
{
    if (pipe(wake_pipe) != 0)
        return false;
    for (int i = 0; i < 2; i++)
        if (fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC) != 0 ||
            fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK) != 0) {
            close(wake_pipe[0]);
            close(wake_pipe[1]);
            return false;
        }
    return true;
}

static void select_close_wake(weft_backend *backend)
{
    weft_select *const select = select_of(backend);
    close(select->wake_pipe[0]);
    close(select->wake_pipe[1]);
    select->wake_pipe[0] = -1;
}

/* Gives a child of fork() a pipe of its own, under the numbers of its parent's pipe. If the child
 * emptied its parent's pipe, the parent would miss a wake-up. If the child cannot create a pipe,
 * its sleeps end early until the parent has emptied the shared one. */
static void replace_wake_pipe(weft_select *select)
{
    int wake_pipe[2];
    if (!make_pipe(wake_pipe))
        return;
    for (int i = 0; i < 2; i++) {
        (void)dup2(wake_pipe[i], select->wake_pipe[i]);
        (void)fcntl(select->wake_pipe[i], F_SETFD, FD_CLOEXEC);
        close(wake_pipe[i]);
    }
    select->process = getpid();
}

static const weft_error *select_open_wake(weft_backend *backend)
{
    WEFT_ERROR_(no_pipe, weft_descriptor_error, "cannot create a pipe");
    weft_select *const select = select_of(backend);
    if (!make_pipe(select->wake_pipe)) {
        select->wake_pipe[0] = -1;
        return no_pipe;
    }
    select->process = getpid();
    if (select->wake_pipe[0] < FD_SETSIZE)
        return NULL;
    select_close_wake(backend);
    return &weft_descriptor_range_error;
}

/* Returns false if another write is of no use: the pipe is full, or closed. */
static bool may_still_wake(void)
{
    return errno != EAGAIN && errno != EBADF && errno != EPIPE;
}

/* May run in a signal handler, so errno must not change. */
static void select_wake(weft_backend *backend)
{
    const int before = errno;
    while (write(select_of(backend)->wake_pipe[1], "", 1) < 0 && may_still_wake())
        continue;
    errno = before;
}

static void drain_wake(weft_select *select)
{
    char bytes[64];
    if (select->process != getpid()) {
        replace_wake_pipe(select);
        return;
    }
    while (read(select->wake_pipe[0], bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes))
        continue;
}

/* ---- Sleeping ---- */

/* Fails the watches whose descriptors were closed. Returns true if there was one. */
static bool notify_bad(weft_backend *backend)
{
    bool found = false;
    weft_watch *next;
    for (weft_watch *watch = weft_first_watch(backend->loop); watch; watch = next) {
        next = weft_next_watch(watch);
        if (is_open(weft_watch_descriptor(watch)))
            continue;
        weft_watch_bad(backend->loop, watch);
        found = true;
    }
    return found;
}

/* A signal ends the sleep early, which does no harm. After any other failure, such as ENOMEM, all
 * that can be done is to wait for a short time and to try again. */
static void select_failed(weft_backend *backend, struct timeval rest)
{
    if (errno == EINTR || (errno == EBADF && notify_bad(backend)))
        return;
    const struct timeval a_little = {0, 10000};
    if (rest.tv_sec > 0 || rest.tv_usec > a_little.tv_usec)
        rest = a_little;
    (void)select(0, NULL, NULL, NULL, &rest);
}

static bool is_ready(const weft_watch *watch, const fd_set ready[2])
{
    return FD_ISSET(weft_watch_descriptor(watch), &ready[weft_watch_for(watch)]);
}

/* Returns the first watch that is ready, of `count` such watches. A task that is often notified
 * waits again each time, so its watch is near the end of the list. The search begins there, and
 * does not look at the watches that wait for long. */
static weft_watch *first_ready(weft_loop *loop, int count, const fd_set ready[2])
{
    weft_watch *const first = weft_first_watch(loop);
    weft_watch *watch = weft_wait_of_(first->previous); /* the last */
    while (count -= is_ready(watch, ready), count > 0 && watch != first)
        watch = weft_wait_of_(watch->previous);
    return watch;
}

/* Notifies the watches that are ready, in the order in which they began. */
static void notify_ready(weft_backend *backend, int count, const fd_set ready[2])
{
    weft_watch *watch = first_ready(backend->loop, count, ready), *next;
    for (; watch && count > 0; watch = next) {
        next = weft_next_watch(watch);
        if (is_ready(watch, ready)) {
            weft_watch_ready(backend->loop, watch);
            count--;
        }
    }
}

/* Returns the highest descriptor for select(). unwatch() does not lower `highest`: that is done
 * here, when the number is needed. */
static int highest(weft_select *select)
{
    while (select->highest >= 0 && !FD_ISSET(select->highest, &select->watched[WEFT_READABLE]) &&
           !FD_ISSET(select->highest, &select->watched[WEFT_WRITABLE]))
        select->highest--;
    return select->highest > select->wake_pipe[0] ? select->highest : select->wake_pipe[0];
}

/* Returns how long select() may wait, rounded up. */
static struct timeval rest_until(weft_backend *backend, weft_time until)
{
    const bool has_timer = until && until != WEFT_FOREVER;
    const uint64_t rest = has_timer ? weft_time_left(until, select_now(backend)) : until;
    struct timeval timeout = {LONGEST_SLEEP, 0};
    if (rest / WEFT_TIME_HZ < LONGEST_SLEEP) {
        const uint64_t part = (rest % WEFT_TIME_HZ * 1000000 + (WEFT_TIME_HZ - 1)) / WEFT_TIME_HZ;
        timeout.tv_sec = (time_t)(rest / WEFT_TIME_HZ + part / 1000000);
        timeout.tv_usec = (suseconds_t)(part % 1000000);
    }
    return timeout;
}

static void select_sleep(weft_backend *backend, weft_time until)
{
    weft_select *const self = select_of(backend);
    const struct timeval rest = rest_until(backend, until);
    struct timeval timeout = rest;
    fd_set ready[2] = {self->watched[0], self->watched[1]};
    const int wake_pipe = self->wake_pipe[0];
    if (wake_pipe >= 0)
        FD_SET(wake_pipe, &ready[WEFT_READABLE]);
    int count = select(highest(self) + 1, &ready[WEFT_READABLE], &ready[WEFT_WRITABLE], NULL,
                       until == WEFT_FOREVER ? NULL : &timeout);
    if (count < 0) {
        select_failed(backend, rest);
        return;
    }
    if (wake_pipe >= 0 && FD_ISSET(wake_pipe, &ready[WEFT_READABLE])) {
        drain_wake(self);
        count--;
    }
    if (count > 0)
        notify_ready(backend, count, ready);
}

void weft_select_init_(weft_select *backend, size_t size, const char *file, unsigned line)
{
    if (size != sizeof(*backend))
        weft_panic(file, line, "the program and weft were compiled with different FD_SETSIZE");
    *backend = (weft_select){
        .backend = {.now = select_now,
                    .sleep = select_sleep,
                    .resolution = 1,
                    .watch = select_watch,
                    .unwatch = select_unwatch,
                    .wake = select_wake,
                    .open_wake = select_open_wake,
                    .close_wake = select_close_wake},
        .highest = -1,
        .wake_pipe = {-1, -1},
    };
    FD_ZERO(&backend->watched[WEFT_READABLE]);
    FD_ZERO(&backend->watched[WEFT_WRITABLE]);
    (void)select_now(&backend->backend); /* a first time, for a clock that fails later */
}
