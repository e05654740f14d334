/* SPDX-License-Identifier: MIT */
/* The event loop: its state, and the functions that run it.
 *
 * The file loop.c runs the tasks; run.c has the functions that a program calls. A tick is one
 * iteration of the loop. The ready queue is the list of the tasks and callbacks that can run now.
 * The document doc/glossary.md explains the other terms. */
#ifndef WEFT_CORE_LOOP_H
#define WEFT_CORE_LOOP_H

#include "backend.h"
#include "handle.h"
#include "timer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The name of this function for the linker contains the choices of config.h. */
#define weft_loop_init WEFT_CONFIGURED_(weft_loop_init)

/* A function of the program: asyncio's exception handler. The loop calls the handler for a failed
 * task whose error nobody retrieved. The task's memory and the error stay valid until the handler
 * returns. */
typedef void weft_exception_handler(weft_loop *loop, weft_task *task, const weft_error *error);

/* A function of the program, which the loop calls after a slow call: a callback, or a step of a
 * task, that took too long (inspect/watchdog.h). */
typedef struct weft_slow_call weft_slow_call;
typedef void weft_watchdog(weft_loop *loop, const weft_slow_call *call);

/* A loop's member `futures` has this type. The pointer `scope` of every future points to that
 * member of the future's loop. The pointer `scope` of a task never points there. So this pointer
 * tells a future from a task. */
struct weft_futures_ {
    weft_loop *loop;
};

/* A scope is a list of tasks. The loop has one scope, for the tasks in no group, and each group has
 * one, for its children. A task points to a scope, and the scope points to the loop. */
typedef struct weft_scope_ weft_scope_;
struct weft_scope_ {
    /* Must be the first member, as in struct weft_futures_: a future has a pointer to a struct
     * weft_futures_ in place of the pointer to a scope. */
    weft_loop *loop;
    /* A list of the scope's tasks that have not ended, in the order of their creation. A group's
     * child that has ended stays in the list until on_child_end has run. */
    weft_task *children;
    /* The callback that the loop runs after the end of a child, before it runs the tasks that wait
     * for that child; NULL: none. */
    void (*on_child_end)(weft_loop *loop, weft_task *child);
    size_t live; /* how many tasks of the scope have not ended */
    /* The next and the previous one in a circular list of the loop's scopes. The list has the
     * groups in the order in which tasks entered them. */
    weft_scope_ *next, *previous;
    weft_scope_ *outer; /* the scope around this group's block; NULL: this is the loop's scope */
    weft_task *parent;  /* the task that executes the group's block; NULL: no task */
};

/* A reuse hook: a function that the loop calls before the memory that contains this struct is used
 * for another frame or task. */
typedef struct weft_reuse_hook_ {
    struct weft_reuse_hook_ *next;
    void (*run)(struct weft_reuse_hook_ *hook);
} weft_reuse_hook_;

/* In asyncio, asyncio.run cancels all tasks and then waits for them with a gather. That gather
 * needs this number of ticks after the last task has ended. The run of a weft_shutdown ends after
 * as many ticks. */
enum { WEFT_TICKS_OF_A_GATHER_ = 3 };

/* Bits of the loop's member `attention`. Each bit stands for something that the loop must look at
 * between two ticks, besides the ready queue. */
enum weft_attention_ {
    WEFT_HAS_TIMERS_ = 1, /* timers may be armed */
    WEFT_HAS_IO_ = 2,     /* descriptors are watched */
    WEFT_STOPPING_ = 4,   /* the run must end (see `stopping`) */
    WEFT_HAS_WATCHDOG_ = 8
};

/* While tasks are ready, the loop asks the backend for ready descriptors at most once in this time.
 * If a tick takes longer than this time, the loop asks in each tick. */
#define WEFT_IO_POLL_INTERVAL_ WEFT_US(100)

/* Other threads read and write only one member of a loop: the list of thread-safe calls. That
 * member is an atomic pointer. If the compiler has none, threadsafe.c turns interrupts off instead.
 * C++ code never uses that member, so C++ needs no atomic type. */
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

/* How the program uses a loop, for the checks of the debug mode. */
enum weft_use_ {
    WEFT_IS_CHANGED_,      /* a task or handle becomes ready, or a call is cancelled */
    WEFT_IS_CALLED_,       /* any thread uses weft_call_soon_threadsafe */
    WEFT_BEGINS_TO_RUN_,   /* a run function */
    WEFT_ENDS_TO_RUN_,     /* a run function */
    WEFT_RUNS_FOR_A_HOST_, /* weft_run_once returns; the host will call it again */
    WEFT_IS_CLOSED_
};

