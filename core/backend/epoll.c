/* A port on Linux's epoll. What a port has to do is told in doc/porting.md; this one does all of
 * it, and waits for more descriptors than select() can hold, at a cost that does not grow with
 * them.
 *
 * Each number has one entry in epoll, for both directions, with EPOLLONESHOT: what has been
 * reported is off until somebody waits again. So a wait is one system call, EPOLL_CTL_MOD, and its
 * end none: an entry that nobody waits for any more may end one sleep early, which is allowed. */
#define _GNU_SOURCE
#include "core/backend/epoll.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/descriptor.h"

static weft_epoll *epoll_of(weft_backend *backend)
{
    return (weft_epoll *)(void *)backend; /* its first member */
}

static weft_time epoll_now(weft_backend *backend)
{
    weft_epoll *const self = epoll_of(backend);
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) == 0)
        self->now = WEFT_SECONDS(now.tv_sec) + (weft_time)now.tv_nsec / 1000;
    return self->now;
}

/* ---- Slots ---- */

static size_t count_watches(const struct weft_epoll_slot_ *slot)
{
    return (size_t) !!slot->watches[WEFT_READABLE] + !!slot->watches[WEFT_WRITABLE];
}

/* The table grows to have the number, by a half at least. */
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

/* The slot's number is no longer that of the file that they wait for. */
static void tell_bad_slot(weft_epoll *self, struct weft_epoll_slot_ *slot)
{
    for (int what = 0; what < 2; what++)
        if (slot->watches[what])
            weft_watch_bad(self->backend.loop, slot->watches[what]); /* which unwatches it */
}

/* The number may have been another file's before, which was closed. */
static void set_file(weft_epoll *self, struct weft_epoll_slot_ *slot, const struct stat *file)
{
    if (slot->device == file->st_dev && slot->inode == file->st_ino)
        return;
    tell_bad_slot(self, slot);
    slot->device = file->st_dev;
    slot->inode = file->st_ino;
    slot->always = false;
}

/* ---- What is watched ---- */

/* Has epoll report what the slot's watches wait for, once: 0, or an errno. A file that was closed
 * has taken its entry with it, so only epoll knows whether there is one. */
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

/* One more watches: the file may be of another kind than the one before, and look the same. */
static void set_always(weft_epoll *self, struct weft_epoll_slot_ *slot, bool always)
{
    const size_t watches = count_watches(slot);
    self->always -= slot->always ? watches - 1 : 0;
    self->always += always ? watches : 0;
    slot->always = always;
}

/* Regular files and directories, which epoll refuses, can always be read and written. */
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
    weft_watch **const place = &slot->watches[weft_watch_for(watch)];
    if (*place)
        return &weft_descriptor_busy_error;
    *place = watch;
    const weft_error *const error = begin(self, slot);
    if (error)
        *place = NULL;
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

/* ---- The bell ---- */

static const weft_error *epoll_hang_bell(weft_backend *backend)
{
    static const weft_error no_bell = {&weft_descriptor_error, "there is no eventfd to be had"};
    weft_epoll *const self = epoll_of(backend);
    self->wake_pipe = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (self->wake_pipe < 0)
        return &no_bell;
    struct epoll_event event = {.events = EPOLLIN, .data = {.fd = self->wake_pipe}};
    if (epoll_ctl(self->epoll, EPOLL_CTL_ADD, self->wake_pipe, &event) == 0)
        return NULL;
    close(self->wake_pipe);
    self->wake_pipe = -1;
    return &no_bell;
}

static void epoll_take_bell_down(weft_backend *backend)
{
    weft_epoll *const self = epoll_of(backend);
    close(self->wake_pipe);
    self->wake_pipe = -1;
}

/* Also in a signal's handler: errno is the program's. A counter that is full rings as well. */
static void epoll_ring(weft_backend *backend)
{
    const int before = errno;
    const uint64_t one = 1;
    while (write(epoll_of(backend)->wake_pipe, &one, sizeof(one)) < 0 && errno != EAGAIN &&
           errno != EBADF)
        continue;
    errno = before;
}

