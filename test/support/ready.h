/* SPDX-License-Identifier: MIT */
/* What the loop does to its ready queue at the begin of a tick, and when it makes a callback ready
 * (core/loop.c): for tests that do so themselves. */
#ifndef TEST_READY_H
#define TEST_READY_H

#include "core/list.h"

/* Returns true if nothing is ready. Must be called only between two ticks. */
static inline bool ready_is_idle(const weft_ready_queue_ *queue)
{
    return queue->tail == &queue->tick;
}

/* Begins a tick, which will run everything that is ready now. */
static inline void ready_begin_tick(weft_ready_queue_ *queue)
{
    weft_ready_push_(queue, &queue->tick);
    queue->head = queue->tick.next;
}

/* Pushes a callback, so that weft_ready_remove_ can remove it later. */
static inline void ready_push_callback(weft_ready_queue_ *queue, weft_wait_ *callback)
{
    callback->previous = queue->tail;
    weft_ready_push_(queue, &callback->node);
}

#endif
