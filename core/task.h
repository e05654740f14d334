/* SPDX-License-Identifier: MIT */
/* Tasks: coroutines that a loop runs on their own. doc/glossary.md explains the words.
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
 * The way of a task that sleeps and then ends. An indented function is called by the function above
 * it. On a dotted line, the task waits. The numbers are those of the arrows above.
 *
 *     weft_create_task          the program's macro
 *       weft_prepare_task_      checks the memory, runs reuse hooks           task.h
 *       weft_start_task_        1  child of a scope; ready                    loop.c
 *     . . . . . . . . . . . .
 *     run_tick                  pops the task                                 loop.c
 *       run_entry               2  delivers an error, if there is one
 *         run_step              the coroutine runs to its weft_sleep
 *           weft_park_asleep_   4  arms a timer
 *     . . . . . . . . . . . .
 *     begin_tick                the timer is due                              loop.c
 *       weft_timers_pop_                                                      timer_heap.c
 *       weft_push_due_          a callback is ready
 *     run_tick
 *       run_entry
 *         run_callback          5  the callback: the task is ready
 *     . . . . . . . . . . . .
 *     run_tick
 *       run_entry               2
 *         run_step              the coroutine returns, or raises
 *           end_task            6  leaves its scope                           loop.c
 *             weft_complete_    wakes what waits for the task                 task.h
 *
 * 1  weft_start_task_: the task becomes the last child of its scope, and the last entry of the
 *    ready queue. An eager task is not queued, but is RUNNING at once. The task that started the
 *    eager task is in the loop's `eager_parents` until the eager task has reached 3, 4 or 6.
 * 2  run_entry: run_step resumes the task's innermost coroutine, with an error if one is due.
 * 3  run_step: the task gave way (weft_sleep(0)), and is ready again.
 * 4  weft_park_...: the task is linked where it waits, and is not in the ready queue. The task's
 *    flags tell the kind of wait (enum weft_parked_).
 * 5  weft_wake_: the wait is over, or was cancelled (cancel.c). The task is ready. The task may
 *    stay in a primitive's list until it runs.
 * 6  end_task: the task is in no list, what waited for the task has been woken, and the task's
 *    memory may be used again. There are two exceptions. A group's child stays in its scope until
 *    the group's callback has run. A failed task whose error nobody retrieved is in the loop's
 *    `failed` list.
 *
 * If a PARKED task is cancelled (weft_cancel_task_), its wait ends, which is 5. If a READY or
 * RUNNING task is cancelled, the flag WEFT_MUST_CANCEL_ keeps the request. For a READY task, the
 * cancellation replaces what 2 would deliver. For a RUNNING task, the cancellation turns the next 4
 * into a 5 at once.
 */
#ifndef WEFT_CORE_TASK_H
#define WEFT_CORE_TASK_H

#include "loop.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- What a task is ---- */

/* What tasks and futures have in common. All zero bytes: the task or future was never started or
 * created. */
struct weft_awaitable_ {
    weft_node_ *waiters; /* a ring of tasks and callbacks that wait; or one of the marks below */
    /* Leads to the loop; NULL: never started or created. A future's scope is a mark
     * (weft_is_future_). A task's scope is the innermost group whose block the task is in. If there
     * is none, it is the scope that the task is a child of. */
    weft_scope_ *scope;
    const weft_error *error; /* valid once the awaitable has ended; NULL: it has a result */
};

/* Marks in `waiters`. WEFT_ENDED_: the awaitable has ended. WEFT_UNRETRIEVED_: the awaitable is a
 * failed task whose error nobody retrieved. */
#define WEFT_ENDED_ ((weft_node_ *)(uintptr_t)1)
#define WEFT_UNRETRIEVED_ ((weft_node_ *)(uintptr_t)2)

static inline bool weft_has_ended_(const weft_awaitable_ *awaitable)
{
    return (uintptr_t)awaitable->waiters - 1 < 2;
}

/* Wakes the waiters of an ended awaitable; waiting tasks get the awaitable's error. `last` is the
 * last waiter of the ring. Returns true if one of the waiters was a task. */
bool weft_wake_waiters_(const weft_awaitable_ *awaitable, weft_node_ *last);