typedef struct weft_inspection_ {
    void (*run_tick)(weft_loop *loop);
    /* Panics if the calling thread or process must not use the loop in this way. `file` and `line`
     * are the place in the program that uses the loop; `file` is NULL if the place is not known. */
    void (*check_use)(weft_loop *loop, enum weft_use_ use, const char *file, unsigned line);
    /* The loop calls this function instead of weft_on_reuse_ (task.h). */
    void (*on_reuse)(weft_context *context, const void *memory, size_t size);
    /* If the loop has no exception handler, reports a failed task. */
    void (*on_failure)(weft_loop *loop, weft_task *task);
} weft_inspection_;

/* What a loop tells its observer (inspect/observer.h). The comments name the arguments `object` and
 * `more` of a weft_note_; each is NULL if it is not named. */
enum weft_noted_ {
    WEFT_NOTES_RUN_,             /* a run function begins to run ticks */
    WEFT_NOTES_SLEEP_,           /* the backend is about to sleep: until when, a weft_time */
    WEFT_NOTES_TICK_,            /* the entries of a tick are about to run */
    WEFT_NOTES_TICK_END_,        /* the entries of a tick have run */
    WEFT_NOTES_ENTRY_,           /* an entry of the ready queue is about to run: its node */
    WEFT_NOTES_STEP_,            /* a step of a task has run: its node; the node that runs next */
    WEFT_NOTES_CALLBACK_END_,    /* a callback has run */
    WEFT_NOTES_DESCRIPTOR_,      /* a watch has ended, and its entry is about to become ready */
    WEFT_NOTES_CANCEL_,          /* a task was cancelled: the task */
    WEFT_NOTES_LOCK_TAKEN_,      /* the running task acquired a lock: the lock */
    WEFT_NOTES_LOCK_RELEASED_,   /* a lock is about to be released: the lock; its holder */
    WEFT_NOTES_GROUP_ENTERED_,   /* the running task has entered a group's block: the group */
    WEFT_NOTES_GROUP_LEFT_,      /* the task is about to leave the block: the group */
    WEFT_NOTES_GROUP_CANCELS_,   /* a group is about to cancel tasks: the group */
    WEFT_NOTES_GROUP_CANCELLED_, /* the group has cancelled these tasks: the group */
    WEFT_NOTES_TIMEOUT_ENTERED_, /* the running task has entered a block: the timeout; its limit */
    WEFT_NOTES_TIMEOUT_EXPIRED_, /* a timeout has expired: the timeout; the task in its block */
    WEFT_NOTES_TIMEOUT_LEFT_     /* the task has left the block: the timeout; the block's error */
};

/* The function of an observer that the loop calls. */
typedef void weft_note_(weft_loop *loop, enum weft_noted_ what, const void *object,
                        const void *more);

/* The program's function to which the debug mode passes its messages (inspect/debug.h). */
typedef struct weft_debug_output weft_debug_output;

/* The functions of threadsafe.c that a loop calls. The loop has a pointer to this struct, which is
 * set when the program opens a thread-safe handle. So a program without thread-safe handles does
 * not link threadsafe.c. */
typedef struct weft_threadsafe_hooks_ {
    void (*take_calls)(weft_loop *loop);
#if WEFT_TEXTS
    /* Returns the function that the program has given to the handle `ready`. */
    weft_function *(*function_of)(weft_handle *ready);
#endif
} weft_threadsafe_hooks_;

/* The reason for which a loop calls the function in its member `cancelling`. */
enum weft_cancelling_ {
    WEFT_TASK_RUNS_,  /* a task that was cancelled is about to be resumed */
    WEFT_TASK_PARKS_, /* a task that was cancelled while it ran is parked */
    WEFT_TASK_ENDS_   /* a task that was cancelled, or that a shutdown waits for, has ended */
};

/* A loop. The program owns the loop, and must not move it. The loop allocates nothing. Tasks and
 * callbacks run inside the loop's run functions, in the thread that called these functions. */
