/* SPDX-License-Identifier: MIT */
/* gather: waits for several tasks or futures at once. */
#ifndef WEFT_SCENARIOS_THREAD_GATHER_H
#define WEFT_SCENARIOS_THREAD_GATHER_H

#include "thread_task.h"

/* Awaits all tasks or futures of an array. Returns the error of the first one that fails, at once;
 * the others go on. If the waiting task is cancelled, cancels the whole array. */
#define thread_gather(array) thread_gather_(THREAD_PARTS_(array), false)

/* return_exceptions=True: waits until all have ended, also if some of them fail. Then
 * thread_error_of returns the error of each. */
#define thread_gather_collect(array) thread_gather_(THREAD_PARTS_(array), true)
#define thread_error_of(f) ((f)->future.error)

/* ---- Private ---- */

#define THREAD_PARTS_(array)                                                                       \
    &(array)[0].future, sizeof(array) / sizeof((array)[0]), sizeof((array)[0])

const weft_error *thread_gather_(struct thread_future *first, size_t count, size_t size,
                                 bool collects);

#endif
