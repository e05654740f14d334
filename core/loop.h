/* SPDX-License-Identifier: MIT */
/* The event loop: its state, and how it is run.
 *
 * loop.c runs tasks; run.c has the functions that a program calls. A tick is one iteration of the
 * loop; doc/glossary.md explains the other words. */
#ifndef WEFT_CORE_LOOP_H
#define WEFT_CORE_LOOP_H

#include "backend.h"
#include "handle.h"
#include "timer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The linker knows this function by the configuration of the program (config.h). */
#define weft_loop_init WEFT_CONFIGURED_(weft_loop_init)

/* asyncio's exception handler. The loop calls it for a failed task whose error nobody retrieved.
 * The task's memory and the error stay valid until the handler returns. */
typedef void weft_exception_handler(weft_loop *loop, weft_task *task, const weft_error *error);

/* A function that the loop calls after a slow call: a long step or callback
 * (inspect/watchdog.h). */
typedef struct weft_slow_call weft_slow_call;
typedef void weft_watchdog(weft_loop *loop, const weft_slow_call *call);

/* The `scope` of every future points to this member of its loop, and the `scope` of a task never
 * does. So the address tells a future from a task. */
struct weft_futures_ {
    weft_loop *loop;
};

/* What tasks are children of: a group, or the loop itself. A task finds its loop through its
 * scope. */
typedef struct weft_scope_ weft_scope_;
struct weft_scope_ {
    weft_loop
        *loop; /* must be the first member, as in weft_futures_, which a future has in its place */
    /* A list of the tasks that have not ended, in the order of creation. A group's child that has
     * ended stays in the list until on_child_end has run. */
    weft_task *children;
    /* The callback that runs after the end of a child, before the tasks that wait for that child;
     * NULL: none. */
    void (*on_child_end)(weft_loop *loop, weft_task *child);
    size_t live; /* how many children have not ended */
    /* The neighbours in the circle of the loop's scopes, which is in the order of entering them. */
    weft_scope_ *next, *previous;
    weft_scope_ *outer; /* the scope around this one; NULL: this is the loop's scope */
    weft_task *parent;  /* the task inside the group's block; NULL: none, or the loop's scope */
};

/* A hook: a function that runs before the memory around this struct is reused for another frame. */
typedef struct weft_reuse_hook_ {
    struct weft_reuse_hook_ *next;
    void (*run)(struct weft_reuse_hook_ *hook);
} weft_reuse_hook_;

/* asyncio.run waits through a gather until all tasks have ended. After the last end, that gather
 * takes so many ticks more. */
enum { WEFT_TICKS_OF_A_GATHER_ = 3 };

/* Bits of `attention`: what a loop must look at between two ticks besides the ready queue. */
enum weft_attention_ {
    WEFT_HAS_TIMERS_ = 1, /* timers may be armed */
    WEFT_HAS_IO_ = 2,     /* descriptors are watched */
    WEFT_STOPPING_ = 4,   /* the run is to end (`stopping`) */
    WEFT_HAS_WATCHDOG_ = 8
};

/* While tasks are ready, the loop polls descriptors at most once in so much time. If each tick
 * takes longer, the loop polls in each tick. */
#define WEFT_IO_POLL_INTERVAL_ WEFT_US(100)

/* Other threads touch only one member of a loop: the list of thread-safe calls. Where the compiler
 * has no atomic pointers, threadsafe.c turns interrupts off instead. C++ code never touches that
 * member, so C++ needs no atomic type. */
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

/* What a loop has for the watchdog and the debug mode: constants of inspect/watchdog.c and
 * inspect/debug.c. Only run_tick is always there. */
enum weft_use_ {
    WEFT_IS_CHANGED_,      /* a task or a handle is made ready, or a call is taken off */
    WEFT_IS_CALLED_,       /* by weft_call_soon_threadsafe, from any thread */
    WEFT_BEGINS_TO_RUN_,   /* a run function */
    WEFT_ENDS_TO_RUN_,     /* a run function */
    WEFT_RUNS_FOR_A_HOST_, /* weft_run_once has ended, and will be called again */
    WEFT_IS_CLOSED_
};

typedef struct weft_inspection_ {
    void (*run_tick)(weft_loop *loop);
    /* Panics if the loop must not be used so by the calling thread or process. `file` and `line`
     * are the program's; NULL: not known. */
    void (*check_use)(weft_loop *loop, enum weft_use_ use, const char *file, unsigned line);
    /* Runs in place of weft_on_reuse_ (task.h). */
    void (*on_reuse)(weft_context *context, const void *memory, size_t size);
    /* Reports a task that failed, in a loop that has no exception handler. */
    void (*on_failure)(weft_loop *loop, weft_task *task);
} weft_inspection_;

