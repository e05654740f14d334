/* SPDX-License-Identifier: MIT */
/* Tasks: a task is a coroutine that a loop runs beside others, not as a step of its caller. This
 * drawing shows the states of a task. The document doc/glossary.md explains the terms.
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
 * The list below shows which functions run for a task that sleeps and then ends. An indented
 * function is called by the function above it. On a dotted line, the task waits. A number is that
 * of an arrow above.
 *
 *     weft_create_task          the program's macro
 *       weft_prepare_task_      checks the memory, runs reuse hooks           task.h
 *       weft_start_task_        1  child of a scope; ready                    loop.c
 *     . . . . . . . . . . . .
 *     run_tick                  2  pops the task, delivers an error if any    loop.c
 *       run_step                the coroutine runs to its weft_sleep
 *         weft_park_asleep_     4  arms a timer
 *     . . . . . . . . . . . .
 *     begin_tick                the timer is due                              loop.c
 *       weft_timers_pop_                                                      timer_heap.c
 *       weft_push_due_          a callback is ready
 *     run_tick
 *       run_callback            5  the callback: the task is ready
 *     . . . . . . . . . . . .
 *     run_tick                  2
 *       run_step                the coroutine returns, or raises
 *         end_task              6  leaves its scope                           loop.c
 *           weft_complete_      wakes what waits for the task                 task.h
 *
 * 1  weft_start_task_: The task becomes the last child of its scope, and the last entry of the
 *    ready queue. (A scope is a list of tasks: the loop has one, and each group has one.) An eager
 *    task does not go into the ready queue, but is RUNNING at once. The task that started the eager
 *    task is in the loop's list `eager_parents` until the eager task takes the arrow 3, 4 or 6.
 *
 * 2  run_tick: The function run_step resumes the task's innermost coroutine. If the task was woken
 *    with an error, or was cancelled, the coroutine raises that error or weft_cancelled_error.
 *
 * 3  run_step: The task has yielded (weft_sleep(0)), and is ready again.
 *
 * 4  weft_park_...: The task is linked into the list of what it waits for, and is not in the ready
 *    queue. The task's flags tell what the task waits for (enum weft_parked_).
 *
 * 5  weft_wake_: The wait is over, or was cancelled (cancel.c). The task is ready. If the task
 *    waited for a primitive, it may stay in the primitive's list until it runs.
 *
 * 6  end_task: The task is in no list. All tasks and callbacks that waited for it have been woken.
 *    The program may use the task's memory again. There are two exceptions. A group's child stays
 *    in its scope until the group's callback has run. A failed task whose error nobody retrieved is
 *    in the loop's list `failed`.
 *
 * If a PARKED task is cancelled (weft_cancel_task_), its wait ends: the task takes the arrow 5. If
 * a READY or RUNNING task is cancelled, its flag WEFT_MUST_CANCEL_ is set. A READY task then raises
 * weft_cancelled_error when it takes the arrow 2, even if it was woken with another error. A
 * RUNNING task takes the arrow 5 at once when it takes the arrow 4.
 */
#ifndef WEFT_CORE_TASK_H
#define WEFT_CORE_TASK_H

#include "loop.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- What a task is ---- */

/* The members that tasks and futures have in common. If they are all zero bytes, the task was never
 * started, or the future never created. */
struct weft_awaitable_ {
    weft_node_ *waiters; /* a ring of the tasks and callbacks that wait; or WEFT_ENDED_... */
    /* Points to a scope (loop.h), which points to the loop; NULL: never started or created. If a
     * task is in the block of a group, this is the scope of the innermost such group. Otherwise it
     * is the scope that the task is a child of. In a future, it is a special address
     * (weft_is_future_). */
    weft_scope_ *scope;
    const weft_error *error; /* valid after the end of the task or future; NULL: it has a result */
};

/* Special values of `waiters`. WEFT_ENDED_ means that the task or future has ended.
 * WEFT_UNRETRIEVED_ means that the task has failed, and that nobody has retrieved its error. */
#define WEFT_ENDED_ ((weft_node_ *)(uintptr_t)1)
#define WEFT_UNRETRIEVED_ ((weft_node_ *)(uintptr_t)2)

static inline bool weft_has_ended_(const weft_awaitable_ *awaitable)
{
    return (uintptr_t)awaitable->waiters - 1 < 2;
}

/* Wakes the tasks and callbacks that waited for an awaitable (a task or future) that has ended. The
 * waiting tasks raise the awaitable's error, if there is one. `last` is the last entry in the ring
 * of waiters. Returns true if one of the waiters was a task. */