struct weft_loop {
    weft_context context;    /* the data that the loop shares with the running coroutine */
    unsigned char attention; /* bits of weft_attention_ */
    unsigned char stopping;  /* after how many ticks the run ends; 1: after this one; 0: never */
    bool runs;               /* true while a function such as weft_run runs */
    bool in_shutdown;        /* true while weft_shutdown cancels the tasks */
#ifdef WEFT_HAS_DEBUG_MODE_
    int process; /* in debug mode: the process that may use the loop, as its id */
    /* In debug mode: a list of the frames that weft_begin filled and that nobody awaited yet. */
    weft_frame *begun;
#endif
    weft_ready_queue_ ready; /* the tasks and callbacks that can run now */
#if WEFT_TEXTS
    weft_note_ **observer; /* a member of the loop's observer (inspect/observer.h); NULL: none */
#endif
    WEFT_ATOMIC_(weft_threadsafe_handle *)
    threadsafe_calls; /* the last thread-safe call that the loop has not taken yet; NULL: none */
    weft_timers_ timers;
    weft_backend *backend;
    weft_node_ *watches; /* a list of the waits for descriptors, in the order in which they began */
    /* When the loop last asked for ready descriptors while tasks were ready; 0: the backend has
     * slept since then. */
    weft_time io_polled_at;
    const weft_threadsafe_hooks_ *threadsafe; /* NULL: no thread-safe handle was opened yet */
    /* How many thread-safe handles are open. How many of these keep functions such as weft_run from
     * returning. */
    unsigned open_handles, keepalive_handles;
    /* A list of tasks, each of which has started an eager task. When the eager task that runs now
     * waits, yields or ends, the first task of the list continues. */
    weft_node_ *eager_parents;
    weft_task *failed; /* a list of the failed tasks whose error nobody has retrieved yet */
    weft_reuse_hook_ *reuse_hooks;
    weft_exception_handler *exception_handler; /* NULL: none */
    size_t shutdown_pending;                   /* for how many tasks weft_shutdown waits */
    /* Pointers to functions of source files that not every program links. Each pointer is NULL
     * until the program uses something of that file. */
    /* cancel.c */
    void (*cancelling)(weft_task *task, enum weft_cancelling_ why);
    /* reuse.c: adds a failed task to the list `failed`. If the task is in that list already, its
     * error was retrieved: removes the task. */
    void (*note_failure)(weft_task *task);
    /* descriptor.c: ends `watch`, a wait for a descriptor. If `watch` is NULL, asks the backend for
     * ready descriptors, without waiting. */
    void (*watching)(weft_loop *loop, weft_wait_ *watch);
    /* primitives/pool.c: handles the end of `child`, a task of a pool. If `child` is NULL, frees
     * the pool slots that the group retains. The function weft_loop_close does not clear this
     * pointer, because a group may retain slots for longer. */
    void (*pooled)(weft_scope_ *group, weft_task *child);
    bool (*only_daemons)(const weft_loop *loop); /* inspect/daemon.c */
#if WEFT_TEXTS
    const weft_inspection_ *inspection; /* inspect/watchdog.c, debug.c */
    weft_watchdog *watchdog;            /* NULL: none */
    weft_time longest;                  /* a call that takes longer than this delay is slow */
#endif
#ifdef WEFT_HAS_DEBUG_MODE_
    const void *thread; /* in debug mode: the thread that runs the loop; NULL: any may use it */
    const weft_debug_output *debug_output; /* NULL: standard error */
#endif
    weft_scope_ tasks;            /* the scope of the tasks in no group */
    struct weft_futures_ futures; /* the `scope` of every future */
};

/* ---- Public ---- */

/* asyncio.new_event_loop(). Initialises *loop. The program must have initialised the backend
 * before. A backend must not serve two loops. The program owns the backend, and must keep it until
 * the loop is closed. O(1). */
void weft_loop_init(weft_loop *loop, weft_backend *backend);

/* loop.close(). Calls the exception handler for each failed task whose error nobody retrieved. Then
 * removes all tasks from the loop. If a task has not ended, its frame may be reused, but its
 * finally blocks do not run. To run these blocks, call weft_shutdown first. If such a task waited
 * for a future, a gather or a primitive, the program must initialise that object again before it
 * uses the object. Cancels all pending calls of handles, except for done callbacks of futures.
 * Afterwards the loop is in the state after weft_loop_init. If the loop runs, or if thread-safe
 * handles are open, changes nothing and returns an error of the kind weft_invalid_state_error.
 * Otherwise returns NULL. O(n), n: the tasks, the groups and the pending calls. */
const weft_error *weft_loop_close(weft_loop *loop);

/* loop.set_exception_handler(handler). NULL: no handler. The loop calls the handler for a failed
 * task whose error nobody has retrieved. The loop does so before the task's memory is used for
 * another task, or in weft_loop_close. The handler may do everything that a callback may do, except
 * start a task in that memory. The loop does not call the handler for tasks that failed before the
 * first call of this function. So call this function right after weft_loop_init. O(1). */
