/* SPDX-License-Identifier: MIT */
/* Barriers that can be broken. POSIX's pthread_barrier_t cannot: a thread that waits there waits
 * until all have come. */
#ifndef WEFT_SCENARIOS_THREAD_BARRIER_H
#define WEFT_SCENARIOS_THREAD_BARRIER_H

#include "thread_wait.h"

struct thread_barrier {
    unsigned parties, waiting;
    unsigned round; /* how often all parties have come */
    bool is_broken;
    pthread_cond_t changed;
};

void thread_barrier_init(struct thread_barrier *barrier, unsigned parties);
void thread_barrier_destroy(struct thread_barrier *barrier);

/* Waits until all parties have come. Returns weft_broken_barrier_error if the barrier is broken, or
 * becomes broken. */
const weft_error *thread_barrier_wait(struct thread_barrier *barrier);

/* Breaks the barrier. */
void thread_barrier_abort(struct thread_barrier *barrier);

#endif