bool weft_wake_waiters_(const weft_awaitable_ *awaitable, weft_node_ *last);

/* Ends the awaitable with `error`, and wakes the tasks and callbacks that wait for it. If `error`
 * is NULL, the awaitable has a result. Returns true if one of the waiters was a task. */
static inline bool weft_complete_(weft_awaitable_ *awaitable, const weft_error *error)
{
    weft_node_ *const last = awaitable->waiters;
    awaitable->waiters = WEFT_ENDED_;
    awaitable->error = error;
    return last && weft_wake_waiters_(awaitable, last);
}

/* Returns the address that every future of the loop has in its member `scope`. There is no complete
 * weft_scope_ at that address, but only its first member. Code must not read or write the other
 * members. */
static inline weft_scope_ *weft_futures_scope_(weft_loop *loop)
{
    return (weft_scope_ *)(void *)&loop->futures;
}

static inline bool weft_is_future_(const weft_awaitable_ *awaitable)
{
    return awaitable->scope == weft_futures_scope_(awaitable->scope->loop);
}

/* The members of a task that has not ended. The member `wait` says what the task waits for. It lies
 * where an ended task has its member `error`. */
struct weft_live_task_ {
    weft_node_ *waiters;
    union {
        weft_scope_ *scope;
        weft_task *lower; /* used while a dump prints the tasks (inspect/dump.c) */
    };
    weft_wait_ wait;
};

/* A task. The document doc/design.md says what each machine word of this struct is for. */
struct weft_task {
    union {
        weft_awaitable_ awaitable; /* its `error` is valid only after the task has ended */
        weft_awaitable_ weft_await_takes_a_task_or_future_and_weft_call_a_frame_;
        struct weft_live_task_ live;
    };
    weft_task *next; /* the next child of its group or loop; or the loop's next failed task */
    weft_frame root; /* first member of the outermost coroutine's frame; the rest follows */
};

/* Lists of tasks: the children of a scope, and the loop's list of failed tasks. */
#define WEFT_TASK_NEXT_(task) (task)->next
#define WEFT_TASK_PREVIOUS_(task) (task)->root.previous
WEFT_DEFINE_LIST_(weft_tasks, weft_task, WEFT_TASK_NEXT_, WEFT_TASK_PREVIOUS_)

/* The flags of a task, which are bits of root.flags. */
enum {
    WEFT_PARKED_MASK_ = 7,       /* what the task waits for: enum weft_parked_ */
    WEFT_MUST_CANCEL_ = 8,       /* the task was cancelled while it was ready or running */
    WEFT_CANCELLED_ = 16,        /* the task is ready, because its wait was cancelled */
    WEFT_HAS_ERROR_ = 32,        /* the task is ready, and will raise the error wait.error */
    WEFT_SHUTDOWN_PENDING_ = 64, /* weft_shutdown waits for the end of the task */
    WEFT_POOLED_ = 128,          /* the memory of the task belongs to a pool */
    WEFT_DELIVERY_MASK_ = WEFT_MUST_CANCEL_ | WEFT_CANCELLED_ | WEFT_HAS_ERROR_
};

#define WEFT_DAEMON_ 0x100u /* inspect/daemon.h */

/* The bits above the flags are a number: how many requests to cancel the task are in force. */
#define WEFT_CANCELLING_ONE_ 0x200u
#define WEFT_CANCELLING_MASK_ 0xFE00u

/* What a parked task waits for. A task is parked from the beginning of a wait until something wakes
 * the task. */
enum weft_parked_ {
    WEFT_NOT_PARKED_,
    WEFT_ASLEEP_,    /* the task is in the loop's timers */
    WEFT_AWAITING_,  /* the task awaits wait.target, and is in its ring of waiters */
    WEFT_GATHERING_, /* the task waits for the gather wait.gather_wait, and is in no list */
    WEFT_WATCHING_,  /* the task waits for a descriptor, and is in the loop's list of watches */
    WEFT_LISTED_,    /* the task waits for a primitive; node.listed_for tells for which one */
    WEFT_GRANTED_,   /* not parked: a primitive granted it a lock or unit (waiters.h) */
    WEFT_CHECKED_    /* as WEFT_LISTED_, and debug mode checks the thread that wakes the task */
};

/* The info of a primitive, which reports print. (A primitive is an object such as a lock or a
 * queue.) Each primitive has a pointer to a constant of this type. While a task waits for the
 * primitive, the task points to that pointer. */
