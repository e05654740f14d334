/* Tasks: coroutines that run on their own.
 *
 *                   1                       2
 *     (free) ------------> READY --------------------> RUNNING
 *                          ^ ^ ^                       |  |  |
 *                          | | |           3           |  |  |
 *                          | | +-----------------------+  |  |
 *                          | |                            |  |
 *                          | |      5              4      |  |
 *                          | +----------- PARKED <--------+  |
 *                          |                                 |  6
 *                     1    +----------------- ENDED <--------+
 *
 * The way of a task that sleeps and then ends. Indented calls are made by the call above them; a
 * dotted line is a time in which the task waits.
 *
 *     weft_create_task          the program's macro
 *       weft_prepare_task_      checks the memory, runs reuse hooks           task.h
 *       weft_start_task_        1  child of a scope; ready                    loop.c
 *     . . . . . . . . . . . .
 *     run_task                  2  pops the task, delivers an error           loop.c
 *       step                    the coroutine runs to its weft_sleep
 *         weft_park_asleep_     4  arms a timer                               loop.c
 *       after_step              what a step ended with: here, parked          loop.c
 *     . . . . . . . . . . . .
 *     begin_tick                the timer is due                              loop.c
 *       weft_timers_pop_                                                      timer.c
 *       weft_push_wake_up_      a callback is ready
 *     wake_up                   5  the callback: the task is ready
 *     . . . . . . . . . . . .
 *     run_task                  2
 *       step                    the coroutine returns, or raises
 *       after_step              returned
 *         end_task              6  leaves its scope                           loop.c
 *           weft_complete_      wakes what waits for the task                 awaitable.c
 *
 * 1  weft_start_task_: the task is the last child of its scope, and the last entry of the ready
 *    queue. An eager task is not queued, but RUNNING at once; the task that started it is in the
 *    loop's `eager_parents` until the eager task has reached 3, 4 or 6.
 * 2  run_task: resumes the innermost coroutine, with an error if one is due.
 * 3  after_step: the task gave way (weft_sleep(0)), and is ready again.
 * 4  weft_park_...: the task is linked where it waits, and nowhere else. The flags say in what it
 *    waits (enum weft_parked_).
 * 5  weft_wake_: the wait is over, or was cancelled (cancel.c). The task is ready. It may stay in a
 *    primitive's list until it runs.
 * 6  end_task: the task is linked nowhere, what waited for it has been woken, and its memory may be
 *    used again. Two exceptions: a group's child stays in its scope until the group's callback has
 *    run; a failed task whose error nobody retrieved is in the loop's `failed` list.
 *
 * A request to cancel (weft_cancel_task_) a PARKED task ends its wait, which is 5. For a READY or
 * RUNNING task the request is remembered (WEFT_MUST_CANCEL_): it replaces what 2 would deliver, or
 * turns the next 4 into a 5 at once.
 */
#ifndef WEFT_CORE_TASK_H
#define WEFT_CORE_TASK_H

#include "loop.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- What a task is ---- */

/* What tasks and futures have in common. All zero is one that was never started. */
struct weft_awaitable_ {
    weft_node_ *waiters;     /* a ring of what waits for it; or one of the marks below */
    weft_scope_ *scope;      /* gives the loop; a future's is a mark (weft_is_future_), a task's the
                                innermost group whose block the task is in, or the scope that the
                                task is a child of; NULL: never started */
    const weft_error *error; /* of an ended one; NULL: it has a result */
};

/* Marks of `waiters`: it has ended; it is a task that failed and whose error nobody retrieved. */
extern const weft_node_ weft_ended_[2];
#define WEFT_ENDED_ ((weft_node_ *)(uintptr_t)&weft_ended_[0])
#define WEFT_UNRETRIEVED_ ((weft_node_ *)(uintptr_t)&weft_ended_[1])

static inline bool weft_has_ended_(const weft_awaitable_ *awaitable)
{
    return (uintptr_t)awaitable->waiters - (uintptr_t)weft_ended_ < sizeof weft_ended_;
}

/* Wakes the waiters of an awaitable, which are in the ring of `last`, with its error. Returns true
 * if one of them was a task. */
bool weft_wake_waiters_(const weft_awaitable_ *awaitable, weft_node_ *last);

