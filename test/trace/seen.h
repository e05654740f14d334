/* SPDX-License-Identifier: MIT */
/* An observer that checks the events of a trace program: they come in an order that is possible,
 * each has a cause, and they agree with what the loop says of its tasks. */
#ifndef INTERPRETER_SEEN_H
#define INTERPRETER_SEEN_H

#include <weft.h>

#if WEFT_TEXTS

enum { SEEN_TASKS = 1000, SEEN_LOCKS = 100, SEEN_CALLBACKS = 1000, SEEN_BLOCKS = 50 };

/* What the events say of a task. */
struct seen_task {
    const void *address;
    enum {
        SEEN_NOT,
        SEEN_CREATED,
        SEEN_READY,
        SEEN_RUNS,
        SEEN_INTERRUPTED,
        SEEN_WAITS,
        SEEN_ENDED
    } state;
    unsigned char wait;              /* enum weft_wait_kind */
    bool cancelled;                  /* it was asked to end */
    bool raises;                     /* and the request has reached it */
    const void *blocks[SEEN_BLOCKS]; /* the groups and timeouts that it is in */
    size_t depth;
};

struct seen {
    weft_observer observer;
    weft_loop *loop;
    const char *wrong;     /* the first thing that is wrong; NULL: nothing */
    size_t event_of_wrong; /* the number of that event */
    size_t events;
    struct seen_task tasks[SEEN_TASKS];
    size_t task_count;
    struct seen_task *running; /* NULL: no task runs */
    const void *callback;      /* the handle whose function runs; NULL: none */
    const void *timeout;       /* the timeout that has expired in this callback; NULL: none */
    const void *ready[SEEN_CALLBACKS]; /* handles that are ready */
    size_t ready_count;
    struct {
        const void *lock, *holder;
    } held[SEEN_LOCKS];
    size_t held_count;
    weft_time time; /* of the last event */
    bool sleeps;
    unsigned long kinds[WEFT_EVENT_LOOP_WAKES + 1]; /* how many events, of all programs */
    unsigned long causes[WEFT_BY_GROUP + 1];
};

/* Begins to observe a loop, which must have no tasks. Forgets the loop before. */
void seen_begin(struct seen *seen, weft_loop *loop);

/* Compares the events with the tasks that live. Ends the observation. Sets seen->wrong. */
void seen_end(struct seen *seen);

/* Prints the kinds of events that no program had, except those in `none`, a bit for each kind.
 * Returns how many these are. */
int seen_missing(const struct seen *seen, unsigned long none);

#endif
#endif