struct weft_primitive_info_ {
    const char *name;
    size_t at; /* offset of the pointer to the info in the primitive, in bytes */
    /* Returns the task that holds the primitive; NULL: no task holds it. The member itself is NULL
     * if no task can hold the primitive. */
    const weft_task *(*holder)(const weft_primitive_info_ *const *primitive);
};

/* The wait of a gather: one task waits for several tasks and futures, the gather's parts. If the
 * waiting task is cancelled, weft cancels every part. If the waiting task is woken before all parts
 * have ended, the code of the gather must stop waiting for the others. */
struct weft_gather_wait_ {
    /* Returns the part with this number; the first part has the number 0. NULL: there is no such
     * part. */
    weft_awaitable_ *(*part)(weft_gather_wait_ *gather_wait, size_t number);
    weft_gather_wait_ *up; /* while weft cancels both: the outer gather that waits for this one */
    size_t next;           /* the number of the next part that weft cancels, from 1; 0: none */
    bool cancelled;        /* a request to cancel has reached a part that had not ended */
    unsigned char depth;   /* in a shutdown: the request's depth here (cancel.c) */
};

/* WEFT_INFO_(name, ...): defines the info `name` of a kind of primitive. The macro
 * WEFT_INFO_MEMBER_ declares a primitive's pointer to its info. WEFT_SET_INFO_ sets that pointer,
 * and WEFT_WHERE_ gives the pointer's address. In a program without texts (WEFT_TEXTS is 0), there
 * is no info, and WEFT_WHERE_ gives the primitive's own address. */
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
/* Nothing is read at this address. It only tells for which primitive a task waits. */
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

/* WEFT_TASK(name): the type of a task that runs the coroutine `name`. The task's member `frame` is
 * the coroutine's frame. After the task has ended, the frame contains the results. The program owns
 * the task. The task must be all zero bytes before its first use, and must not be moved before it
 * has ended. After that, the program may use it again, but must not zero it in between. Two uses of
 * this macro give two different types. To use one type twice, name it with typedef. If a frame
 * points to tasks of its own type, declare that type first: struct f_task; ... struct f { ...
 * struct f_task *next; }; ... struct f_task { WEFT_TASK(f); }; */
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
 * runs in the next tick (iteration of the loop). The arguments are evaluated at once, not in that
 * tick. A member of the frame without an argument is zero. Panics if another task uses the memory
 * *task.
 *
 * If the task fails, the tasks that await it raise its error. If nobody retrieves the error, the
 * loop calls the exception handler with it. The loop makes this call before the memory *task is
 * used for another task, or when the loop closes. Until then the loop has the task in a list. So
 * before the program frees the memory, or uses the memory for something else, it must do two
 * things. It must retrieve the error (weft_error_of), and check that the memory is free
 * (weft_is_free). If a child of a group has failed, the program must also keep the child's memory
 * as long as it uses the group's error. O(frame size + n), n: the failed tasks whose error nobody
 * retrieved, plus the groups that keep the memory of failed tasks from a pool. */
#define weft_create_task(name, ...)                                                                \
    WEFT_CREATE_TASK_(&weft_running_loop_(weft_context_)->tasks, (void)0, false, name,             \
                      __VA_ARGS__, )

/* weft_loop_create_task(loop, name, task, .argument = value, ...): loop.create_task(name(...)).
 * Does what weft_create_task does, outside of a coroutine. */
#define weft_loop_create_task(loop, name, ...)                                                     \
    WEFT_CREATE_TASK_(&(loop)->tasks, (void)0, false, name, __VA_ARGS__, )

/* weft_create_eager_task(name, WEFT_TASK(name) *task, .argument = value, ...)
 * asyncio.create_task(name(...), eager_start=True), in a coroutine. Does what weft_create_task
 * does, but the new task runs at once, up to its first wait. Then the calling task continues, still
 * in the present tick. If an eager task starts another eager task, and so on, C's stack does not
 * grow. */
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

/* Compiles only if `pointer` points to a WEFT_TASK(name). Does not evaluate `pointer`. */
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

/* weft_is_free(p): returns true if the program may use *p, a WEFT_TASK(name), for another task.
 * That is so if *p was never started, or has ended. If *p is a child of a group, *p is not free
 * before the group has noticed the end, at the latest one tick later. So weft_done(p) may be true
 * one tick earlier than weft_is_free(p). O(1). */
#define weft_is_free(p) (!weft_is_in_use_(&(p)->task))