/* Completes the awaitable and wakes its waiters. Returns true if one of them was a task. */
static inline bool weft_complete_(weft_awaitable_ *awaitable, const weft_error *error)
{
    weft_node_ *const last = awaitable->waiters;
    awaitable->waiters = WEFT_ENDED_;
    awaitable->error = error;
    return last && weft_wake_waiters_(awaitable, last);
}

/* The scope that marks a future. It has no more than the first member of a scope. */
static inline weft_scope_ *weft_futures_scope_(weft_loop *loop)
{
    return (weft_scope_ *)(void *)&loop->futures;
}

static inline bool weft_is_future_(const weft_awaitable_ *awaitable)
{
    return awaitable->scope == weft_futures_scope_(awaitable->scope->loop);
}

/* A task that has not ended: its awaitable without the error, and what it waits for. */
struct weft_live_task_ {
    weft_node_ *waiters;
    union {
        weft_scope_ *scope;
        weft_task *lower; /* while a dump looks for holders (inspect/dump.c) */
    };
    weft_wait_ wait;
};

/* A task. doc/design.md says what each word buys. */
struct weft_task {
    union {
        weft_awaitable_ awaitable; /* `error` is valid only after the end */
        weft_awaitable_ weft_await_takes_a_task_or_future_and_weft_call_a_frame_;
        struct weft_live_task_ live;
    };
    weft_task *next; /* in its scope's children, or in `failed`; the other link: root.previous */
    weft_frame root; /* the head of the outermost coroutine's frame, whose rest follows */
};

/* Lists of tasks: a scope's children, and `failed`. */
#define WEFT_TASK_NEXT_(task) (task)->next
#define WEFT_TASK_PREVIOUS_(task) (task)->root.previous
WEFT_DEFINE_LIST_(weft_tasks, weft_task, WEFT_TASK_NEXT_, WEFT_TASK_PREVIOUS_)

/* root.flags of a task */
enum {
    WEFT_PARKED_MASK_ = 7,       /* what the task waits in: enum weft_parked_ */
    WEFT_MUST_CANCEL_ = 8,       /* cancelled while it was ready or running */
    WEFT_CANCELLED_ = 16,        /* ready, because its wait was cancelled */
    WEFT_HAS_ERROR_ = 32,        /* ready, with wait.error */
    WEFT_SHUTDOWN_PENDING_ = 64, /* weft_shutdown waits for its end */
    WEFT_POOLED_ = 128,          /* its memory belongs to a pool */
    WEFT_DELIVERY_MASK_ = WEFT_MUST_CANCEL_ | WEFT_CANCELLED_ | WEFT_HAS_ERROR_
};

#define WEFT_DAEMON_ 0x100u /* inspect/daemon.h */

/* The upper bits count the requests to cancel. */
#define WEFT_CANCELLING_ONE_ 0x200u
#define WEFT_CANCELLING_MASK_ 0xFE00u

enum weft_parked_ {
    WEFT_NOT_PARKED_,
    WEFT_ASLEEP_,    /* in the loop's timers */
    WEFT_AWAITING_,  /* in the ring of wait.target */
    WEFT_GATHERING_, /* for wait.gather_wait, whose parts have the links */
    WEFT_WATCHING_,  /* for a descriptor; in the loop's watches */
    WEFT_LISTED_,    /* for a primitive, which node.listed_for names until the task is woken */
    WEFT_GRANTED_    /* not parked: a primitive gave the task what it waited for (waiters.h) */
};

/* What a primitive is, for reports. A task that waits for a primitive points to the primitive's
 * pointer to this. */
struct weft_primitive_info_ {
    const char *name;
    size_t at; /* offset of that pointer in the primitive */
    /* Returns the task that holds the primitive; NULL: none. NULL if it cannot be held. */
    const weft_task *(*holder)(const weft_primitive_info_ *const *primitive);
};

/* A gather's wait. Cancelling it cancels every part. The waiting task may be woken while parts are
 * still open, and must unlink them then. */
struct weft_gather_wait_ {
    weft_awaitable_ *(*part)(weft_gather_wait_ *gather_wait, size_t number); /* NULL: no more */
    weft_gather_wait_ *up; /* the gather that this one is a part of, while both are cancelled */
    size_t next;           /* the next part to cancel, from 1; 0: none is being cancelled */
    bool cancelled;        /* a request has reached a part that had not ended */
    unsigned char depth;   /* in a shutdown: weft_request_.depth at this gather (cancel.c) */
};

