/* Runs a loop tick by tick, looks at each await that a task makes, and cancels one of them.
 *
 * Between two ticks a probe is put behind each entry of the ready queue: it sees what that entry
 * did before the next one runs. To the loop's tasks this makes no difference.
 */
#ifndef TEST_OBSERVER_H
#define TEST_OBSERVER_H

#include "weft.h"

/* When the task is cancelled whose await it is. */
enum moment {
    AT_THE_AWAIT, /* at once, before anything else runs */
    A_TICK_LATER, /* at the end of the next tick */
    WHEN_WOKEN,   /* once what it waits for has come, and before it runs */
    AND_AGAIN,    /* at once, and at its next two awaits as well */
    MOMENTS
};

extern const char *const moment_names[MOMENTS];

struct observer {
    weft_loop *loop;
    weft_virtual *backend;                   /* the loop's */
    void (*idle)(struct observer *observer); /* nothing is ready; NULL: nobody has to know */
    enum moment moment;
    size_t victim; /* which await, from 1; 0: nobody is cancelled */
    size_t awaits; /* that have been made */
    size_t requests;
    weft_task *target; /* who made that await */
    size_t ticks, tick_of_await;
    struct probe **probes;
    size_t probe_count;
};

/* One tick; where the loop would sleep, the time is what it would then be. False: nothing can ever
 * run again. */
bool observe_tick(struct observer *observer);

/* Ticks until nothing can ever run again. False: there were more than `most`. */
bool observe_until_dry(struct observer *observer, size_t most);

void observer_free(struct observer *observer);

#endif