/* Completes the awaitable with `error` (NULL: with a result), and wakes its waiters. Returns true
 * if one of the waiters was a task. */
static inline bool weft_complete_(weft_awaitable_ *awaitable, const weft_error *error)
{
    weft_node_ *const last = awaitable->waiters;
    awaitable->waiters = WEFT_ENDED_;
    awaitable->error = error;
    return last && weft_wake_waiters_(awaitable, last);
}

/* Returns the address that a future has in the place of a task's scope. Only the first member of a
 * weft_scope_ is there; no other member may be read or written. */
static inline weft_scope_ *weft_futures_scope_(weft_loop *loop)
{
    return (weft_scope_ *)(void *)&loop->futures;
}

static inline bool weft_is_future_(const weft_awaitable_ *awaitable)
{
    return awaitable->scope == weft_futures_scope_(awaitable->scope->loop);
}

/* A task that has not ended. `wait` lies where an ended task has its error, and says what the task
 * waits for. */
struct weft_live_task_ {
    weft_node_ *waiters;
    union {
        weft_scope_ *scope;
        weft_task *lower; /* only while a dump looks for holders (inspect/dump.c) */
    };
    weft_wait_ wait;
};

/* A task. doc/design.md says what each word buys. */
struct weft_task {
    union {
        weft_awaitable_ awaitable; /* `error` is valid only once the task has ended */
        weft_awaitable_ weft_await_takes_a_task_or_future_and_weft_call_a_frame_;
        struct weft_live_task_ live;
    };
    weft_task *next; /* in its scope's children, or in `failed`; root.previous is the other link */
    weft_frame root; /* the head of the outermost coroutine's frame; the frame's rest follows */
};

/* Lists of tasks: a scope's children, and `failed`. */
#define WEFT_TASK_NEXT_(task) (task)->next
#define WEFT_TASK_PREVIOUS_(task) (task)->root.previous
WEFT_DEFINE_LIST_(weft_tasks, weft_task, WEFT_TASK_NEXT_, WEFT_TASK_PREVIOUS_)

/* Flags of a task, in root.flags. */
enum {
    WEFT_PARKED_MASK_ = 7,       /* what the task waits in: enum weft_parked_ */
    WEFT_MUST_CANCEL_ = 8,       /* the task was cancelled while it was ready or running */
    WEFT_CANCELLED_ = 16,        /* the task is ready, because its wait was cancelled */
    WEFT_HAS_ERROR_ = 32,        /* the task is ready, and will raise wait.error */
    WEFT_SHUTDOWN_PENDING_ = 64, /* weft_shutdown waits for the end of the task */
    WEFT_POOLED_ = 128,          /* the memory of the task belongs to a pool */
    WEFT_DELIVERY_MASK_ = WEFT_MUST_CANCEL_ | WEFT_CANCELLED_ | WEFT_HAS_ERROR_
};

#define WEFT_DAEMON_ 0x100u /* inspect/daemon.h */

/* The bits above the flags count the requests to cancel that are in force. */
#define WEFT_CANCELLING_ONE_ 0x200u
#define WEFT_CANCELLING_MASK_ 0xFE00u

/* What a task waits in. */
enum weft_parked_ {
    WEFT_NOT_PARKED_,
    WEFT_ASLEEP_,    /* the task is in the loop's timers */
    WEFT_AWAITING_,  /* the task is in the ring of waiters of wait.target */
    WEFT_GATHERING_, /* the task waits for wait.gather_wait, whose parts have the links */
    WEFT_WATCHING_,  /* the task waits for a descriptor, and is in the loop's watches */
    WEFT_LISTED_,    /* the task waits for the primitive that node.listed_for leads to */
    WEFT_GRANTED_,   /* not parked: a primitive gave the task what it waited for (waiters.h) */
    WEFT_CHECKED_    /* as WEFT_LISTED_, and the debug mode checks the wake-up (inspect/debug.c) */
};

/* What a primitive is, for reports. Each primitive has a pointer to a constant of this type. A task
 * that waits for the primitive points to that pointer. */
