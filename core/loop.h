/* The event loop: its state, and how it is run.
 *
 * loop.c has the way of a task through it; run.c what a program calls. */
#ifndef WEFT_CORE_LOOP_H
#define WEFT_CORE_LOOP_H

#include "backend.h"
#include "handle.h"
#include "timer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio's exception handler. The loop calls it for a task that failed and whose error nobody
 * retrieved. The task's memory and the error are valid until the handler returns. */
typedef void weft_exception_handler(weft_loop *loop, weft_task *task, const weft_error *error);

/* Called after a slow call (inspect/watchdog.h). */
typedef struct weft_slow_call weft_slow_call;
typedef void weft_watchdog(weft_loop *loop, const weft_slow_call *call);

/* Marks an awaitable as a future: what a scope begins with, and nothing else. */
struct weft_futures_ {
    weft_loop *loop;
};

/* What tasks are children of, and know their loop by: a group, or the loop itself. */
typedef struct weft_scope_ weft_scope_;
struct weft_scope_ {
    weft_loop *loop;     /* the first member, as in weft_futures_ */
    weft_task *children; /* a list by creation: tasks that have not ended; a group's child stays in
                            it until on_child_end has run */
    const weft_frame *on_child_end; /* a callback that runs at a child's end, before the tasks that
                                       wait for that child; NULL: none */
    size_t live;                    /* children that have not ended */
    weft_scope_ *next, *previous;   /* the loop's scopes, in a circle, in the order of entering */
    weft_scope_ *outer;             /* the scope that `parent` was in before; NULL: the loop's */
    weft_task *parent; /* the task that is in the group's block; NULL: none, or the loop's scope */
};

/* A hook that runs before the memory that it lives in is reused for a task. */
typedef struct weft_reuse_hook_ {
    struct weft_reuse_hook_ *next;
    void (*run)(struct weft_reuse_hook_ *hook);
} weft_reuse_hook_;

/* asyncio.run learns through a gather that all tasks have ended: so many ticks later it stops. */
enum { WEFT_TICKS_OF_A_GATHER_ = 3 };

/* What a loop must look at between two ticks beside the ready queue: bits of `attention`. */
enum weft_attention_ {
    WEFT_HAS_TIMERS_ = 1, /* timers may be armed */
    WEFT_HAS_IO_ = 2,     /* descriptors are watched */
    WEFT_STOPPING_ = 4,
    WEFT_HAS_WATCHDOG_ = 8
};

/* While tasks are ready, descriptors are polled once in so many microseconds; or every tick, if a
 * tick takes longer. */
#define WEFT_IO_POLL_INTERVAL_ 100u

/* Other threads touch one member of a loop: the list of thread-safe calls. Where the compiler has
 * no atomic pointers, threadsafe.h turns interrupts off instead. C++ does not touch the member. */
typedef struct weft_threadsafe_handle weft_threadsafe_handle;
#if !defined(__cplusplus) && !defined(__STDC_NO_ATOMICS__) && !defined(WEFT_NO_ATOMICS)
#include <stdatomic.h>
#if ATOMIC_POINTER_LOCK_FREE == 2
#define WEFT_HAS_ATOMICS_
#endif
#endif
#ifdef WEFT_HAS_ATOMICS_
#define WEFT_ATOMIC_(type) _Atomic(type)
#define WEFT_LOAD_(object) atomic_load_explicit(&(object), memory_order_relaxed)
#else
#define WEFT_ATOMIC_(type) type volatile
#define WEFT_LOAD_(object) (object)
#endif

/* What threadsafe.c does for a loop. A loop knows it only after a handle was opened, so a program
 * without thread-safe handles does not link it. */
typedef struct weft_threadsafe_hooks_ {
    void (*take_calls)(weft_loop *loop);
    weft_function *(*function_of)(weft_handle *ready); /* the program's function */
} weft_threadsafe_hooks_;

/* A loop. The program owns it, and must not move it. No part of it is allocated. Everything that a
 * loop runs is called from its run functions, in the thread that called these. */