static inline weft_task *weft_task_of_node_(weft_node_ *node)
{
    return WEFT_CONTAINER_(node, weft_task, live.wait.node);
}

static inline weft_loop *weft_running_loop_(weft_context *context)
{
    return WEFT_CONTAINER_(context, weft_loop, context);
}

static inline weft_task *weft_running_task_(const weft_context *context)
{
    return weft_task_of_node_(context->running);
}

/* ---- Creating tasks ---- */

/* WEFT_TASK(name): the type of a task whose coroutine is `name`. Its member `frame` is the
 * coroutine's frame; results are there once the task has ended. The program owns the task. It must
 * be all zero bytes before its first use, must not be moved before it has ended, and may then be
 * used for another task. Each use of the macro makes a type of its own; name it with typedef. A
 * frame that points to tasks of its own type declares that type first: struct f_task;
 * ... struct f { ... struct f_task *next; }; ... struct f_task { WEFT_TASK(f); }; */
#define WEFT_TASK(name)                                                                            \
    union {                                                                                        \
        weft_task task;                                                                            \
        weft_awaitable_ awaitable;                                                                 \
        weft_awaitable_ weft_await_takes_a_task_or_future_and_weft_call_a_frame_;                  \
        struct {                                                                                   \
            unsigned char task_[sizeof(weft_task) - sizeof(weft_frame)];                           \
            struct name frame;                                                                     \
        };                                                                                         \
    }

/* weft_create_task(name, WEFT_TASK(name) *task, .argument = value, ...)
 * asyncio.create_task(name(...)), in a coroutine. Starts the coroutine as a task, which first runs
 * in the next tick. The arguments are evaluated now; arguments that are not given are zero. Panics
 * if the memory is in use by another task.
 * The task's error is raised in the tasks that await it. If nothing retrieves the error, the loop
 * calls the exception handler before the memory is used for another task, or when the loop closes.
 * Until then the loop keeps the task in a list. So before the memory is used for anything else, as
 * by free(), retrieve the error (weft_error_of), and check that the memory is free (weft_is_free).
 * The same holds for a group's child that failed, until the group's error is not used any more.
 * O(frame), and O(failed tasks whose error was not retrieved, and groups that keep pooled
 * tasks). */
#define weft_create_task(name, ...)                                                                \
    WEFT_CREATE_TASK_(&weft_running_loop()->tasks, name, __VA_ARGS__)

/* weft_loop_create_task(loop, name, task, .argument = value, ...): loop.create_task(name(...)).
 * Does what weft_create_task does, outside of a coroutine. */
#define weft_loop_create_task(loop, name, ...) WEFT_CREATE_TASK_(&(loop)->tasks, name, __VA_ARGS__)

/* weft_create_eager_task(name, WEFT_TASK(name) *task, .argument = value, ...)
 * asyncio.create_task(name(...), eager_start=True), in a coroutine. Does what weft_create_task
 * does, but the new task runs at once, up to its first wait; then the calling task goes on, in the
 * same tick. C's stack does not grow, however many tasks start each other so. */
#define weft_create_eager_task(name, ...)                                                          \
    WEFT_CHECK_AND_CREATE_EAGER_((void)0, &weft_running_loop()->tasks, name, __VA_ARGS__)

/* `check` is a statement that may raise. The frame has been filled before it, and the task is not
 * started yet. */
#define WEFT_CHECK_AND_CREATE_EAGER_(check, scope, name, ...)                                      \
    do {                                                                                           \
        {                                                                                          \
            WEFT_FILL_TASK_(scope, name, __VA_ARGS__);                                             \
            check;                                                                                 \
            weft_start_eager_task_((scope), weft_created_);                                        \
            weft_context_->callee = &weft_created_->root;                                          \
            weft_frame_->state = __LINE__;                                                         \
        }                                                                                          \
        WEFT_SUSPEND_(WEFT_STARTS_);                                                               \
    } while (0)

#define WEFT_CREATE_TASK_(scope, name, ...)                                                        \
    do {                                                                                           \
        weft_scope_ *const weft_into_ = (scope);                                                   \
        WEFT_FILL_TASK_(weft_into_, name, __VA_ARGS__);                                            \
        weft_start_task_(weft_into_, weft_created_);                                               \
    } while (0)