struct weft_primitive_info_ {
    const char *name;
    size_t at; /* offset in bytes of that pointer in the primitive */
    /* Returns the task that holds the primitive; NULL: no task holds it. The member itself is NULL
     * if no task can hold the primitive. */
    const weft_task *(*holder)(const weft_primitive_info_ *const *primitive);
};

/* The wait of a gather: one task waits for several awaitables, the gather's parts. Cancelling the
 * wait cancels every part. If the waiting task is woken before all parts have ended, it must unlink
 * the others. */
struct weft_gather_wait_ {
    /* Returns the part with that number, from 0; NULL: there are no more parts. */
    weft_awaitable_ *(*part)(weft_gather_wait_ *gather_wait, size_t number);
    weft_gather_wait_ *up; /* while both are cancelled: the gather around this gather */
    size_t next;           /* the number of the next part to cancel, from 1; 0: none */
    bool cancelled;        /* a request has reached a part that had not ended */
    unsigned char depth;   /* in a shutdown: the request's depth at this gather (cancel.c) */
};

/* WEFT_INFO_(name, ...): defines the info `name`. WEFT_INFO_MEMBER_ declares a primitive's pointer
 * to its info, WEFT_SET_INFO_ sets that pointer, and WEFT_WHERE_ gives the pointer's address. In a
 * program without texts there is no info, and WEFT_WHERE_ gives the primitive's own address. */
#if WEFT_TEXTS
#define WEFT_INFO_(name, ...) static const weft_primitive_info_ name = {__VA_ARGS__}
#define WEFT_INFO_OF_(name) &(name)
#define WEFT_INFO_MEMBER_ const weft_primitive_info_ *info;
#define WEFT_SET_INFO_(primitive, to) ((primitive)->info = (to))
#define WEFT_WHERE_(primitive) &(primitive)->info
#else
#define WEFT_INFO_(name, ...) struct weft_primitive_info_
#define WEFT_INFO_OF_(name) NULL
#define WEFT_INFO_MEMBER_
#define WEFT_SET_INFO_(primitive, to) ((void)(to))
/* Never read: only the address counts. */
#define WEFT_WHERE_(primitive) ((const weft_primitive_info_ **)(void *)(primitive))
#endif

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

/* WEFT_TASK(name): the type of a task whose coroutine is `name`. The task's member `frame` is the
 * coroutine's frame, which holds the results once the task has ended. The program owns the task.
 * The task must be all zero bytes before its first use, and must not be moved before it has ended.
 * After that it may be used again as it is. Each use of the macro makes a type of its own; name
 * that type with typedef. If a frame points to tasks of its own type, declare that type first:
 * struct f_task; ... struct f { ... struct f_task *next; }; ... struct f_task { WEFT_TASK(f); }; */
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
 * asyncio.create_task(name(...)), in a coroutine. Starts the coroutine as a task. The task first
 * runs in the next tick (iteration of the loop). The arguments are evaluated now. A frame member
 * without an argument is zero. Panics if another task uses the memory.
 *
 * If the task fails, its error is raised in the tasks that await it. If nobody retrieves the error,
 * the loop calls the exception handler. The loop does so before the memory is used for another
 * task, or when the loop closes. Until then the loop keeps the task in a list. So the program must
 * do two things before it uses the memory for anything else, or frees it. It must retrieve the
 * error (weft_error_of), and check that the memory is free (weft_is_free). The memory of a group's
 * child that failed must also be kept until nobody uses the group's error any more. O(frame size +
 * n), n: the failed tasks whose error nobody retrieved, and the groups that keep pooled tasks. */
#define weft_create_task(name, ...)                                                                \
    WEFT_CREATE_TASK_(&weft_running_loop_(weft_context_)->tasks, (void)0, false, name,             \
                      __VA_ARGS__, )

/* weft_loop_create_task(loop, name, task, .argument = value, ...): loop.create_task(name(...)).
 * Does what weft_create_task does, outside of a coroutine. */
#define weft_loop_create_task(loop, name, ...)                                                     \
    WEFT_CREATE_TASK_(&(loop)->tasks, (void)0, false, name, __VA_ARGS__, )