/* Returns true if *task is in use: the task has not ended, or its group has not noticed the end
 * yet. */
static inline bool weft_is_in_use_(const weft_task *task)
{
    return task->awaitable.scope &&
           (!weft_has_ended_(&task->awaitable) || weft_is_callback_(&task->live.wait.node));
}

/* Prepares memory for a new task. Panics if the memory is in use. Otherwise calls the exception
 * handler for each failed task in that memory. Then runs each reuse hook in that memory: a function
 * that must run before the memory is used again. */
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

/* Starts a task: makes it a child of the scope. The macro must have filled the task's frame. If
 * `eager` is false, also puts the task into the ready queue. */
void weft_start_task_(weft_scope_ *scope, weft_task *task, bool eager);

/* Panics, because another task's memory was overwritten. */
WEFT_NORETURN_ WEFT_COLD_ void weft_panic_overwritten_(const weft_task *task);

/* ---- Sleeping ---- */

/* weft_sleep(weft_time delay): `await asyncio.sleep(delay)`. Waits for `delay`, never less. Write
 * `delay` with WEFT_SECONDS, WEFT_MS or WEFT_US. If the delay is 0 or negative, every task that is
 * ready now runs before the calling task continues. If the task is cancelled, raises
 * weft_cancelled_error, and raises no other error. The call costs O(1). Until the delay is over,
 * the loop moves the timer at most 46 times from one list to another (timer.h). With
 * WEFT_TIMER_LIST, the call costs O(n), n: the timers that are due later. */
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
 * A program may use them only in a coroutine that a loop runs. They are never NULL. O(1). */
#define weft_running_loop() weft_running_loop_(weft_context_)
#define weft_current_task() weft_running_task_(weft_context_)

/* asyncio.current_task(loop). Returns the task that runs now; NULL: no task runs. Callbacks and
 * ordinary C functions may call this function. O(1). */
static inline weft_task *weft_loop_current_task(const weft_loop *loop)
{
    return loop->context.running ? weft_task_of_node_(loop->context.running) : NULL;
}

/* asyncio.all_tasks(loop), one by one. The function weft_first_task returns the first task, and
 * weft_next_task the one after `task`; NULL: there are no more. A returned task has not ended. The
 * tasks in no group come first. Then come the children of each group, in the order in which tasks
 * entered the groups' blocks. The tasks in no group, and the children of one group, come in the
 * order of their creation. Between two calls, no task may be created and no task may end. All calls
 * together cost O(tasks + groups), plus, for each task, O(n), n: the group blocks that the task is
 * in. */
weft_task *weft_first_task(weft_loop *loop);
weft_task *weft_next_task(weft_task *task);

/* task.get_stack(), frame by frame. The function weft_task_innermost returns the frame of the
 * task's innermost coroutine, which is the one that waits; NULL: the task has ended. The function
 * weft_task_caller returns the frame of the coroutine that called the coroutine of `frame`; NULL:
 * `frame` is the frame of the outermost coroutine. The program owns the frames. The program may
 * read a returned frame until the loop runs the next task or callback. O(1). */
const weft_frame *weft_task_innermost(const weft_task *task);
const weft_frame *weft_task_caller(const weft_task *task, const weft_frame *frame);

/* task.cancelling(). Returns how many requests to cancel the task are in force: the number of all
 * requests, minus the number that weft_uncancel has taken back. weft counts at most 127 requests.
 * O(1). */
unsigned weft_cancelling(const weft_task *task);

/* task.uncancel(). Takes back one request to cancel the task, and returns how many requests are
 * left. If none is left, and no wait of the task has raised weft_cancelled_error yet, no wait will
 * raise it. O(1). */
unsigned weft_uncancel(weft_task *task);

/* ---- Parking and waking ---- */

static inline unsigned weft_parked_in_(const weft_task *task)
{
    return task->root.flags & WEFT_PARKED_MASK_;
}

/* Returns true if the task is parked, and any code may wake the task without a check. A parked task
 * that needs a check exists only in debug mode (weft_is_checked_). */
static inline bool weft_is_parked_unchecked_(const weft_task *task)
{
    return weft_parked_in_(task) - 1u < WEFT_LISTED_;
}

/* Returns true if the task is parked, but a primitive must call weft_check_wake_ before it wakes
 * the task. May be called only if weft_is_parked_unchecked_(task) is false. One bit then tells
 * WEFT_CHECKED_ from WEFT_NOT_PARKED_ and WEFT_GRANTED_. */
