/* SPDX-License-Identifier: MIT */
/* Waiting: what every wait that can be cancelled is made of.
 *
 * One mutex protects the state of all tasks, futures, groups, timeouts, events, queues and barriers
 * of the files thread_*.c. With a mutex for each object, a cancel would have to lock two of them:
 * that of the task, and that of whatever the task waits for. A thread that waits would have to lock
 * the two in the opposite order.
 *
 * A task is cancelled by a flag, and by a wake-up of the condition variable that it waits on.
 * pthread_cancel would end the thread instead: the functions of the thread could neither catch the
 * cancellation nor return, and a lock would have to be released by a handler of its own. */
#ifndef WEFT_SCENARIOS_THREAD_WAIT_H
#define WEFT_SCENARIOS_THREAD_WAIT_H

#include <pthread.h>
#include <stdbool.h>

#include "weft.h"

void thread_lock_(void);
void thread_unlock_(void);

/* Initialises a condition variable, with the monotonic clock. */
void thread_condition_init_(pthread_cond_t *condition);

/* With the mutex held: waits until `condition` is notified, or until the time `until`, and holds
 * the mutex again when it returns. Returns NULL then, but maybe too early, so the caller must call
 * this function in a loop. Returns weft_cancelled_error, once for each request, if the task is
 * cancelled or if a timeout block of the task is over. */
const weft_error *thread_wait_until_(pthread_cond_t *condition, weft_time until);
const weft_error *thread_wait_(pthread_cond_t *condition);

/* Ends the program if a function of POSIX returned an error. `what` is what failed. */
void thread_require_(int error, const char *what);

/* ---- The clock ---- */

/* Sets the lesson's clock to 0. From then on, it is `speed` times as fast as the real one. */
void thread_start_clock_(double speed);
weft_time thread_time(void);

#endif
