/* SPDX-License-Identifier: MIT */
#include "backends.h"

#include "core/backend/poll.h"
#ifdef HAVE_EPOLL
#include "core/backend/epoll.h"
#endif

static union {
    weft_backend backend;
    weft_select select;
    weft_poll poll;
#ifdef HAVE_EPOLL
    weft_epoll epoll;
#endif
} any;

static enum { ON_SELECT, ON_POLL, ON_EPOLL } chosen;
static bool opened;

static void choose_select(void)
{
    chosen = ON_SELECT;
}

static void choose_poll(void)
{
    chosen = ON_POLL;
}

#ifdef HAVE_EPOLL
static void choose_epoll(void)
{
    chosen = ON_EPOLL;
}

/* epoll checks for closed descriptors at each look, as the other backends do. So all backends
 * pass the same tests. */
static void open_epoll(void)
{
    ck_assert(weft_epoll_init(&any.epoll));
    any.epoll.check_every = 0;
}

static void close_epoll(void)
{
    weft_epoll_close(&any.epoll);
}
#endif

static void open_select(void)
{
    weft_select_init(&any.select);
}

static void open_poll(void)
{
    ck_assert(weft_poll_init(&any.poll, 0));
}

static void close_poll(void)
{
    weft_poll_close(&any.poll);
}

static const struct {
    const char *name;
    void (*choose)(void), (*open)(void), (*close)(void);
} backends[] = {
    [ON_SELECT] = {"select", choose_select, open_select, NULL},
    [ON_POLL] = {"poll", choose_poll, open_poll, close_poll},
#ifdef HAVE_EPOLL
    [ON_EPOLL] = {"epoll", choose_epoll, open_epoll, close_epoll},
#endif
};

weft_backend *open_backend(void)
{
    backends[chosen].open();
    opened = true;
    return &any.backend;
}

static void close_backend(void)
{
    if (opened && backends[chosen].close)
        backends[chosen].close();
    opened = false;
}

bool takes_any_number(void)
{
    return chosen != ON_SELECT;
}

TCase *begin_case_on(int which)
{
    if ((size_t)which >= sizeof(backends) / sizeof(*backends))
        return NULL;
    return begin_case(backends[which].name, backends[which].choose, close_backend);
}
