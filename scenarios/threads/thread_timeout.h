/* SPDX-License-Identifier: MIT */
/* Timeouts of blocks. No thread watches the time: each wait of the task ends when the time of the
 * block is over. */
#ifndef WEFT_SCENARIOS_THREAD_TIMEOUT_H
#define WEFT_SCENARIOS_THREAD_TIMEOUT_H

#include "thread_task.h"

struct thread_timeout {
    weft_time when;
    bool is_over; /* the time was over, and a wait of the task has raised weft_cancelled_error */
    struct thread_timeout *outer; /* the task's timeout block around this one; NULL: none */
};

/* async with asyncio.timeout(delay): begins the block. */
void thread_timeout_begin(struct thread_timeout *timeout, weft_time delay);

/* Ends the block. `error` is the error with which the body ended, or NULL. Returns that error, or
 * weft_timeout_error in place of the cancellation that the timeout raised. */
const weft_error *thread_timeout_end(struct thread_timeout *timeout, const weft_error *error);

#endif