struct weft_loop {
    weft_context context; /* of the coroutine that runs */
    weft_ready_queue_ ready;
    WEFT_ATOMIC_(weft_threadsafe_handle *)
    threadsafe_calls;        /* the last call; NULL: none that the loop has not seen */
    unsigned char attention; /* bits of weft_attention_ */
    unsigned char stopping;  /* ticks until the run ends: 1: after this one; 0: it does not */
    bool runs;               /* a run function is running */
    bool in_shutdown;        /* weft_shutdown is cancelling the tasks */
    weft_timers_ timers;
    weft_backend *backend;
    weft_node_ *watches; /* descriptors that something waits for: a list, by the order of begin */
    weft_time io_polled_at; /* when descriptors were last polled while tasks were ready; 0: the
                               backend has slept since */
    const weft_threadsafe_hooks_ *threadsafe;
    unsigned open_handles, keepalive_handles; /* thread-safe handles; those that a run waits for */
    weft_scope_ tasks;                        /* the scope of tasks in no group; the first scope */
    struct weft_futures_ futures;             /* the `scope` of every future */
    weft_node_ *eager_parents; /* tasks that go on when the child they started eagerly parks */
    weft_task *failed;         /* a list of tasks whose error nobody retrieved yet */
    weft_reuse_hook_ *reuse_hooks;
    weft_exception_handler *exception_handler; /* NULL: none */
    size_t shutdown_pending;                   /* tasks whose end weft_shutdown waits for */
    /* Functions of parts that not every program links; NULL until the program uses that part. */
    void (*cancel_parked)(weft_task *task);                /* cancel.c */
    void (*end_watch)(weft_loop *loop, weft_wait_ *watch); /* descriptor.c */
    void (*run_timed)(weft_loop *loop);                    /* inspect/watchdog.c */
    bool (*only_daemons)(const weft_loop *loop);           /* inspect/daemon.c */
    weft_watchdog *watchdog;
    weft_time longest; /* the longest call that is not slow, in microseconds */
};

/* ---- Public ---- */

/* asyncio.new_event_loop(). Sets up *loop. `backend` must be initialised, and be used by this loop
 * alone. The program owns it, and must keep it until the loop is closed. O(1). */
void weft_loop_init(weft_loop *loop, weft_backend *backend);

/* loop.close(). Calls the exception handler for tasks that failed and whose error nobody retrieved,
 * then forgets all tasks. The frames of tasks that have not ended are free to be used again, but
 * their finally blocks do not run: call weft_shutdown first for that. Futures, gathers and
 * primitives that those tasks waited for must be initialised again before they are used. Pending
 * calls are off, except for done callbacks of futures. Afterwards the loop is as weft_loop_init
 * leaves it. Returns NULL; or an error of the kind weft_invalid_state_error, and changes nothing,
 * if the loop runs or thread-safe handles are open. O(tasks, calls and handles). */
const weft_error *weft_loop_close(weft_loop *loop);

/* loop.set_exception_handler(handler); NULL: none. The loop calls the handler for a task that
 * failed when nobody has retrieved its error: before the task's memory is used for another task, or
 * in weft_loop_close. The handler may do what a callback may do, but must not start a task in that
 * memory. O(1). */
void weft_set_exception_handler(weft_loop *loop, weft_exception_handler *handler);

/* loop.time(). Returns the time of the loop's backend, in microseconds. Costs what the backend's
 * now() costs. */
weft_time weft_loop_time(weft_loop *loop);

/* weft_run(weft_loop *loop, name, WEFT_TASK(name) *task, .argument = value, ...)
 * asyncio.run(name(...)). Starts the coroutine as a task, runs the loop until the task has ended,
 * and shuts down the other tasks (weft_shutdown). Tasks that survive the shutdown stay in the loop.
 * Returns the task's error; NULL: it returned. Other errors:
 *   weft_deadlock_error       nothing can ever run again, and the task has not ended. The tasks are
 *                             left as they are, to be looked at (weft_first_task) or shut down.
 *   weft_invalid_state_error  weft_stop ended the run; or the loop runs already.
 * Panics if the memory is in use by another task. `loop` and `task` are evaluated more than
 * once. */
#define weft_run(loop, name, ...) WEFT_RUN_(weft_run_, loop, name, __VA_ARGS__)

/* weft_runner_run(loop, name, task, .argument = value, ...): Runner.run(name(...)). Does what
 * weft_run does, but does not shut down the other tasks: they go on with the next run.
 * weft_runner_close ends the loop. */
#define weft_runner_run(loop, name, ...) WEFT_RUN_(weft_run_and_keep_, loop, name, __VA_ARGS__)

/* Runner.close(). Calls weft_shutdown, then weft_loop_close. Returns the first error of the two. */
const weft_error *weft_runner_close(weft_loop *loop);

#define WEFT_RUN_(run, loop, name, ...)                                                            \
    (WEFT_REQUIRE_TASK_TOO_(name, (WEFT_FIRST_(__VA_ARGS__))),                                     \
     weft_prepare_task_(&(loop)->tasks, &(WEFT_FIRST_(__VA_ARGS__))->task, &name##_code, __FILE__, \
                        __LINE__),                                                                 \
     (WEFT_FIRST_(__VA_ARGS__))->frame = WEFT_FRAME_(name, NULL, WEFT_REST_(__VA_ARGS__)),         \
     run((loop), &(WEFT_FIRST_(__VA_ARGS__))->task))

