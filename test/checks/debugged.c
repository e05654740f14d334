/* SPDX-License-Identifier: MIT */
/* For gdb.sh: brings tasks into each state, writes a dump into the file given, and aborts. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "weft.h"

static weft_loop loop, second_loop;
static weft_select backend;
static weft_virtual clock;
static weft_lock lock, kept;
static weft_semaphore permits = WEFT_SEMAPHORE(1);
static weft_future failing, late, never; /* fails before the dump, fails after it, never set */
static const weft_error lost = {.text = "the connection was lost"};
static int ends[2];

enum doing {
    SLEEP,
    HOLD,
    KEEP,
    TAKE_KEPT,
    SEMAPHORE,
    AWAIT,
    AWAIT_LATE,
    AWAIT_TASK,
    GATHER,
    READ,
    STUCK
};

WEFT_ASYNC_NAMED(work, name, const char *name; enum doing doing; weft_task *other;
                 WEFT_GATHER(3) gather;)
{
    if (self->doing == SLEEP) {
        weft_sleep(WEFT_SECONDS(3600));
    } else if (self->doing == HOLD) {
        weft_with_lock(&lock) {
            weft_sleep(WEFT_SECONDS(3600));
        }
        weft_end;
    } else if (self->doing == STUCK) {
        weft_with_lock(&lock) {
        }
        weft_end;
    } else if (self->doing == KEEP) {
        weft_lock_acquire(&kept);
    } else if (self->doing == TAKE_KEPT) {
        weft_lock_acquire(&kept);
    } else if (self->doing == SEMAPHORE) {
        weft_semaphore_acquire(&permits);
        weft_semaphore_acquire(&permits);
    } else if (self->doing == AWAIT) {
        weft_await(&failing);
    } else if (self->doing == AWAIT_LATE) {
        weft_await(&late);
    } else if (self->doing == AWAIT_TASK) {
        weft_await(self->other);
    } else if (self->doing == GATHER) {
        weft_check(weft_gather_add(&self->gather, &never));
        weft_check(weft_gather_add(&self->gather, self->other));
        weft_check(weft_gather_add(&self->gather, &never));
        weft_gather_all(&self->gather);
    } else {
        weft_wait_readable(ends[0]);
    }
}
WEFT_ASYNC_END

typedef WEFT_TASK(work) work_task;

WEFT_ASYNC(inner, weft_lock *lock;)
{
    weft_lock_acquire(self->lock);
}
WEFT_ASYNC_END

WEFT_ASYNC(middle, struct inner inner;)
{
    weft_call(inner, &self->inner, .lock = &lock);
}
WEFT_ASYNC_END

WEFT_ASYNC(outer, struct middle middle;)
{
    weft_call(middle, &self->middle);
}
WEFT_ASYNC_END

/* Nests two groups. A child of the inner group fails just before the dump. */
WEFT_ASYNC(parent, weft_group outer; weft_group inner; work_task child[3]; WEFT_TASK(outer) deep;)
{
    weft_with_group(&self->outer) {
        weft_group_create_task(&self->outer, work, &self->child[0], .name = "reader",
                               .doing = READ);
        weft_group_create_task(&self->outer, work, &self->child[1], .name = "sleeper",
                               .doing = SLEEP);
        weft_with_group(&self->inner) {
            weft_group_create_task(&self->inner, outer, &self->deep);
            weft_group_create_task(&self->inner, work, &self->child[2], .name = "failing",
                                   .doing = AWAIT);
        }
        weft_end;
    }
    weft_end;
}
WEFT_ASYNC_END

/* Nests groups deeper than a dump indents lines. */
enum { LEVELS = 13 };
struct level_task;
struct level {
    weft_frame frame;
    struct level_task *next;
    weft_group group;
};
struct level_task {
    WEFT_TASK(level);
};
static struct level_task levels[LEVELS];

WEFT_ASYNC_BODY(level)
{
    weft_with_group(&self->group) {
        if (self->next) {
            weft_group_create_task(&self->group, level, self->next,
                                   .next =
                                       self->next + 1 < levels + LEVELS ? self->next + 1 : NULL);
        } else {
            weft_await(&never);
        }
    }
    weft_end;
}
WEFT_ASYNC_END

static const char *file;

static void stop_here(void)
{
    FILE *const dump = fopen(file, "w");
    if (dump) {
        weft_dump(&loop, weft_write_to_file, dump);
        fclose(dump);
    }
    abort();
}

WEFT_ASYNC(stopper)
{
    stop_here();
}
WEFT_ASYNC_END

WEFT_ASYNC(starter, WEFT_TASK(stopper) task;)
{
    weft_create_eager_task(stopper, &self->task);
}
WEFT_ASYNC_END

static work_task gone, workers[12];

static void start(work_task *task, const char *name, enum doing doing, work_task *other)
{
    weft_loop_create_task(&loop, work, task, .name = name, .doing = doing,
                          .other = other ? &other->task : NULL);
}

/* gdb.sh stops here, where no loop is on the stack: it uses one loop, or two. */
static void stop_with_one_loop(void)
{
    fflush(NULL);
}

static void stop_with_two_loops(void)
{
    fflush(NULL);
}

static void run_ticks(int n)
{
    for (int i = 0; i < n; i++)
        (void)weft_run_once(&loop);
}

int main(int argc, char **argv)
{
    static WEFT_TASK(parent) family;
    static WEFT_TASK(starter) last;
    if (argc != 2 || pipe(ends) != 0)
        return 2;
    file = argv[1];
    weft_select_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    weft_loop_create_future(&loop, &failing);
    weft_loop_create_future(&loop, &late);
    weft_loop_create_future(&loop, &never);
    start(&gone, "gone", KEEP, NULL);
    start(&workers[0], "holder", HOLD, NULL);
    run_ticks(2);
    memset(&gone, 0, sizeof(gone));
    weft_set_daemon(&workers[0].task, true);
    start(&workers[1], "stuck", STUCK, NULL);
    start(&workers[2], "unlucky", TAKE_KEPT, NULL);
    start(&workers[3], "permits", SEMAPHORE, NULL);
    start(&workers[4], "waits", AWAIT_LATE, NULL);
    start(&workers[5], "follower", AWAIT_TASK, &workers[4]);
    start(&workers[6], "collector", GATHER, &workers[4]);
    start(&workers[7], "twin", SLEEP, NULL);
    start(&workers[8], "twin", SLEEP, NULL);
    start(&workers[9], "cancelled", SLEEP, NULL);
    weft_loop_create_task(&loop, parent, &family);
    weft_loop_create_task(&loop, level, &levels[0], .next = &levels[1]);
    run_ticks(LEVELS + 2);
    stop_with_one_loop();
    weft_virtual_init(&clock);
    weft_loop_init(&second_loop, &clock.backend);
    stop_with_two_loops();
    weft_set_error(&failing, &lost);
    weft_loop_create_task(&loop, starter, &last);
    weft_set_error(&late, &lost);
    weft_cancel(&workers[9]);
    start(&workers[10], "new", SLEEP, NULL);
    (void)weft_run_forever(&loop);
    return 1;
}
