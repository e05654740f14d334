/* SPDX-License-Identifier: MIT */
/* Tasks: each is a thread that runs one function to its end. */
#ifndef WEFT_SCENARIOS_THREAD_TASK_H
#define WEFT_SCENARIOS_THREAD_TASK_H

#include "thread_future.h"

/* What a thread runs. */
struct thread_code {
    const char *name;
    const weft_error *(*run)(void *frame);
    size_t frame_size;
};

/* THREAD(name, int a; ...; type result;) { ... }: defines a function that a thread can run. Its
 * arguments, its result, and what other threads use of it are the members of a struct `name`, which
 * is called its frame, `self`. Every other variable is one of C's. The function returns the error
 * that it raises, or NULL. */
#define THREAD(name, ...)                                                                          \
    struct name {                                                                                  \
        const struct thread_code *code;                                                            \
        __VA_ARGS__                                                                                \
    };                                                                                             \
    static const weft_error *name(struct name *self);                                              \
    static const weft_error *name##_run_(void *frame)                                              \
    {                                                                                              \
        return name(frame);                                                                        \
    }                                                                                              \
    static const struct thread_code name##_code = {#name, name##_run_, sizeof(struct name)};       \
    static const weft_error *name(struct name *self)

/* In a function of THREAD: raises the error that the call returns, unless that is NULL. A block
 * that must release something on its way out cannot use this. */
#define thread_check(call)                                                                         \
    do {                                                                                           \
        const weft_error *const error_ = (call);                                                   \
        if (error_)                                                                                \
            return error_;                                                                         \
    } while (0)

/* thread_return_value(value): stores the result and returns no error. */
#define thread_return_value(...)                                                                   \
    do {                                                                                           \
        self->result = (__VA_ARGS__);                                                              \
        return NULL;                                                                               \
    } while (0)

/* thread_begin(name, struct name *frame, arguments...): fills the frame. name(frame) then calls the
 * function, in the thread of the caller. thread_call(name, arguments...) does both. */
#define thread_begin(name, frame, ...) (*(frame) = THREAD_FRAME_(name, __VA_ARGS__))
#define thread_call(name, ...) name(&THREAD_FRAME_(name, __VA_ARGS__))

/* ---- Tasks ---- */

struct thread_task {
    struct thread_future future;
    pthread_t thread;
    void *frame;              /* begins with the address of its thread_code */
    pthread_cond_t wake;      /* notified when the task's sleep, await or group may be over */
    pthread_cond_t *waits_on; /* NULL: the task does not wait */
    bool cancel_asked;        /* but no wait of the task has returned weft_cancelled_error yet */
    bool is_joined;
    struct thread_timeout *timeout; /* its innermost timeout block; NULL: it is in none */
    struct thread_group *group;     /* NULL: it is in none */
    struct thread_task *next;       /* of all tasks that are not joined */
    struct thread_task *next_in_group;
    struct thread_task *next_failed;
    struct thread_future *callbacks; /* futures that it completed, whose callbacks it must call */
};

/* THREAD_TASK(name): the memory of a task, with its frame. */
#define THREAD_TASK(name)                                                                          \
    struct {                                                                                       \
        union {                                                                                    \
            struct thread_future future;                                                           \
            struct thread_task task;                                                               \
        };                                                                                         \
        struct name frame;                                                                         \
    }

/* thread_create_task(name, THREAD_TASK(name) *slot, arguments...): starts a thread. The slot's
 * expression is evaluated twice. */
#define thread_create_task(name, slot, ...)                                                        \
    (thread_begin(name, &(slot)->frame, __VA_ARGS__),                                              \
     thread_start_(&(slot)->task, &(slot)->frame, NULL))

/* Sleeps, by the lesson's clock. Returns weft_cancelled_error if the task is cancelled. */
const weft_error *thread_sleep(weft_time delay);

/* ---- Private ---- */

#define THREAD_FRAME_(name, ...) ((struct name){.code = &name##_code, __VA_ARGS__})

extern _Thread_local struct thread_task *thread_current_;

/* All tasks of the lesson that are not joined, the newest first. */
extern struct thread_task *thread_tasks_;

/* `task` becomes a task without a thread: the calling thread itself. */
void thread_adopt_(struct thread_task *task);
void thread_start_(struct thread_task *task, void *frame, struct thread_group *group);
/* Joins the thread, if the future is a task that is done and was not joined before. */
void thread_join_(struct thread_future *future);

#endif