/* weft_run_code(loop, code, memory)
 * Does what weft_run does for a coroutine that is known by its code alone (`name_code`, see
 * WEFT_ASYNC). The frame gets no arguments. `memory` is weft_task_size(code) bytes, aligned for any
 * type, and all zero at the first use. The caller owns it; the task uses it until it has ended. At
 * a second use the frame's members are as the run before left them. Panics if a task in `memory`
 * has not ended, or if a member of the frame is aligned more strictly than a task can be. */
size_t weft_task_size(const weft_code *code);
const weft_error *weft_run_code(weft_loop *loop, const weft_code *code, void *memory);

/* weft_run_until_complete(loop, p): loop.run_until_complete(p). Runs the loop until *p, a task or a
 * future, has ended, and for one more tick. Returns its error. *p must stay valid until then. Other
 * errors: weft_deadlock_error as weft_run; weft_invalid_state_error if weft_stop ended the run, or
 * if *p was never started or belongs to another loop. */
#define weft_run_until_complete(loop, p) weft_run_until_complete_((loop), &(p)->awaitable)

/* loop.run_forever(). Runs the loop until weft_stop is called, and returns NULL. If nothing can
 * ever run again before that, returns weft_deadlock_error; or NULL if there are tasks and all of
 * them are daemons (inspect/daemon.h). That check is O(tasks in no group). All run functions return
 * weft_invalid_state_error if the loop runs already. */
const weft_error *weft_run_forever(weft_loop *loop);

/* For a host that has an event loop of its own. Polls descriptors, then runs one tick: what is
 * ready, what is due, and thread-safe calls. Never sleeps. (weft_stop and then weft_run_forever,
 * asyncio's idiom, does the same but polls descriptors at most once in 100 microseconds.) Returns
 * NULL, or weft_invalid_state_error if the loop runs already. */
const weft_error *weft_run_once(weft_loop *loop);

/* Returns when the host must call weft_run_once again, as a time of the loop's clock: 0: at once;
 * WEFT_FOREVER: no timer is armed. The host must also call it when a watched descriptor is ready or
 * the backend was woken. The time is never too late; a call may find nothing to do. If the time is
 * WEFT_FOREVER, nothing is watched, and the host itself will do nothing, a run would end in a
 * deadlock. O(1). */
weft_time weft_next_run(const weft_loop *loop);

/* loop.stop(). Ends the run after this tick; if the loop does not run, the next run ends after its
 * first tick. O(1). */
void weft_stop(weft_loop *loop);

/* What asyncio.run does at its end. Cancels all tasks, in the order of weft_first_task, and runs
 * the loop until they have ended. Does not wait for tasks that are created meanwhile. Returns NULL;
 * weft_deadlock_error if one of the tasks can never end; weft_invalid_state_error if weft_stop
 * ended the run, or if the loop runs already. O(tasks), and what they do. */
const weft_error *weft_shutdown(weft_loop *loop);

/* ---- Private ---- */

const weft_error *weft_run_(weft_loop *loop, weft_task *task);
const weft_error *weft_run_and_keep_(weft_loop *loop, weft_task *task);
const weft_error *weft_run_until_complete_(weft_loop *loop, weft_awaitable_ *awaitable);

/* The error of a run function if the loop runs already. */
extern const weft_error weft_loop_runs_error_;

/* Runs ticks until the loop is stopped or nothing can ever run again. Returns NULL, or
 * weft_deadlock_error, or weft_loop_runs_error_. */
const weft_error *weft_run_ticks_(weft_loop *loop);

/* Runs an entry that was popped from the ready queue. */
void weft_run_entry_(weft_loop *loop, weft_node_ *node);

/* Ends the run in so many ticks. */
void weft_stop_after_(weft_loop *loop, unsigned char ticks);

/* Returns true if the loop has nothing to do before the next timer or wake-up. */
bool weft_loop_is_idle_(const weft_loop *loop);

/* Returns the time at which a delay that begins now is over: never too early, whatever the
 * resolution of the backend's clock. */
weft_time weft_deadline_(weft_loop *loop, weft_time delay);

/* Arms a timer of the loop. */
void weft_arm_(weft_loop *loop, weft_wait_ *wait, weft_time deadline);

/* Makes a parked task ready because its timer is due or its descriptor is ready: a callback runs
 * first, and the task in the tick after, as in asyncio. */
void weft_push_wake_up_(weft_loop *loop, weft_wait_ *wait);

/* Returns true if the wait is a task's and its wake-up callback has not run yet. */
bool weft_is_wake_up_(const weft_wait_ *wait);

#ifdef __cplusplus
}
#endif
#endif
