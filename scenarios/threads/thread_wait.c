/* SPDX-License-Identifier: MIT */
#include "threads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

void thread_require_(int error, const char *what)
{
    if (!error)
        return;
    fprintf(stderr, "%s: %s\n", what, strerror(error));
    exit(FAILED);
}

void thread_lock_(void)
{
    thread_require_(pthread_mutex_lock(&mutex), "pthread_mutex_lock");
}

void thread_unlock_(void)
{
    thread_require_(pthread_mutex_unlock(&mutex), "pthread_mutex_unlock");
}

void thread_condition_init_(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    thread_require_(pthread_condattr_init(&attributes), "pthread_condattr_init");
    thread_require_(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC),
                    "pthread_condattr_setclock");
    thread_require_(pthread_cond_init(condition, &attributes), "pthread_cond_init");
    pthread_condattr_destroy(&attributes);
}

/* ---- The clock ---- */

/* Set before a lesson's first thread starts. */
static struct timespec clock_start;
static double clock_speed;

static double seconds_of(weft_time time)
{
    return (double)time / (double)WEFT_SECONDS(1);
}

void thread_start_clock_(double speed)
{
    clock_gettime(CLOCK_MONOTONIC, &clock_start);
    clock_speed = speed;
}

weft_time thread_time(void)
{
    struct timespec real;
    clock_gettime(CLOCK_MONOTONIC, &real);
    const double seconds = (double)(real.tv_sec - clock_start.tv_sec) +
                           (double)(real.tv_nsec - clock_start.tv_nsec) / 1e9;
    return (weft_time)(seconds * clock_speed * (double)WEFT_SECONDS(1));
}

/* Returns the real time at which the lesson's clock shows `time`, rounded up. */
static struct timespec real_time_of(weft_time time)
{
    const double seconds = seconds_of(time) / clock_speed;
    const time_t whole = (time_t)seconds;
    struct timespec real = {clock_start.tv_sec + whole,
                            clock_start.tv_nsec + (long)((seconds - (double)whole) * 1e9) + 1};
    if (real.tv_nsec >= 1000000000) {
        real.tv_nsec -= 1000000000;
        real.tv_sec++;
    }
    return real;
}

/* ---- Waiting ---- */

/* Returns the timeout block whose time is over first; NULL: no block of the task has a limit. */
static struct thread_timeout *first_timeout(const struct thread_task *task)
{
    struct thread_timeout *first = NULL;
    for (struct thread_timeout *each = task->timeout; each; each = each->outer)
        if (!each->is_over && (!first || each->when <= first->when))
            first = each;
    return first;
}

/* Returns the error that a wait of the task raises now; NULL: none. */
static const weft_error *interruption_of(struct thread_task *task)
{
    struct thread_timeout *const timeout = first_timeout(task);
    if (timeout && timeout->when <= now())
        timeout->is_over = true;
    else if (task->cancel_asked)
        task->cancel_asked = false;
    else
        return NULL;
    return &weft_cancelled_error;
}

const weft_error *thread_wait_until_(pthread_cond_t *condition, weft_time until)
{
    struct thread_task *const task = thread_current_;
    if (thread_call_callbacks_())
        return NULL; /* the mutex was released, so the caller must look again */
    const weft_error *const error = interruption_of(task);
    if (error || until <= now())
        return error;
    const struct thread_timeout *const timeout = first_timeout(task);
    if (timeout && timeout->when < until)
        until = timeout->when;
    task->waits_on = condition;
    int failed;
    if (until >= WEFT_FOREVER) {
        failed = pthread_cond_wait(condition, &mutex);
    } else {
        const struct timespec real = real_time_of(until);
        failed = pthread_cond_timedwait(condition, &mutex, &real);
    }
    task->waits_on = NULL;
    thread_require_(failed == ETIMEDOUT ? 0 : failed, "pthread_cond_wait");
    return interruption_of(task);
}

const weft_error *thread_wait_(pthread_cond_t *condition)
{
    return thread_wait_until_(condition, WEFT_FOREVER);
}