/* weft_create_eager_task(name, WEFT_TASK(name) *task, .argument = value, ...)
 * asyncio.create_task(name(...), eager_start=True), in a coroutine. Does what weft_create_task
 * does, but the new task runs at once, up to its first wait. Then the calling task goes on, in the
 * same tick. C's stack does not grow if eager tasks start eager tasks in turn. */
#define weft_create_eager_task(name, ...)                                                          \
    WEFT_CHECK_AND_CREATE_EAGER_((void)0, &weft_running_loop()->tasks, name, __VA_ARGS__, )

/* `check` is a statement that runs when the frame has been filled, before the task is started. If
 * `check` raises an error, the task is not started. */
#define WEFT_CHECK_AND_CREATE_EAGER_(check, scope, name, ...)                                      \
    do {                                                                                           \
        WEFT_CREATE_TASK_(scope, check, true, name, __VA_ARGS__);                                  \
        weft_frame_->state = __LINE__;                                                             \
        WEFT_SUSPEND_(WEFT_STARTS_);                                                               \
    } while (0)

#define WEFT_CREATE_TASK_(scope, check, eager, name, p, ...)                                       \
    do {                                                                                           \
        WEFT_REQUIRE_TASK_(name, p);                                                               \
        weft_scope_ *const weft_into_ = (scope);                                                   \
        weft_task *const weft_created_ = &(p)->task;                                               \
        weft_prepare_task_(weft_into_->loop, weft_created_, &name##_code, WEFT_FILE_, __LINE__);   \
        *(struct name *)(void *)&weft_created_->root =                                             \
            (struct name){.frame = {.code = &name##_code}, __VA_ARGS__};                           \
        check;                                                                                     \
        weft_start_task_(weft_into_, weft_created_, eager);                                        \
    } while (0)

/* Refuses to compile unless `pointer` points to a WEFT_TASK(name). Does not evaluate `pointer`. */
#define WEFT_REQUIRE_TASK_(name, pointer)                                                          \
    WEFT_REQUIRE_FRAME_(name, &(pointer)->frame);                                                  \
    _Static_assert(offsetof(weft_task, root) % _Alignof(struct name) == 0,                         \
                   "weft: a member of struct " #name " is aligned too strictly for a task")

/* Does what WEFT_REQUIRE_TASK_ does, as an expression. */
#define WEFT_REQUIRE_TASK_TOO_(name, pointer)                                                      \
    ((void)sizeof(struct {                                                                         \
        WEFT_REQUIRE_TASK_(name, pointer);                                                         \
        char weft_unused_;                                                                         \
    }))

/* weft_is_free(p): returns true if the memory of *p, a WEFT_TASK(name), can be used for another
 * task. That is so if no task was started in it, or if the task in it has ended. If that task was a
 * group's child, the group must also have been notified of the end. So weft_done may be true a tick
 * earlier. O(1). */
#define weft_is_free(p) (!weft_is_in_use_(&(p)->task))

/* Returns true if the memory has a task that has not ended, or whose group was not notified of the
 * end yet. */
static inline bool weft_is_in_use_(const weft_task *task)
{
    return task->awaitable.scope &&
           (!weft_has_ended_(&task->awaitable) || weft_is_callback_(&task->live.wait.node));
}

/* Prepares memory for a new task. Panics if the memory is in use. Otherwise reports the failed
 * tasks in that memory to the exception handler, and runs the reuse hooks in that memory. */
#ifdef __OPTIMIZE_SIZE__
#define weft_prepare_task_ weft_before_reuse_
#else
static inline void weft_prepare_task_(weft_loop *loop, weft_task *task, const weft_code *code,
                                      const char *file, unsigned line);
#endif
void weft_before_reuse_(weft_loop *loop, weft_task *task, const weft_code *code, const char *file,
                        unsigned line);
#ifndef __OPTIMIZE_SIZE__
static inline void weft_prepare_task_(weft_loop *loop, weft_task *task, const weft_code *code,
                                      const char *file, unsigned line)
{
    if (WEFT_UNLIKELY_(weft_is_in_use_(task) || loop->context.on_reuse))
        weft_before_reuse_(loop, task, code, file, line);
}
#endif

/* Makes a task a child of the scope. The task's frame must be filled. Unless the task is eager,
 * makes the task ready too. */
void weft_start_task_(weft_scope_ *scope, weft_task *task, bool eager);

/* Panics, because another task's memory was overwritten. */
WEFT_NORETURN_ WEFT_COLD_ void weft_panic_overwritten_(const weft_task *task);

/* ---- Sleeping ---- */

/* weft_sleep(weft_time delay): `await asyncio.sleep(delay)`. Waits for `delay` (WEFT_SECONDS,
 * WEFT_MS, WEFT_US), never less. If the delay is 0 or negative, every task that is ready now runs
 * first. Raises an error only if the task is cancelled. O(1) now; when the delay is over, the loop
 * has moved the timer at most 46 times (timer.h). */
#define weft_sleep(delay) WEFT_WAIT_(weft_sleep_(weft_context_, WEFT_DELAY_(delay)), )

weft_step_ weft_park_asleep_(weft_task *task, weft_time delay);

static inline weft_step_ weft_sleep_(weft_context *context, weft_time delay)
{
    const weft_step_ yielded = {WEFT_YIELDED};
    const bool is_over = (weft_past_)delay <= 0;
    return is_over ? yielded : weft_park_asleep_(weft_running_task_(context), delay);
}

/* ---- Which task runs, and which tasks there are ---- */

/* weft_running_loop(), weft_current_task(): asyncio.get_running_loop(), asyncio.current_task().
 * In a coroutine that a loop runs. Never NULL. O(1). */
#define weft_running_loop() weft_running_loop_(weft_context_)
#define weft_current_task() weft_running_task_(weft_context_)

/* asyncio.current_task(loop). Returns the task that runs now; NULL: no task runs. Callbacks and
 * plain functions can use it. O(1). */
static inline weft_task *weft_loop_current_task(const weft_loop *loop)
{
    return loop->context.running ? weft_task_of_node_(loop->context.running) : NULL;
}

/* asyncio.all_tasks(loop), one by one. Each returned task has not ended; NULL: no more. First come
 * the tasks in no group. Then come the children of each group, in the order in which the groups
 * were entered. The tasks in no group, and the children of one group, come in the order of
 * creation. No task may be created or end between two calls. A whole walk costs O(tasks + groups),
 * plus, for each task, O(n), n: the group blocks that the task is in. */
weft_task *weft_first_task(weft_loop *loop);
weft_task *weft_next_task(weft_task *task);

/* task.get_stack(), frame by frame. weft_task_innermost returns the frame of the task's innermost
 * coroutine; NULL: the task has ended. weft_task_caller returns the frame of the coroutine that
 * called the coroutine of `frame`; NULL: `frame` is the outermost frame. The program owns the
 * frames. The program may read the returned frames until the loop goes on. O(1). */
const weft_frame *weft_task_innermost(const weft_task *task);
const weft_frame *weft_task_caller(const weft_task *task, const weft_frame *frame);

/* task.cancelling(). Returns how many requests to cancel the task are in force: all requests, less
 * those that weft_uncancel took back. At most 127 requests count. O(1). */
unsigned weft_cancelling(const weft_task *task);

/* task.uncancel(). Takes one request to cancel back, and returns how many requests are left. If no
 * request is left, a request that the task has not met yet at a wait has no effect. O(1). */
unsigned weft_uncancel(weft_task *task);

/* ---- Parking and waking ---- */

static inline unsigned weft_parked_in_(const weft_task *task)
{
    return task->root.flags & WEFT_PARKED_MASK_;
}

/* Returns true if the task is parked, and may be woken without a check. Only in debug mode is a
 * parked task another one (weft_is_checked_). */
static inline bool weft_is_parked_unchecked_(const weft_task *task)
{
    return weft_parked_in_(task) - 1u < WEFT_LISTED_;
}

/* Of a task that is not weft_is_parked_unchecked_: returns true if a primitive must call
 * weft_check_wake_ before it wakes the task. One bit tells WEFT_CHECKED_ from the other two. */
static inline bool weft_is_checked_(const weft_task *task)
{
#ifdef WEFT_HAS_DEBUG_MODE_
    return WEFT_UNLIKELY_(task->root.flags & 1u);
#else
    (void)task;
    return false;
#endif
}

/* Panics if the calling thread must not wake the task. Afterwards weft_is_parked_unchecked_. */
#ifdef WEFT_HAS_DEBUG_MODE_
WEFT_COLD_ void weft_check_wake_(weft_task *task);
#else
static inline void weft_check_wake_(weft_task *task)
{
    (void)task;
}
#endif

static inline bool weft_is_parked_(const weft_task *task)
{
    return weft_is_parked_unchecked_(task) || weft_is_checked_(task);
}

/* Returns true if the task waits for a primitive, which node.listed_for names. */
static inline bool weft_is_listed_(const weft_task *task)
{
    return (weft_parked_in_(task) | 2u) == WEFT_CHECKED_;
}

static inline void weft_set_parked_(weft_task *task, enum weft_parked_ where)
{
    task->root.flags = (uint16_t)((task->root.flags & ~(unsigned)WEFT_PARKED_MASK_) | where);
}

/* Parks the running task, which waits for the primitive that *info is a member of. The primitive
 * must wake the task (weft_wake_). If the primitive has linked the task into a list, it must unlink
 * the task when the task runs again. */
static inline weft_step_ weft_park_listed_(weft_task *task, const weft_primitive_info_ **info)
{
    const weft_step_ parked = {WEFT_PARKED_};
    weft_set_parked_(task, WEFT_LISTED_);
    task->live.wait.node.listed_for = info;
    return parked;
}

/* Makes a parked task ready. When the task runs, it raises `error`; NULL: it raises nothing. Code
 * that is compiled for size calls one function for that. */
#ifdef __OPTIMIZE_SIZE__
void weft_wake_(weft_task *task, const weft_error *error);
#else
static inline void weft_wake_(weft_task *task, const weft_error *error)
{
    task->root.flags &= (uint16_t)~WEFT_PARKED_MASK_;
    if (error) {
        task->live.wait.error = error;
        task->root.flags |= WEFT_HAS_ERROR_;
    }
    weft_ready_push_(&task->awaitable.scope->loop->ready, &task->live.wait.node);
}
#endif

/* ---- Cancelling (cancel.c) ---- */

/* Requests that a task be cancelled. The task must not have ended. */
void weft_cancel_task_(weft_task *task);

/* ---- Scopes ---- */

/* weft_enter_scope_ puts a group's scope into use; `parent` is the task in the group's block.
 * weft_exit_scope_ ends that. */
void weft_enter_scope_(weft_scope_ *scope, weft_task *parent,
                       void (*on_child_end)(weft_loop *loop, weft_task *child));
void weft_exit_scope_(weft_scope_ *scope);

/* Returns the scope that the task is a child of. O(n), n: the group blocks that the task is in. */
weft_scope_ *weft_own_scope_(const weft_task *task);

/* Removes an ended child from its group's children. Called by the group's on_child_end. */
void weft_leave_scope_(weft_task *task);

/* ---- Memory that is reused ---- */

/* weft_note_failure_ adds a failed task to the loop's `failed` list. If the task is in that list,
 * removes it, because its error was retrieved. A loop points to this function from the first
 * weft_set_exception_handler on. weft_report_failure_ removes the task from the list, and calls the
 * exception handler. */
void weft_note_failure_(weft_task *task);
void weft_report_failure_(weft_task *task);

/* What the loop's context has as on_reuse while there is something to look for. */
void weft_on_reuse_(weft_context *context, const void *memory, size_t size);

/* Sets the on_reuse of the loop's context. */
void weft_set_on_reuse_(weft_loop *loop);

/* A reuse hook is a function that the loop calls before the hook's memory is reused for a task.
 * These functions add a hook to the loop and remove a hook. */
void weft_add_reuse_hook_(weft_loop *loop, weft_reuse_hook_ *hook,
                          void (*run)(weft_reuse_hook_ *hook));
void weft_remove_reuse_hook_(weft_loop *loop, weft_reuse_hook_ *hook);

/* Removes and returns one reuse hook that lies in the memory; NULL: there is none. */
weft_reuse_hook_ *weft_take_reuse_hook_in_(weft_loop *loop, const void *memory, size_t size);

#ifdef __cplusplus
}
#endif
#endif
