/* SPDX-License-Identifier: MIT */
/* Futures: results that are there later. A task is a future too: a task's end completes it. */
#ifndef WEFT_SCENARIOS_THREAD_FUTURE_H
#define WEFT_SCENARIOS_THREAD_FUTURE_H

#include "thread_wait.h"

struct thread_future {
    bool is_done;
    const weft_error *error;    /* why it failed; NULL: it has a result, or is not done yet */
    struct thread_task *waiter; /* the task that awaits it; NULL: none. There is at most one. */
    struct thread_task *task;   /* the task that this is; NULL: a future of its own */
    void (*callback)(void *future);
    struct thread_future *next_callback;
};

/* THREAD_FUTURE(type): a type of future with a member `result` of that type. */
#define THREAD_FUTURE(type)                                                                        \
    struct {                                                                                       \
        struct thread_future future;                                                               \
        type result;                                                                               \
    }

#define thread_create_future(f) ((f)->future = (struct thread_future){.is_done = false})

/* thread_set_result(f, const type *value): copies the value and completes the future. Returns
 * weft_invalid_state_error if the future is done already. */
#define thread_set_result(f, value)                                                                \
    thread_complete_future_(&(f)->future, NULL, &(f)->result, 1 ? (value) : &(f)->result,          \
                            sizeof((f)->result))
/* Completes the future with an error. */
#define thread_set_error(f, e) thread_complete_future_(&(f)->future, e, NULL, NULL, 0)

/* Awaits a future or a task, and returns its error. If the waiting task is cancelled, cancels the
 * future too, and waits until the future is done. After the await, the thread of a task has been
 * joined. */
#define thread_await(f) thread_await_(&(f)->future)

/* Cancels a future or a task. Does nothing if it is done. */
#define thread_cancel(f) thread_cancel_(&(f)->future)

/* THREAD_LAMBDA(name, type, f, expression): defines a callback for futures of that type.
 * thread_add_done_callback(f, name): the thread that completes the future calls the callback when
 * the thread waits or ends, as a loop calls it in its next iteration. A future has one callback. */
#define THREAD_LAMBDA(name, type, f, expression)                                                   \
    static void name(void *future_)                                                                \
    {                                                                                              \
        const type *const f = future_;                                                             \
        expression;                                                                                \
    }                                                                                              \
    struct thread_future
#define thread_add_done_callback(f, function) ((f)->future.callback = (function))

/* ---- Private ---- */

const weft_error *thread_complete_future_(struct thread_future *future, const weft_error *error,
                                          void *result, const void *value, size_t size);
const weft_error *thread_await_(struct thread_future *future);
void thread_cancel_(struct thread_future *future);

/* With the mutex held: completes or cancels a future that is not done. */
void thread_complete_(struct thread_future *future, const weft_error *error);
void thread_ask_cancel_(struct thread_future *future);
/* With the mutex held: waits until the future is done, or an error of thread_wait_. */
const weft_error *thread_wait_for_(struct thread_future *future);
/* With the mutex held: releases it, calls the callbacks that wait for this thread, and locks the
 * mutex again. Returns false, and does nothing of this, if there are no callbacks. */
bool thread_call_callbacks_(void);

#endif
