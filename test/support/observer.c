/* SPDX-License-Identifier: MIT */
#include "observer.h"

#include <stdlib.h>

#include "ready.h"
#include "timers.h"

const char *const moment_names[MOMENTS] = {"at the await", "a tick later", "when woken",
                                           "and again"};

/* A callback that the observer pushes behind an entry of the ready queue. */
struct probe {
    weft_handle handle;
    struct observer *observer;
    weft_task *task; /* the task of that entry; NULL: the entry is a callback */
};

/* ---- Which await to cancel, and when ---- */

enum { TIMES = 3 }; /* requests in AND_AGAIN */

static bool is_alive(const struct observer *observer, const weft_task *task)
{
    weft_task *other = weft_first_task(observer->loop);
    while (other && other != task)
        other = weft_next_task(other);
    return other;
}

static void request(struct observer *observer)
{
    observer->requests++;
    weft_cancel(observer->target);
}

static void await_was_made(struct observer *observer, weft_task *task)
{
    const bool at_once = observer->moment == AT_THE_AWAIT || observer->moment == AND_AGAIN;
    const bool is_it = ++observer->awaits == observer->victim;
    if (is_it) {
        observer->target = task;
        observer->tick_of_await = observer->ticks;
    }
    const bool again = observer->moment == AND_AGAIN && observer->target == task;
    if (at_once && (is_it || (again && observer->requests < TIMES)))
        request(observer);
}

static bool is_due(const struct observer *observer, bool tick_is_over)
{
    if (!observer->target || observer->requests)
        return false;
    if (observer->moment == A_TICK_LATER)
        return tick_is_over && observer->ticks > observer->tick_of_await &&
               is_alive(observer, observer->target);
    return observer->moment == WHEN_WOKEN && is_alive(observer, observer->target) &&
           !weft_is_parked_(observer->target);
}

/* ---- Probes ---- */

static void probed(weft_loop *loop, weft_handle *handle)
{
    struct probe *const probe = WEFT_HANDLE_OWNER(handle, struct probe, handle);
    (void)loop;
    if (probe->task && !weft_done(probe->task))
        await_was_made(probe->observer, probe->task);
    if (is_due(probe->observer, false))
        request(probe->observer);
}

static struct probe *probe_number(struct observer *observer, size_t number)
{
    if (number == observer->probe_count) {
        const size_t size = ++observer->probe_count * sizeof(struct probe *);
        observer->probes = realloc(observer->probes, size);
        observer->probes[number] = calloc(1, sizeof(struct probe));
        observer->probes[number]->observer = observer;
    }
    return observer->probes[number];
}

static void push_again(weft_ready_queue_ *ready, weft_node_ *node)
{
    if (weft_knows_previous_(node))
        ready_push_callback(ready, weft_wait_of_(node));
    else
        weft_ready_push_(ready, node);
}

static void interleave(struct observer *observer)
{
    weft_ready_queue_ *const ready = &observer->loop->ready;
    weft_node_ *node = ready->tick.next, *const last = ready->tail;
    bool more = true;
    weft_ready_init_(ready);
    for (size_t n = 0; more; n++) {
        weft_node_ *const next = node->next;
        struct probe *const probe = probe_number(observer, n);
        more = node != last;
        probe->task = weft_is_callback_(node) ? NULL : weft_task_of_node_(node);
        push_again(ready, node);
        weft_call_soon(observer->loop, &probe->handle, probed);
        node = next;
    }
}

/* ---- Ticks ---- */

bool observe_tick(struct observer *observer)
{
    weft_loop *const loop = observer->loop;
    if (ready_is_idle(&loop->ready)) {
        if (observer->idle)
            observer->idle(observer);
        if (!has_timers(&loop->timers))
            return false;
        observer->backend->backend.sleep(&observer->backend->backend, next_timer(&loop->timers));
    } else {
        interleave(observer);
    }
    weft_stop(loop);
    weft_run_forever(loop);
    observer->ticks++;
    if (is_due(observer, true))
        request(observer);
    return true;
}

bool observe_until_dry(struct observer *observer, size_t most)
{
    while (observe_tick(observer))
        if (!most--)
            return false;
    return true;
}

void observer_free(struct observer *observer)
{
    for (size_t i = 0; i < observer->probe_count; i++)
        free(observer->probes[i]);
    free(observer->probes);
}