void weft_set_exception_handler(weft_loop *loop, weft_exception_handler *handler);

/* loop.time(). Returns the present time of the loop's backend, in units of weft_time (time.h). The
 * cost is that of the backend's function now(). */
weft_time weft_loop_time(weft_loop *loop);

/* weft_run(weft_loop *loop, name, WEFT_TASK(name) *task, .argument = value, ...)
 * asyncio.run(name(...)). Starts the coroutine as a task, runs the loop until that task has ended,
 * and shuts down all other tasks (weft_shutdown). If a task does not end in spite of its
 * cancellation, it stays in the loop. Returns the error of the task; NULL: the task ended without
 * an error.
 * If nothing can ever run again before the task has ended, returns weft_deadlock_error. All tasks
 * then stay as they are: look at them (weft_first_task), or shut them down (weft_shutdown). If
 * weft_stop ended the run, or if the loop runs already, returns weft_invalid_state_error.
 * Panics if another task uses the memory *task. `loop` and `task` are evaluated more than once. */
#define weft_run(loop, name, ...) WEFT_RUN_(weft_run_, loop, name, __VA_ARGS__, )

/* weft_runner_run(loop, name, task, .argument = value, ...): Runner.run(name(...)). Does what
 * weft_run does, but does not shut down the other tasks. These tasks continue in the next run.
 * Later the program calls weft_runner_close, which shuts them down and closes the loop. */
#define weft_runner_run(loop, name, ...) WEFT_RUN_(weft_run_and_keep_, loop, name, __VA_ARGS__, )

/* Runner.close(). Calls weft_shutdown, then weft_loop_close. Returns the error of weft_shutdown if
 * there is one, else the error of weft_loop_close or NULL. */
const weft_error *weft_runner_close(weft_loop *loop);