/* Where the debug mode writes to (inspect/debug.h). */
typedef struct weft_debug_output weft_debug_output;

/* Functions of threadsafe.c that a loop calls. The loop points to them only once a thread-safe
 * handle was opened. So a program without thread-safe handles does not link threadsafe.c. */
typedef struct weft_threadsafe_hooks_ {
    void (*take_calls)(weft_loop *loop);
#if WEFT_TEXTS
    weft_function *(*function_of)(weft_handle *ready); /* returns the program's function */
#endif
} weft_threadsafe_hooks_;

/* Why a loop calls its `cancelling`. */
enum weft_cancelling_ {
    WEFT_TASK_RUNS_,  /* a task that was cancelled is about to run */
    WEFT_TASK_PARKS_, /* a task that was cancelled while it ran is parked */
    WEFT_TASK_ENDS_   /* a task that was cancelled, or that a shutdown waits for, has ended */
};

/* A loop. The program owns the loop, and must not move it. The loop allocates nothing. Tasks and
 * callbacks run inside the loop's run functions, in the thread that called these functions. */
struct weft_loop {
    weft_context context;    /* what the loop shares with the running coroutine */
    unsigned char attention; /* bits of weft_attention_ */
    unsigned char stopping;  /* in how many ticks the run ends, 1: after this one; 0: never */
    bool runs;               /* true while a run function runs */
    bool in_shutdown;        /* true while weft_shutdown cancels the tasks */
#ifdef WEFT_HAS_DEBUG_MODE_
    int process;       /* in debug mode: the process that may use the loop */
    weft_frame *begun; /* in debug mode: coroutines that were begun and not awaited, linked by
                          `caller` */
#endif
    weft_ready_queue_ ready; /* the tasks and callbacks that can run now */
    WEFT_ATOMIC_(weft_threadsafe_handle *)
    threadsafe_calls; /* the last thread-safe call that the loop has not seen; NULL: none */
    weft_timers_ timers;
    weft_backend *backend;
    weft_node_ *watches; /* a list of the waits for descriptors, in the order in which they began */
    /* When descriptors were last polled while tasks were ready; 0: the backend has slept since. */
    weft_time io_polled_at;
    const weft_threadsafe_hooks_ *threadsafe; /* NULL: no thread-safe handle was opened yet */
    /* The number of thread-safe handles that were opened and not closed, and how many of them keep
     * a run function from returning. */
    unsigned open_handles, keepalive_handles;
    /* Tasks that have each started an eager task. The first one goes on when the eager task that
     * runs now parks, yields or ends. */
    weft_node_ *eager_parents;
    weft_task *failed; /* a list of the failed tasks whose error nobody has retrieved yet */
    weft_reuse_hook_ *reuse_hooks;
    weft_exception_handler *exception_handler; /* NULL: none */
    size_t shutdown_pending;                   /* how many tasks weft_shutdown still waits for */
    /* Functions of source files that not every program links. Each pointer is NULL until the
     * program uses that file. */
    /* cancel.c */
    void (*cancelling)(weft_task *task, enum weft_cancelling_ why);
    /* failure.c: adds a failed task to `failed`, or removes it when its error is retrieved. */
    void (*note_failure)(weft_task *task);
    /* descriptor.c: ends a watch; NULL: polls the descriptors while tasks are ready. */
    void (*watching)(weft_loop *loop, weft_wait_ *watch);
    /* primitives/pool.c: a pooled child of the group has ended; NULL: frees what the group retains.
     * weft_loop_close keeps this pointer, because a group may retain tasks for longer. */
    void (*pooled)(weft_scope_ *group, weft_task *child);
    bool (*only_daemons)(const weft_loop *loop); /* inspect/daemon.c */
#if WEFT_TEXTS
    const weft_inspection_ *inspection; /* inspect/watchdog.c, debug.c */
    weft_watchdog *watchdog;            /* NULL: none */
    weft_time longest;                  /* the longest call that does not count as slow, a delay */
#endif
#ifdef WEFT_HAS_DEBUG_MODE_
    const void *thread; /* in debug mode: the thread that runs the loop; NULL: any may use it */
    const weft_debug_output *debug_output; /* NULL: standard error */
#endif
    weft_scope_ tasks;            /* the scope of the tasks in no group; the first scope */
    struct weft_futures_ futures; /* the `scope` of every future */
};

/* ---- Public ---- */

/* asyncio.new_event_loop(). Sets up *loop. `backend` must have been initialised, and must serve
 * this loop alone. The program owns the backend, and must keep it until the loop is closed.
 * O(1). */
void weft_loop_init(weft_loop *loop, weft_backend *backend);

