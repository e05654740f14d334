/* SPDX-License-Identifier: MIT */
/* The lessons with threads: each task is a thread of POSIX. Where POSIX has a part of its own (a
 * mutex, a condition variable, a semaphore, a barrier), the lessons use that part. For the rest of
 * asyncio, which is mostly what can be cancelled, the files thread_*.h have small counterparts,
 * whose names are those of weft.h with thread_ for weft_. A lesson includes this header first. */
#ifndef WEFT_SCENARIOS_THREADS_H
#define WEFT_SCENARIOS_THREADS_H

#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <semaphore.h>

#define STYLE_TABLE(file) file##_threads
#include "style.h"
#include "thread_barrier.h"
#include "thread_event.h"
#include "thread_future.h"
#include "thread_gather.h"
#include "thread_group.h"
#include "thread_queue.h"
#include "thread_task.h"
#include "thread_timeout.h"

/* The time of the lesson's clock, which --speed makes faster than the real one. */
#undef now
#define now() thread_time()

/* Ends the lesson if it still runs when `limit` has passed. The threads that still run then stay
 * until the program ends, since nothing can end a thread that waits for a mutex. */
void thread_limit_lesson(weft_time limit);

#endif