#define WEFT_RUN_(run, loop, name, p, ...)                                                         \
    (WEFT_REQUIRE_TASK_TOO_(name, (p)),                                                            \
     weft_prepare_task_((loop), &(p)->task, &name##_code, WEFT_FILE_, __LINE__),                   \
     (p)->frame = WEFT_FRAME_(name, NULL, __VA_ARGS__), run((loop), &(p)->task))

/* weft_run_code(loop, code, memory)
 * Does what weft_run does, for a coroutine that the program knows only by its code: the constant
 * `name_code` (see WEFT_ASYNC). The coroutine gets no arguments. `memory` must have
 * weft_task_size(code) bytes, must be aligned for any type, and must be all zero bytes before its
 * first use. The program owns the memory, and must keep it until the task has ended. If the program
 * uses the memory again, the frame's members still have the values of the last run. Panics if a
 * task in `memory` has not ended, or if a member of the frame is aligned more strictly than a task
 * can be. */
size_t weft_task_size(const weft_code *code);
const weft_error *weft_run_code(weft_loop *loop, const weft_code *code, void *memory);

/* weft_run_until_complete(loop, p): loop.run_until_complete(p). Runs the loop until *p, a task or a
 * future, has ended, and then one more tick. Returns the error of *p; NULL: *p ended without an
 * error. *p must stay valid until the macro's call returns. Other errors: weft_deadlock_error as in
 * weft_run; weft_invalid_state_error if weft_stop ended the run, or if *p was never started or
 * belongs to another loop. */
#define weft_run_until_complete(loop, p) weft_run_until_complete_((loop), &(p)->awaitable)

/* loop.run_forever(). Runs the loop until weft_stop is called, and returns NULL. If no task and no
 * callback can ever run again, returns weft_deadlock_error. But if the loop then has tasks, and all
 * of them are daemons (inspect/daemon.h), returns NULL. To check for daemons costs O(n), n: the
 * tasks in no group. If the loop runs already, returns weft_invalid_state_error, as all functions
 * that run the loop do. */
const weft_error *weft_run_forever(weft_loop *loop);

/* Runs one tick of the loop, for a host: a program with another event loop, which calls this
 * function from there. First asks the backend for ready descriptors. The tick then runs all tasks
 * and callbacks that are ready or due, and all thread-safe calls. Never waits. (In asyncio, a host
 * calls loop.stop() and then loop.run_forever() for this. In weft, a host could do so too. But then
 * the loop would ask for ready descriptors at most once in 100 microseconds.) Returns NULL, or
 * weft_invalid_state_error if the loop runs already. */
const weft_error *weft_run_once(weft_loop *loop);

/* Returns the time of the loop's clock at which a host must call weft_run_once again. If the result
 * is 0, the host must call at once. If the result is WEFT_FOREVER, no timer is armed. The host must
 * also call weft_run_once when a watched descriptor is ready or the backend was woken. The returned
 * time is never too late. It may be too early; weft_run_once then finds nothing to do. Suppose the
 * result is WEFT_FOREVER, no descriptor is watched, and no thread-safe handle is open. Then no task
 * can ever run again: the loop is in a deadlock. O(1). */
weft_time weft_next_run(const weft_loop *loop);

/* loop.stop(). Makes the function that runs the loop return after the present tick. If the loop
 * does not run, the next run ends after its first tick. O(1). */
void weft_stop(weft_loop *loop);

/* Does what asyncio.run does at its end. Cancels all tasks, in the order of weft_first_task. Then
 * runs the loop until these tasks have ended. Does not wait for tasks that are created during the
 * shutdown. If one of the cancelled tasks can never end, returns weft_deadlock_error. If weft_stop
 * ended the run, or if the loop runs already, returns weft_invalid_state_error. Otherwise returns
 * NULL. O(n), n: the tasks; the work that these tasks do comes in addition. */
const weft_error *weft_shutdown(weft_loop *loop);

/* ---- Private ---- */

const weft_error *weft_run_(weft_loop *loop, weft_task *task);
const weft_error *weft_run_and_keep_(weft_loop *loop, weft_task *task);
const weft_error *weft_run_until_complete_(weft_loop *loop, weft_awaitable_ *awaitable);

/* Panics in debug mode if the calling thread or process must not use the loop in this way. The
 * function below calls this one only in debug mode. */
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

/* weft_is_observed_(loop): true if the loop has an observer. weft_tell_observer_(loop, what,
 * object, more): tells the observer, which there must be, that something happens. weft_observe_:
 * does so if there is an observer. `loop` is evaluated more than once. */
#if WEFT_TEXTS
#define weft_is_observed_(loop) WEFT_UNLIKELY_((loop)->observer != NULL)
#define weft_tell_observer_(loop, what, object, more)                                              \
    (*(loop)->observer)((loop), (what), (object), (more))
#define weft_observe_(loop, what, object, more)                                                    \
    (weft_is_observed_(loop) ? weft_tell_observer_(loop, what, object, more) : (void)0)
#else
#define weft_observe_(loop, what, object, more) ((void)0)
#endif

/* The error that a function such as weft_run returns if the loop runs already. */
#if WEFT_TEXTS
extern const weft_error weft_loop_runs_error_;
#else
#define weft_loop_runs_error_ weft_invalid_state_error
#endif

/* Runs ticks until the loop is stopped, and returns NULL. If nothing can ever run again, returns
 * weft_deadlock_error. If the loop runs already, returns weft_loop_runs_error_. */
const weft_error *weft_run_ticks_(weft_loop *loop);

#if WEFT_TEXTS
/* For the ticks of an inspected loop. The function weft_run_first_step_ runs a callback, or the
 * first step of a task that was popped from the ready queue. The function weft_run_next_step_ runs
 * one more step. Both return the node of the task whose step comes next; NULL: there is none. */
weft_node_ *weft_run_first_step_(weft_loop *loop, weft_node_ *node);
weft_node_ *weft_run_next_step_(weft_loop *loop, weft_node_ *node);
#endif

/* Ends the run after this number of ticks, the present one included. */
void weft_stop_after_(weft_loop *loop, unsigned char ticks);

/* Returns true if no task and no callback can run before a timer is due or something ends the
 * backend's sleep. */
bool weft_loop_is_idle_(const weft_loop *loop);

/* Returns the time at which a delay that begins now is over. That time is never too early, because
 * the resolution of the backend's clock is added. If the delay is WEFT_FOREVER, returns
 * WEFT_FOREVER. On a clock that wraps, the result for another delay may have that value, too. */
weft_time weft_deadline_(weft_loop *loop, weft_time delay);

/* Arms the timer `wait`: the first function for a deadline, the second one for the end of a delay
 * that begins now. */
void weft_arm_(weft_loop *loop, weft_wait_ *wait, weft_time deadline);
void weft_arm_after_(weft_loop *loop, weft_wait_ *wait, weft_time delay);

/* Puts a callback into the ready queue, because a timer is due or a descriptor is ready. `wait` is
 * a member of a handle, or of a parked task. If it is a handle's, the callback calls the handle's
 * function. If it is a task's, the callback wakes the task, which then runs in the next tick, as in
 * asyncio. `wait` must be in no list. */
void weft_push_due_(weft_loop *loop, weft_wait_ *wait);

#ifdef __cplusplus
}
#endif
#endif
