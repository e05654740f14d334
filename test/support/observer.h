/* SPDX-License-Identifier: MIT */
/* Runs a loop tick by tick, counts the awaits that tasks make, and cancels one of them.
 * Between two ticks the observer pushes a probe behind each entry of the ready queue. The probe
 * sees what that entry did, before the next entry runs. The loop's tasks run as they would
 * without probes. */
#ifndef TEST_OBSERVER_H
#define TEST_OBSERVER_H

#include "weft.h"

/* When to cancel the task that makes the chosen await. */
enum moment {
    AT_THE_AWAIT, /* at once, before anything else runs */
    A_TICK_LATER, /* at the end of the next tick */
    WHEN_WOKEN,   /* after the task was woken, and before it runs */
    AND_AGAIN,    /* at once, and at its next two awaits as well */
    MOMENTS
};

extern const char *const moment_names[MOMENTS];

struct observer {
    weft_loop *loop;
    weft_virtual *backend;                   /* the loop's backend */
    void (*idle)(struct observer *observer); /* called when nothing is ready; may be NULL */
    enum moment moment;
    size_t victim; /* number of the chosen await, from 1 on; 0: cancel none */
    size_t awaits; /* awaits made so far */
    size_t requests;
    weft_task *target; /* the task that made the chosen await */
    size_t ticks, tick_of_await;
    struct probe **probes;
    size_t probe_count;
};

/* Runs one tick. Where the loop would sleep, moves the clock instead. Returns false if nothing
 * can run any more. */
bool observe_tick(struct observer *observer);

/* Runs ticks until nothing can run any more. Returns false after `most` ticks. */
bool observe_until_dry(struct observer *observer, size_t most);

void observer_free(struct observer *observer);

#endif