/* loop.close(). Calls the exception handler for each failed task whose error nobody retrieved. Then
 * forgets all tasks. The frames of tasks that have not ended may be reused, but the finally blocks
 * of these tasks do not run. To run these blocks, call weft_shutdown first. Futures, gathers and
 * primitives that these tasks waited for must be initialised again before they are used. Pending
 * calls are cancelled, except for done callbacks of futures. Afterwards the loop is as
 * weft_loop_init leaves it. If the loop runs or thread-safe handles are open, changes nothing and
 * returns an error of the kind weft_invalid_state_error. Otherwise returns NULL. O(n), n: the
 * tasks, the groups and the pending calls. */
const weft_error *weft_loop_close(weft_loop *loop);

/* loop.set_exception_handler(handler). NULL: no handler. The loop calls the handler for a failed
 * task whose error nobody has retrieved. The loop does so before the task's memory is used for
 * another task, or in weft_loop_close. The handler may do what a callback may do, but must not
 * start a task in that memory. Tasks that failed before the first call of this function do not
 * count: set the handler behind weft_loop_init. O(1). */
void weft_set_exception_handler(weft_loop *loop, weft_exception_handler *handler);

/* loop.time(). Returns the time of the loop's backend, in units of weft_time. The call costs as
 * much as the backend's now(). */
weft_time weft_loop_time(weft_loop *loop);

/* weft_run(weft_loop *loop, name, WEFT_TASK(name) *task, .argument = value, ...)
 * asyncio.run(name(...)). Starts the coroutine as a task, runs the loop until that task has ended,
 * and shuts down all other tasks (weft_shutdown). Tasks that survive the shutdown stay in the loop.
 * Returns the error of the task; NULL: the task returned. Other errors:
 *   weft_deadlock_error       nothing can ever run again, and the task has not ended. All tasks
 *                             stay as they are: look at them (weft_first_task), or shut them
 *                             down.
 *   weft_invalid_state_error  weft_stop ended the run; or the loop runs already.
 * Panics if the memory is in use by another task. `loop` and `task` are evaluated more than
 * once. */
#define weft_run(loop, name, ...) WEFT_RUN_(weft_run_, loop, name, __VA_ARGS__, )

/* weft_runner_run(loop, name, task, .argument = value, ...): Runner.run(name(...)). Does what
 * weft_run does, but does not shut down the other tasks: the other tasks go on in the next run.
 * weft_runner_close shuts them down and closes the loop. */
#define weft_runner_run(loop, name, ...) WEFT_RUN_(weft_run_and_keep_, loop, name, __VA_ARGS__, )

/* Runner.close(). Calls weft_shutdown, then weft_loop_close. Returns the first error of the two. */
const weft_error *weft_runner_close(weft_loop *loop);

