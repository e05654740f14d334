/* SPDX-License-Identifier: MIT */
/* Each number has one entry in epoll, for both directions, with EPOLLONESHOT: after a report the
 * entry is off until a watch begins again. So the begin of a watch costs one system call,
 * EPOLL_CTL_MOD, and its end none. An entry without a watch may end one sleep early, which does no
 * harm. */
#define _GNU_SOURCE
#include "core/backend/epoll.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/backend/units.h"
#include "core/descriptor.h"

/* 100 ms, or what the clock holds. */
#if WEFT_TIME_BITS == 16 && WEFT_TIME_HZ > 300000
#define CHECK_EVERY WEFT_MS(INT16_MAX / (WEFT_TIME_HZ / 1000) / 2)
#else
#define CHECK_EVERY WEFT_MS(100)
#endif

static weft_epoll *epoll_of(weft_backend *backend)
{
    return (weft_epoll *)(void *)backend; /* its first member */
}

static weft_time epoll_now(weft_backend *backend)
{
    weft_epoll *const self = epoll_of(backend);
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) == 0)
        self->now = weft_units_of_(now.tv_sec, now.tv_nsec);
    return self->now;
}

/* ---- Slots ---- */

static size_t count_watches(const struct weft_epoll_slot_ *slot)
{
    return (size_t) !!slot->watches[WEFT_READABLE] + !!slot->watches[WEFT_WRITABLE];
}

/* Returns the number's slot; NULL: there is no memory. The table grows by a half at least. */
static struct weft_epoll_slot_ *slot_of(weft_epoll *self, int descriptor)
{
    const size_t wanted = (size_t)descriptor + 1;
    if (wanted <= self->room)
        return &self->slots[descriptor];
    const size_t room = wanted + self->room / 2;
    struct weft_epoll_slot_ *const slots = realloc(self->slots, room * sizeof(*slots));
    if (!slots)
        return NULL;
    for (size_t i = self->room; i < room; i++)
        slots[i] = (struct weft_epoll_slot_){.always = false};
    self->slots = slots;
    self->room = room;
    return &slots[descriptor];
}

/* Ends the watches of a slot, whose number no longer belongs to the file that they wait for. */
static void notify_bad_slot(weft_epoll *self, struct weft_epoll_slot_ *slot)
{
    for (int what = 0; what < 2; what++)
        if (slot->watches[what])
            weft_watch_bad(self->backend.loop, slot->watches[what]); /* this calls epoll_unwatch */
}

/* Notes the slot's file. If the number belonged to another file before, ends that file's
 * watches. */
static void set_file(weft_epoll *self, struct weft_epoll_slot_ *slot, const struct stat *file)
{
    if (slot->device == file->st_dev && slot->inode == file->st_ino)
        return;
    notify_bad_slot(self, slot);
    slot->device = file->st_dev;
    slot->inode = file->st_ino;
    slot->always = false;
}

/* ---- What is watched ---- */

/* Has epoll report once what the slot's watches wait for. Returns 0, or an errno. When a file is
 * closed, epoll removes its entry. So only epoll knows if there is an entry. */
static int arm(weft_epoll *self, const struct weft_epoll_slot_ *slot)
{
    const int descriptor = (int)(slot - self->slots);
    struct epoll_event event = {.events = EPOLLONESHOT, .data = {.fd = descriptor}};
    if (slot->watches[WEFT_READABLE])
        event.events |= EPOLLIN;
    if (slot->watches[WEFT_WRITABLE])
        event.events |= EPOLLOUT;
    if (epoll_ctl(self->epoll, EPOLL_CTL_MOD, descriptor, &event) == 0 ||
        (errno == ENOENT && epoll_ctl(self->epoll, EPOLL_CTL_ADD, descriptor, &event) == 0))
        return 0;
    return errno;
}

/* Notes if the slot is always ready, after one more watch has begun. The file may be of another
 * kind than the one before, although device and inode are equal. */
static void set_always(weft_epoll *self, struct weft_epoll_slot_ *slot, bool always)
{
    const size_t watches = count_watches(slot);
    self->always -= slot->always ? watches - 1 : 0;
    self->always += always ? watches : 0;
    slot->always = always;
}

/* Begins a watch of the slot. epoll refuses regular files and directories (EPERM), which are always
 * ready. */
static const weft_error *begin(weft_epoll *self, struct weft_epoll_slot_ *slot)
{
    const int refused = arm(self, slot);
    switch (refused) {
    case 0:
    case EPERM:
        set_always(self, slot, refused);
        return NULL;
    case EBADF:
        return &weft_bad_descriptor_error;
    default:
        return &weft_descriptor_range_error;
    }
}

static const weft_error *epoll_watch(weft_backend *backend, weft_watch *watch)
{
    weft_epoll *const self = epoll_of(backend);
    struct stat file;
    const bool is_known = fstat(weft_watch_descriptor(watch), &file) == 0;
    if (!is_known && errno == EBADF)
        return &weft_bad_descriptor_error;
    struct weft_epoll_slot_ *const slot = slot_of(self, weft_watch_descriptor(watch));
    if (!slot)
        return &weft_descriptor_range_error;
    if (is_known)
        set_file(self, slot, &file);
    weft_watch **const slot_watch = &slot->watches[weft_watch_for(watch)];
    if (*slot_watch)
        return &weft_descriptor_busy_error;
    *slot_watch = watch;
    const weft_error *const error = begin(self, slot);
    if (error)
        *slot_watch = NULL;
    return error;
}