static void epoll_silence_bell(weft_epoll *self)
{
    uint64_t rings;
    while (read(self->wake_pipe, &rings, sizeof(rings)) < 0 && errno == EINTR)
        continue;
}

/* ---- Sleeping ---- */

/* Both directions of the number are off now. */
static void tell_slot(weft_epoll *self, struct weft_epoll_slot_ *slot, uint32_t events)
{
    static const uint32_t ready[2] = {EPOLLIN | EPOLLHUP | EPOLLERR,
                                      EPOLLOUT | EPOLLHUP | EPOLLERR};
    for (int what = 0; what < 2; what++)
        if (slot->watches[what] && events & ready[what])
            weft_watch_ready(self->backend.loop, slot->watches[what]);
    if (count_watches(slot) && !slot->always && arm(self, slot) != 0)
        tell_bad_slot(self, slot);
}

static void tell(weft_epoll *self, const struct epoll_event *event)
{
    if (event->data.fd == self->wake_pipe)
        epoll_silence_bell(self);
    else
        tell_slot(self, &self->slots[event->data.fd], event->events);
}

static void tell_always(weft_epoll *self)
{
    weft_watch *next;
    for (weft_watch *watch = weft_first_watch(self->backend.loop); watch; watch = next) {
        next = weft_next_watch(watch);
        if (self->slots[weft_watch_descriptor(watch)].always)
            weft_watch_ready(self->backend.loop, watch);
    }
}

/* A file that is closed leaves epoll without a word, so it has to be looked for. Whether there is
 * one. */
static bool find_closed(weft_epoll *self)
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

/* That is done every so often, so that it costs little. A sleep lasts until then at most; and one
 * that begins with it as long as it likes, since nobody runs meanwhile who could close a file. */
static weft_time check(weft_epoll *self, weft_time now, weft_time until)
{
    const weft_time next = self->checked + self->check_every;
    if (now < next)
        return until < next ? until : next;
    self->checked = now;
    return find_closed(self) ? 0 : until;
}

/* In milliseconds, rounded up: no timer is looked for too early, and then again. */
static int rest_in_ms(weft_time now, weft_time until)
{
    if (until <= now)
        return 0;
    const weft_time rest = (until - now - 1) / 1000 + 1;
    return rest < INT_MAX ? (int)rest : INT_MAX;
}

/* A signal (EINTR) ends the sleep early: the loop comes back. What `events` has no room for, epoll
 * reports the next time. */
static void epoll_sleep(weft_backend *backend, weft_time until)
{
    weft_epoll *const self = epoll_of(backend);
    struct epoll_event events[64];
    const weft_time now = epoll_now(backend);
    if (weft_first_watch(backend->loop))
        until = check(self, now, until);
    if (self->always)
        until = 0;
    const int count = epoll_wait(self->epoll, events, 64, rest_in_ms(now, until));
    for (int i = 0; i < count; i++)
        tell(self, &events[i]);
    if (self->always)
        tell_always(self);
}

bool weft_epoll_init(weft_epoll *backend)
{
    *backend = (weft_epoll){
        .backend = {.now = epoll_now,
                    .sleep = epoll_sleep,
                    .resolution = 1,
                    .watch = epoll_watch,
                    .unwatch = epoll_unwatch,
                    .wake = epoll_ring,
                    .open_wake = epoll_hang_bell,
                    .close_wake = epoll_take_bell_down},
        .epoll = epoll_create1(EPOLL_CLOEXEC),
        .wake_pipe = -1,
        .check_every = WEFT_MS(100),
    };
    (void)epoll_now(&backend->backend); /* so that it has a time to stand still at */
    return backend->epoll >= 0;
}

void weft_epoll_close(weft_epoll *backend)
{
    close(backend->epoll);
    free(backend->slots);
}