#define WEFT_RUN_(run, loop, name, p, ...)                                                         \
    (WEFT_REQUIRE_TASK_TOO_(name, (p)),                                                            \
     weft_prepare_task_((loop), &(p)->task, &name##_code, WEFT_FILE_, __LINE__),                   \
     (p)->frame = WEFT_FRAME_(name, NULL, __VA_ARGS__), run((loop), &(p)->task))

/* weft_run_code(loop, code, memory)
 * Does what weft_run does, for a coroutine that the program knows only by its code (`name_code`,
 * see WEFT_ASYNC). The frame gets no arguments. `memory` must have weft_task_size(code) bytes, must
 * be aligned for any type, and must be all zero before the first use. The caller owns the memory,
 * and the task uses it until the task has ended. At a later use, the frame's members have the
 * values that the last run left in them. Panics if a task in `memory` has not ended, or if a member
 * of the frame is aligned more strictly than a task can be. */
size_t weft_task_size(const weft_code *code);
const weft_error *weft_run_code(weft_loop *loop, const weft_code *code, void *memory);

/* weft_run_until_complete(loop, p): loop.run_until_complete(p). Runs the loop until *p, a task or a
 * future, has ended, and for one more tick. Returns the error of *p, or NULL. *p must stay valid
 * until this function returns. Other errors: weft_deadlock_error as in weft_run;
 * weft_invalid_state_error if weft_stop ended the run, or if *p was never started or belongs to
 * another loop. */
#define weft_run_until_complete(loop, p) weft_run_until_complete_((loop), &(p)->awaitable)

/* loop.run_forever(). Runs the loop until weft_stop is called, and returns NULL. If nothing can
 * ever run again before that, returns weft_deadlock_error. If there are tasks then, and all of them
 * are daemons (inspect/daemon.h), returns NULL instead. That check is O(n), n: the tasks in no
 * group. If the loop runs already, this and every other run function returns
 * weft_invalid_state_error. */
const weft_error *weft_run_forever(weft_loop *loop);

/* For a host: a program that drives the loop from an event loop of its own. Polls descriptors, then
 * runs one tick. The tick has everything that is ready or due, and thread-safe calls. Never sleeps.
 * (asyncio's idiom for this is weft_stop and then weft_run_forever. That idiom polls descriptors at
 * most once in 100 microseconds.) Returns NULL, or weft_invalid_state_error if the loop runs
 * already. */
const weft_error *weft_run_once(weft_loop *loop);

/* Returns when the host must call weft_run_once again, as a time of the loop's clock. 0: at once.
 * WEFT_FOREVER: no timer is armed. The host must also call weft_run_once when a watched descriptor
 * is ready or the backend was woken. The returned time is never too late. The returned time may be
 * too early; weft_run_once then finds nothing to do. If the time is WEFT_FOREVER, nothing is
 * watched and no thread-safe handle is open, a run would end in a deadlock. O(1). */
weft_time weft_next_run(const weft_loop *loop);

/* loop.stop(). Ends the run after the present tick. If the loop does not run, ends the next run
 * after its first tick. O(1). */
void weft_stop(weft_loop *loop);

/* Does what asyncio.run does at its end. Cancels all tasks, in the order of weft_first_task. Then
 * runs the loop until these tasks have ended. Does not wait for tasks that are created during the
 * shutdown. Returns NULL; weft_deadlock_error if one of the cancelled tasks can never end;
 * weft_invalid_state_error if weft_stop ended the run, or if the loop runs already. O(n), n: the
 * tasks, plus the cost of what these tasks do. */
const weft_error *weft_shutdown(weft_loop *loop);

/* ---- Private ---- */

const weft_error *weft_run_(weft_loop *loop, weft_task *task);
const weft_error *weft_run_and_keep_(weft_loop *loop, weft_task *task);
const weft_error *weft_run_until_complete_(weft_loop *loop, weft_awaitable_ *awaitable);

/* For the debug mode: checks that the calling thread and process may use the loop. Without that
 * mode it costs a test. */
#ifdef WEFT_HAS_DEBUG_MODE_
void weft_check_use_of_(weft_loop *loop, enum weft_use_ use, const char *file, unsigned line);
#endif

/* Returns true if the loop has a watchdog, or is in debug mode. */
static inline bool weft_is_inspected_(const weft_loop *loop)
{
#ifdef WEFT_HAS_DEBUG_MODE_
    return WEFT_UNLIKELY_(loop->inspection != NULL);
#else
    (void)loop;
    return false;
#endif
}

static inline void weft_check_use_(weft_loop *loop, enum weft_use_ use)
{
#ifdef WEFT_HAS_DEBUG_MODE_
    if (weft_is_inspected_(loop))
        weft_check_use_of_(loop, use, NULL, 0);
#else
    (void)loop, (void)use;
#endif
    if (use == WEFT_IS_CHANGED_)
        weft_check_context_();
}

/* The error of a run function if the loop runs already. */
#if WEFT_TEXTS
extern const weft_error weft_loop_runs_error_;
#else
#define weft_loop_runs_error_ weft_invalid_state_error
#endif

/* Runs ticks until the loop is stopped or nothing can ever run again. Returns NULL, or
 * weft_deadlock_error, or weft_loop_runs_error_. */
const weft_error *weft_run_ticks_(weft_loop *loop);

/* Runs an entry that was popped from the ready queue. */
void weft_run_entry_(weft_loop *loop, weft_node_ *node);

#ifdef WEFT_HAS_DEBUG_MODE_
/* Begins to run an entry, and goes on with one: runs one step. Returns the node whose step comes
 * next; NULL: the entry is over. */
weft_node_ *weft_run_first_step_(weft_loop *loop, weft_node_ *node);
weft_node_ *weft_run_next_step_(weft_loop *loop, weft_node_ *node);
#endif

/* Ends the run in so many ticks. */
void weft_stop_after_(weft_loop *loop, unsigned char ticks);

/* Returns true if the loop has nothing to do until a timer is due or the backend's sleep is
 * ended. */
bool weft_loop_is_idle_(const weft_loop *loop);

/* Returns the time at which a delay that begins now is over. That time is never too early, whatever
 * the resolution of the backend's clock is. For a delay of WEFT_FOREVER, returns WEFT_FOREVER. A
 * clock that wraps also has that time. */
weft_time weft_deadline_(weft_loop *loop, weft_time delay);

/* Arms `wait` as a timer of the loop: for a deadline, or for the end of a delay. */
void weft_arm_(weft_loop *loop, weft_wait_ *wait, weft_time deadline);
void weft_arm_after_(weft_loop *loop, weft_wait_ *wait, weft_time delay);

/* Makes a callback ready, because a timer is due or a descriptor is ready. `wait` is a handle's, or
 * a parked task's. As in asyncio, a task becomes ready one tick later: the callback wakes it. The
 * wait must be in no list. */
void weft_push_due_(weft_loop *loop, weft_wait_ *wait);

#ifdef __cplusplus
}
#endif
#endif