static void epoll_unwatch(weft_backend *backend, const weft_watch *watch)
{
    weft_epoll *const self = epoll_of(backend);
    struct weft_epoll_slot_ *const slot = &self->slots[weft_watch_descriptor(watch)];
    slot->watches[weft_watch_for(watch)] = NULL;
    if (slot->always)
        self->always--;
}

/* ---- wake ----
 * An eventfd with a count ends epoll_wait(). */

static const weft_error *epoll_open_wake(weft_backend *backend)
{
    WEFT_ERROR_(no_eventfd, weft_descriptor_error, "cannot create an eventfd");
    weft_epoll *const self = epoll_of(backend);
    self->wake_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (self->wake_event < 0)
        return no_eventfd;
    struct epoll_event event = {.events = EPOLLIN, .data = {.fd = self->wake_event}};
    if (epoll_ctl(self->epoll, EPOLL_CTL_ADD, self->wake_event, &event) == 0)
        return NULL;
    close(self->wake_event);
    self->wake_event = -1;
    return no_eventfd;
}

static void epoll_close_wake(weft_backend *backend)
{
    weft_epoll *const self = epoll_of(backend);
    close(self->wake_event);
    self->wake_event = -1;
}

/* May run in a signal handler, so errno must not change. If the counter is full (EAGAIN), the
 * eventfd is ready already. */
static void epoll_wake(weft_backend *backend)
{
    const int before = errno;
    const uint64_t one = 1;
    while (write(epoll_of(backend)->wake_event, &one, sizeof(one)) < 0 && errno != EAGAIN &&
           errno != EBADF)
        continue;
    errno = before;
}

static void epoll_drain_wake(weft_epoll *self)
{
    uint64_t wakes;
    while (read(self->wake_event, &wakes, sizeof(wakes)) < 0 && errno == EINTR)
        continue;
}

/* ---- Sleeping ---- */

/* Notifies the watches of a slot that epoll has reported. Both directions are off now, so a watch
 * that goes on is armed again. */
static void notify_slot(weft_epoll *self, struct weft_epoll_slot_ *slot, uint32_t events)
{
    static const uint32_t ready[2] = {EPOLLIN | EPOLLHUP | EPOLLERR,
                                      EPOLLOUT | EPOLLHUP | EPOLLERR};
    for (int what = 0; what < 2; what++)
        if (slot->watches[what] && events & ready[what])
            weft_watch_ready(self->backend.loop, slot->watches[what]);
    if (count_watches(slot) && !slot->always && arm(self, slot) != 0)
        notify_bad_slot(self, slot);
}

static void notify(weft_epoll *self, const struct epoll_event *event)
{
    if (event->data.fd == self->wake_event)
        epoll_drain_wake(self);
    else
        notify_slot(self, &self->slots[event->data.fd], event->events);
}

static void notify_always(weft_epoll *self)
{
    weft_watch *next;
    for (weft_watch *watch = weft_first_watch(self->backend.loop); watch; watch = next) {
        next = weft_next_watch(watch);
        if (self->slots[weft_watch_descriptor(watch)].always)
            weft_watch_ready(self->backend.loop, watch);
    }
}

/* Fails the watches whose descriptors were closed: epoll does not report them. Returns true if
 * there was one. */
static bool notify_closed(weft_epoll *self)
{
    bool found = false;
    weft_watch *next;
    for (weft_watch *watch = weft_first_watch(self->backend.loop); watch; watch = next) {
        next = weft_next_watch(watch);
        if (fcntl(weft_watch_descriptor(watch), F_GETFD) >= 0)
            continue;
        weft_watch_bad(self->backend.loop, watch);
        found = true;
    }
    return found;
}

/* Searches for closed descriptors if check_every has passed since the last search. Returns how long
 * the sleep may last, at most `left`: a sleep ends at the next search at the latest. After a search
 * the sleep may be longer, because no task runs meanwhile that could close a file. */
static weft_time check(weft_epoll *self, weft_time now, weft_time left)
{
    const weft_time passed = weft_wrap_(now - self->checked);
    if (passed < self->check_every) {
        const weft_time rest = self->check_every - passed;
        return left < rest ? left : rest;
    }
    self->checked = now;
    return notify_closed(self) ? 0 : left;
}

/* A signal (EINTR) ends the sleep early, which does no harm. epoll reports the events for which
 * `events` has no room the next time. */
static void epoll_sleep(weft_backend *backend, weft_time until)
{
    weft_epoll *const self = epoll_of(backend);
    struct epoll_event events[64];
    const weft_time now = epoll_now(backend);
    weft_time left = weft_time_left(until, now);
    if (weft_first_watch(backend->loop))
        left = check(self, now, left);
    const int timeout = left == WEFT_FOREVER ? -1 : weft_ms_of_(left);
    const int count = epoll_wait(self->epoll, events, 64, self->always ? 0 : timeout);
    for (int i = 0; i < count; i++)
        notify(self, &events[i]);
    if (self->always)
        notify_always(self);
}

bool weft_epoll_init(weft_epoll *backend)
{
    *backend = (weft_epoll){
        .backend = {.now = epoll_now,
                    .sleep = epoll_sleep,
                    .resolution = 1,
                    .watch = epoll_watch,
                    .unwatch = epoll_unwatch,
                    .is_shared_by_fork = true,
                    .wake = epoll_wake,
                    .open_wake = epoll_open_wake,
                    .close_wake = epoll_close_wake},
        .epoll = epoll_create1(EPOLL_CLOEXEC),
        .wake_event = -1,
        .check_every = CHECK_EVERY,
    };
    (void)epoll_now(&backend->backend); /* a first time, for a clock that fails later */
    return backend->epoll >= 0;
}

void weft_epoll_close(weft_epoll *backend)
{
    close(backend->epoll);
    free(backend->slots);
}
