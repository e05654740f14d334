/* SPDX-License-Identifier: MIT */
#include "threads.h"

void thread_barrier_init(struct thread_barrier *barrier, unsigned parties)
{
    barrier->parties = parties;
    barrier->waiting = barrier->round = 0;
    barrier->is_broken = false;
    thread_condition_init_(&barrier->changed);
}

void thread_barrier_destroy(struct thread_barrier *barrier)
{
    pthread_cond_destroy(&barrier->changed);
}

const weft_error *thread_barrier_wait(struct thread_barrier *barrier)
{
    const weft_error *error = NULL;
    thread_lock_();
    const unsigned round = barrier->round;
    barrier->waiting++;
    if (!barrier->is_broken && barrier->waiting == barrier->parties) {
        barrier->waiting = 0;
        barrier->round++;
        pthread_cond_broadcast(&barrier->changed);
    }
    while (!error && !barrier->is_broken && barrier->round == round)
        error = thread_wait_(&barrier->changed);
    if (barrier->round == round) {
        barrier->waiting--;
        if (barrier->is_broken)
            error = &weft_broken_barrier_error;
    }
    thread_unlock_();
    return error;
}

void thread_barrier_abort(struct thread_barrier *barrier)
{
    thread_lock_();
    barrier->is_broken = true;
    pthread_cond_broadcast(&barrier->changed);
    thread_unlock_();
}