#define WEFT_FILL_TASK_(scope, name, ...)                                                          \
    WEFT_REQUIRE_TASK_(name, WEFT_FIRST_(__VA_ARGS__));                                            \
    weft_task *const weft_created_ = &(WEFT_FIRST_(__VA_ARGS__))->task;                            \
    weft_prepare_task_((scope), weft_created_, &name##_code, __FILE__, __LINE__);                  \
    *(struct name *)(void *)&weft_created_->root = WEFT_FRAME_(name, NULL, WEFT_REST_(__VA_ARGS__))

/* Refuses to compile unless `pointer`, which is not evaluated, points to a WEFT_TASK(name). */
#define WEFT_REQUIRE_TASK_(name, pointer)                                                          \
    WEFT_REQUIRE_FRAME_(name, &(pointer)->frame);                                                  \
    _Static_assert(offsetof(weft_task, root) % _Alignof(struct name) == 0,                         \
                   "weft: a member of struct " #name " is aligned too strictly for a task")

/* WEFT_REQUIRE_TASK_ as an expression. */
#define WEFT_REQUIRE_TASK_TOO_(name, pointer)                                                      \
    ((void)sizeof(struct {                                                                         \
        WEFT_REQUIRE_TASK_(name, pointer);                                                         \
        char weft_unused_;                                                                         \
    }))

/* weft_is_free(p): returns true if the memory of *p, a WEFT_TASK(name), can be used for another
 * task: no task was started in it, or that task has ended and its group, if it was a child, has
 * been notified. weft_done alone may be true a tick earlier. O(1). */
#define weft_is_free(p) (!weft_is_in_use_(&(p)->task))

/* Returns true if a task lives in the memory, or has ended and its group was not notified yet. */
static inline bool weft_is_in_use_(const weft_task *task)
{
    return task->awaitable.scope &&
           (!weft_has_ended_(&task->awaitable) || weft_is_callback_(&task->live.wait.node));
}

/* Panics if the memory is in use. Reports failed tasks and runs reuse hooks in it. */
WEFT_COLD_ void weft_before_reuse_(weft_loop *loop, weft_task *task, const weft_code *code,
                                   const char *file, unsigned line);

static inline void weft_prepare_task_(weft_scope_ *scope, weft_task *task, const weft_code *code,
                                      const char *file, unsigned line)
{
    if (WEFT_UNLIKELY_(weft_is_in_use_(task) || scope->loop->context.on_reuse))
        weft_before_reuse_(scope->loop, task, code, file, line);
}

/* Makes a task whose frame is filled a child of the scope. The first makes the task ready. */
void weft_start_task_(weft_scope_ *scope, weft_task *task);
void weft_start_eager_task_(weft_scope_ *scope, weft_task *task);

/* ---- Sleeping ---- */

/* weft_sleep(weft_time delay): `await asyncio.sleep(delay)`. Waits for `delay` (WEFT_SECONDS,
 * WEFT_MS, WEFT_US), never less. With 0, or a negative delay, every task that is ready runs first.
 * Raises nothing but a cancellation. O(1), and up to 48 moves when it is over (timer.h). */
#define weft_sleep(delay) WEFT_WAIT_(weft_sleep_(weft_current_task(), WEFT_DELAY_(delay)))

weft_step_ weft_park_asleep_(weft_task *task, weft_time delay);

static inline weft_step_ weft_sleep_(weft_task *task, weft_time delay)
{
    const weft_step_ yielded = {WEFT_YIELDED};
    return delay ? weft_park_asleep_(task, delay) : yielded;
}

/* ---- Which task runs, and which tasks there are ---- */

/* weft_running_loop(), weft_current_task(): asyncio.get_running_loop(), asyncio.current_task().
 * In a coroutine that a loop runs. Never NULL. O(1). */
#define weft_running_loop() weft_running_loop_(weft_context_)
#define weft_current_task() weft_running_task_(weft_context_)

/* asyncio.current_task(loop). Returns the task that runs; NULL: none does. For callbacks and plain
 * functions. O(1). */
static inline weft_task *weft_loop_current_task(const weft_loop *loop)
{
    return loop->context.running ? weft_task_of_node_(loop->context.running) : NULL;
}

/* asyncio.all_tasks(loop), one by one: the tasks that have not ended; NULL: no more. First come the
 * tasks in no group, then those of each group in the order in which the groups were entered; in
 * each, by creation. No task may be created or end between two calls. All calls together cost
 * O(tasks and groups), and O(groups that a task is in the blocks of) for each task. */
weft_task *weft_first_task(weft_loop *loop);
weft_task *weft_next_task(weft_task *task);

/* task.get_stack(). Returns the innermost coroutine's frame, and then the frame that called it;
 * NULL behind the outermost, and of a task that has ended. The frames belong to the program. They
 * may be looked at until the loop goes on. O(1). */
const weft_frame *weft_task_innermost(const weft_task *task);
const weft_frame *weft_task_caller(const weft_task *task, const weft_frame *frame);

/* task.cancelling(). Returns how many requests to cancel the task has had, less those that were
 * taken back; at most 127. O(1). */
unsigned weft_cancelling(const weft_task *task);

/* task.uncancel(). Takes one request back, and returns how many are left. At 0, a request that has
 * not ended a wait yet is void. O(1). */
unsigned weft_uncancel(weft_task *task);

/* ---- Parking and waking ---- */

static inline unsigned weft_parked_in_(const weft_task *task)
{
    return task->root.flags & WEFT_PARKED_MASK_;
}

static inline bool weft_is_parked_(const weft_task *task)
{
    return weft_parked_in_(task) - 1u < WEFT_LISTED_;
}

static inline void weft_set_parked_(weft_task *task, enum weft_parked_ where)
{
    task->root.flags = (uint16_t)((task->root.flags & ~(unsigned)WEFT_PARKED_MASK_) | where);
}

/* Parks the running task for the primitive that *info is a member of. The primitive must wake the
 * task (weft_wake_), and, if it has linked the task, unlink it when it runs again. */
static inline weft_step_ weft_park_listed_(weft_task *task, const weft_primitive_info_ **info)
{
    const weft_step_ parked = {WEFT_PARKED_};
    weft_set_parked_(task, WEFT_LISTED_);
    task->live.wait.node.listed_for = info;
    return parked;
}

/* Makes a parked task ready, with an error to be raised; NULL: none. */
static inline void weft_wake_with_(weft_task *task, const weft_error *error)
{
    task->root.flags &= (uint16_t)~WEFT_PARKED_MASK_;
    if (error) {
        task->live.wait.error = error;
        task->root.flags |= WEFT_HAS_ERROR_;
    }
    weft_ready_push_(&task->awaitable.scope->loop->ready, &task->live.wait.node);
}

/* Makes a parked task ready. */
static inline void weft_wake_(weft_task *task)
{
    weft_wake_with_(task, NULL);
}

/* ---- Cancelling (cancel.c) ---- */

/* Requests that a task, which has not ended, be cancelled. */
void weft_cancel_task_(weft_task *task);

/* ---- Scopes ---- */

/* Makes a group, whose block `parent` is in, a scope, and ends that. */
void weft_enter_scope_(weft_scope_ *scope, weft_task *parent, const weft_frame *on_child_end);
void weft_exit_scope_(weft_scope_ *scope);

/* Returns the scope that the task is a child of. O(groups whose blocks the task is in). */
weft_scope_ *weft_own_scope_(const weft_task *task);

/* Removes an ended child from its group's children, in the callback of its end. */
void weft_leave_scope_(weft_task *task);

/* ---- Memory that is reused ---- */

/* Keeps a task that failed in `failed`, marks its error as retrieved, and calls the exception
 * handler for it. */
void weft_keep_failure_(weft_task *task);
void weft_mark_retrieved_(weft_task *task);
void weft_report_failure_(weft_task *task);

/* Adds and removes a hook. */
void weft_add_reuse_hook_(weft_loop *loop, weft_reuse_hook_ *hook,
                          void (*run)(weft_reuse_hook_ *hook));
void weft_remove_reuse_hook_(weft_loop *loop, weft_reuse_hook_ *hook);

/* Removes and returns a hook that lives in the memory; NULL: none does. */
weft_reuse_hook_ *weft_take_reuse_hook_in_(weft_loop *loop, const void *memory, size_t size);

#ifdef __cplusplus
}
#endif
#endif