static inline bool weft_is_checked_(const weft_task *task)
{
#ifdef WEFT_HAS_DEBUG_MODE_
    return WEFT_UNLIKELY_(task->root.flags & 1u);
#else
    (void)task;
    return false;
#endif
}

/* Panics if the calling thread must not wake the task. Otherwise weft_is_parked_unchecked_(task) is
 * true afterwards. */
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

/* Returns true if the task waits for a primitive. The node's member `listed_for` then tells for
 * which one. */
static inline bool weft_is_listed_(const weft_task *task)
{
    return (weft_parked_in_(task) | 2u) == WEFT_CHECKED_;
}

static inline void weft_set_parked_(weft_task *task, enum weft_parked_ where)
{
    task->root.flags = (uint16_t)((task->root.flags & ~(unsigned)WEFT_PARKED_MASK_) | where);
}

/* Parks the running task, which waits for a primitive. *info is the primitive's pointer to its
 * info. The primitive's code must wake the task (weft_wake_). If that code has linked the task into
 * a list, it must unlink the task when the task runs again. */
static inline weft_step_ weft_park_listed_(weft_task *task, const weft_primitive_info_ **info)
{
    const weft_step_ parked = {WEFT_PARKED_};
    weft_set_parked_(task, WEFT_LISTED_);
    task->live.wait.node.listed_for = info;
    return parked;
}

/* Wakes a parked task: puts the task into the ready queue. When the task runs, it raises `error`;
 * NULL: it raises nothing. If the compiler optimises for size, this function is not inline. */
static inline void weft_wake_inline_(weft_task *task, const weft_error *error)
{
    task->root.flags &= (uint16_t)~WEFT_PARKED_MASK_;
    if (error) {
        task->live.wait.error = error;
        task->root.flags |= WEFT_HAS_ERROR_;
    }
    weft_ready_push_(&task->awaitable.scope->loop->ready, &task->live.wait.node);
}
#ifdef __OPTIMIZE_SIZE__
void weft_wake_(weft_task *task, const weft_error *error);
#else
#define weft_wake_ weft_wake_inline_
#endif

/* ---- Cancelling (cancel.c) ---- */

/* Requests that a task be cancelled. The task must not have ended. */
void weft_cancel_task_(weft_task *task);

/* ---- Scopes ---- */

/* The function weft_enter_scope_ adds a group's scope to the loop's list of scopes. `parent` is the
 * task that executes the group's block. The function weft_exit_scope_ removes the scope from that
 * list. */
void weft_enter_scope_(weft_scope_ *scope, weft_task *parent,
                       void (*on_child_end)(weft_loop *loop, weft_task *child));
void weft_exit_scope_(weft_scope_ *scope);

/* Returns the scope that the task is a child of. O(n), n: the group blocks that the task is in. */
weft_scope_ *weft_own_scope_(const weft_task *task);

/* Removes an ended child from the list of its group's children. The group's on_child_end calls this
 * function. */
void weft_leave_scope_(weft_task *task);

/* ---- Memory that is reused ---- */

/* The function weft_note_failure_ adds a failed task to the loop's list `failed`. If the task is in
 * that list already, its error was retrieved, and the function removes the task. The first call of
 * weft_set_exception_handler stores a pointer to this function in the loop. The function
 * weft_report_failure_ removes a task from the list, and calls the exception handler for the
 * task. */
void weft_note_failure_(weft_task *task);
void weft_report_failure_(weft_task *task);

/* Looks in `memory` for failed tasks and reuse hooks. The loop's context has this function as its
 * hook on_reuse while the loop has failed tasks or reuse hooks. */
void weft_on_reuse_(weft_context *context, const void *memory, size_t size);

/* Sets or clears the hook on_reuse of the loop's context. */
void weft_set_on_reuse_(weft_loop *loop);

/* A reuse hook is a function that the loop calls before the memory that contains the hook is used
 * for another task or frame. The first function adds a hook to the loop; the second one removes a
 * hook. */
void weft_add_reuse_hook_(weft_loop *loop, weft_reuse_hook_ *hook,
                          void (*run)(weft_reuse_hook_ *hook));
void weft_remove_reuse_hook_(weft_loop *loop, weft_reuse_hook_ *hook);

/* Removes one reuse hook that lies in the memory from the loop, and returns it. Returns NULL if
 * there is none. */
weft_reuse_hook_ *weft_take_reuse_hook_in_(weft_loop *loop, const void *memory, size_t size);

#ifdef __cplusplus
}
#endif
#endif
