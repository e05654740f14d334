/* The event loop. */
#ifndef WEFT_CORE_LOOP_H
#define WEFT_CORE_LOOP_H

#include "awaitable.h"
#include "backend.h"
#include "ready.h"
#include "timer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Told of a task that failed and whose error nobody asked for: asyncio's exception handler. The
 * task's memory, and the error, are what they were until it returns. */
typedef void weft_exception_handler(weft_loop *loop, weft_task *task, const weft_error *error);

/* Told of a turn that took too long (watchdog.h). */
typedef struct weft_slow_call weft_slow_call;
typedef void weft_watchdog(weft_loop *loop, const weft_slow_call *turn);

/* What tasks belong to, and know their loop through: the loop itself, or a group. */
/* Marks an awaitable as a future: the first member of a scope, and nothing else. */
struct weft_futures_ {
    weft_loop *loop;
};

struct weft_scope_ {
    weft_loop *loop;     /* first, as in weft_futures_ */
    weft_task *children; /* those that have not ended, by creation; a group's, until their turn */
    const weft_frame *on_child_end; /* a child's end takes this turn, before whoever waits for it */
    size_t live;                    /* how many of them have not ended */
    weft_scope_ *next, *previous;   /* a circular list of the loop's scopes, in order of entering */
    weft_scope_ *outer; /* the scope that `parent` was in before; NULL for the loop's own */
    weft_task *parent;  /* that is in the group's block; NULL: nobody is, or the loop's */
};

/* What has to be told before memory that it lives in is used again. */
typedef struct weft_reuse_hook_ {
    struct weft_reuse_hook_ *next;
    void (*end)(struct weft_reuse_hook_ *reuse_hook);
} weft_reuse_hook_;

enum { WEFT_TICKS_OF_A_GATHER_ = 3 }; /* asyncio.run hears of the end of all through a gather */

/* What a loop has to look at between two ticks, other than what is ready. */
enum weft_attention_ {
    WEFT_HAS_TIMERS_ = 1, /* some may be armed */
    WEFT_HAS_IO_ = 2,
    WEFT_STOPPING_ = 4,
    WEFT_HAS_WATCHDOG_ = 8 /* by a watchdog */
};

/* While tasks are ready, descriptors are looked at as often as this (and every tick, if that is
 * longer). */
#define WEFT_IO_POLL_INTERVAL_ 100u

/* Of a loop, only its list of calls from outside is touched by others than its thread. Where there
 * are no atomic pointers, by those who keep interrupts off (threadsafe.h). From C++ it is not
 * touched at all. */
typedef struct weft_threadsafe_handle weft_threadsafe_handle;
#if !defined(__cplusplus) && !defined(__STDC_NO_ATOMICS__) && !defined(WEFT_NO_ATOMICS)
#include <stdatomic.h>
#if ATOMIC_POINTER_LOCK_FREE == 2
#define WEFT_HAS_ATOMICS_
#endif
#endif
#ifdef WEFT_HAS_ATOMICS_
#define WEFT_ATOMIC_(type) _Atomic(type)
#else
#define WEFT_ATOMIC_(type) type volatile
#endif

/* What threadsafe.c does for a loop, where a program has it. */
typedef struct weft_threadsafe_hooks_ {
    void (*take_calls)(weft_loop *loop);
    weft_function *(*function_of)(weft_handle *ready); /* the program's, also of a call */
} weft_threadsafe_hooks_;

/* A loop. It belongs to the program, must not move, and has no allocated parts. Everything that it
 * runs is called from its run functions, in the thread that called these. */
struct weft_loop {
    weft_context context; /* of what runs */
    weft_ready_queue_ ready;
    WEFT_ATOMIC_(weft_threadsafe_handle *)
    threadsafe_calls;        /* from outside: the last; NULL: none is to see */
    unsigned char attention; /* weft_attention_ */
    unsigned char stopping;  /* ticks to go: 1, the run ends after this one; 0: it does not */
    bool runs;
    bool shuts_down; /* weft_shutdown cancels one task after another: see is_spent in task.c */
    weft_timers_ timers;
    weft_backend *backend;
    weft_watch *watches; /* descriptors that somebody waits for */
    weft_time
        io_polled_at; /* when the port did last while tasks were ready; 0: it has slept since */
    const weft_threadsafe_hooks_
        *threadsafe; /* what makes those `called` ready; NULL: there were none yet */
    unsigned open_handles,
        keepalive_handles;        /* handles for calls from outside; and those a run waits for */
    weft_scope_ tasks;            /* the tasks of no group; the first owner of all */
    struct weft_futures_ futures; /* the `scope` of every future; it has no children */
    weft_node_ *eager_parents;    /* tasks that go on when those they started eagerly wait */
    weft_task *failed;            /* nobody asked for their errors yet */
    weft_reuse_hook_ *reuse_hooks;
    weft_exception_handler *exception_handler; /* NULL: nobody is told */
    size_t shutdown_pending;                   /* tasks that a shutdown waits for */
    /* What not every program has; NULL until it does. */
    void (*run_timed)(weft_loop *loop);          /* a tick, for the watchdog (watchdog.c) */
    bool (*only_daemons)(const weft_loop *loop); /* whether no other tasks are left (daemon.c) */
    weft_watchdog *watchdog;
    weft_time longest; /* that a turn may take */
};

/* asyncio.new_event_loop(). `port` is one that has been initialised, for this loop alone; it
 * belongs to the caller, and outlives the loop. */
void weft_loop_init(weft_loop *loop, weft_backend *backend);

/* loop.close(). Tells the exception handler of the tasks that failed and were not asked; forgets
 * them, the handler, and the tasks that have not ended, whose frames are then free (their finally
 * blocks do not run: that is what weft_shutdown is for). What these waited for, futures, gathers
 * and primitives, is to be made anew before it is used again. Calls that are pending are off, but
 * for done callbacks of futures. The loop itself is then as weft_loop_init leaves it. Returns NULL,
 * or an error of the kind weft_invalid_state_error, and the loop goes on: it runs, or handles for
 * calls from outside are open (threadsafe.h). O(tasks, their calls, and handles). */
const weft_error *weft_loop_close(weft_loop *loop);

/* loop.set_exception_handler(handler), NULL for none. It is called when a task that failed is
 * forgotten and nobody has asked for its error: before its memory is used again, or in
 * weft_loop_close. It may do what a callback may, but start nothing in that memory. */
void weft_set_exception_handler(weft_loop *loop, weft_exception_handler *handler);

/* loop.time(): the clock of the loop's port, in microseconds. What the port's now() costs. */
weft_time weft_loop_time(weft_loop *loop);

/* weft_run(weft_loop *loop, name, WEFT_TASK(name) *task, .argument = value, ...)
 * asyncio.run(name(...)): starts the coroutine as a task, runs the loop until it has ended, shuts
 * down what is left (weft_shutdown; tasks that withstand it are then still there) and returns the
 * task's error: NULL, or what left the coroutine.
 * weft_deadlock_error: nothing can ever run again, and the task has not ended; the tasks are then
 * as they were, to be walked (weft_first_task) or shut down. weft_invalid_state_error: weft_stop
 * ended the run (and what was left has been shut down), or the loop runs already. Panics if the
 * task has not ended. `loop` and `task` are evaluated more than once. */
#define weft_run(loop, name, ...) WEFT_RUN_(weft_run_, loop, name, __VA_ARGS__)

/* weft_runner_run(loop, name, task, .argument = value, ...): Runner.run(name(...)), of a loop
 * that is kept for more: the same, but what is left when the task has ended stays, and goes on
 * with the next run. weft_runner_close ends it. */
#define weft_runner_run(loop, name, ...) WEFT_RUN_(weft_run_and_keep_, loop, name, __VA_ARGS__)

/* Runner.close(): weft_shutdown, and weft_loop_close. Returns the former's error, or the
 * latter's. */
const weft_error *weft_runner_close(weft_loop *loop);

#define WEFT_RUN_(run, loop, name, ...)                                                            \
    (WEFT_REQUIRE_TASK_TOO_(name, (WEFT_FIRST_(__VA_ARGS__))),                                     \
     weft_prepare_task_(&(loop)->tasks, &(WEFT_FIRST_(__VA_ARGS__))->task, &name##_code, __FILE__, \
                        __LINE__),                                                                 \
     (WEFT_FIRST_(__VA_ARGS__))->frame = WEFT_FRAME_(name, NULL, WEFT_REST_(__VA_ARGS__)),         \
     run((loop), &(WEFT_FIRST_(__VA_ARGS__))->task))

/* weft_run for a coroutine that is known by its code alone (WEFT_ASYNC, `name_code`): its frame
 * gets no arguments. `memory` is weft_task_size(code) bytes, zero at first, aligned for any
 * type; it belongs to the caller, and is the task's until that has ended. Used again, the
 * frame's members are as the run before left them. Panics if a task in it has not ended, or if a
 * member of the frame is aligned more strictly than a task can be. */
size_t weft_task_size(const weft_code *code);
const weft_error *weft_run_code(weft_loop *loop, const weft_code *code, void *memory);

/* weft_run_until_complete(loop, p): loop.run_until_complete(p). Runs until *p, a task or a future,
 * has ended, and the tick after that; returns its error: so its memory stays what it is until this
 * has returned. weft_deadlock_error as above; weft_invalid_state_error if weft_stop ended it, or if
 * *p was never started or is another loop's. */
#define weft_run_until_complete(loop, p) weft_run_until_complete_((loop), &(p)->awaitable)

/* loop.run_forever(): until weft_stop, then NULL, or until nothing can ever run again, then
 * weft_deadlock_error; but NULL if there are tasks, and all are daemons (daemon.h): to look is
 * O(tasks of no group). A loop runs once at a time: weft_invalid_state_error, of all runs. */
const weft_error *weft_run_forever(weft_loop *loop);

/* For a host with a loop of its own: runs one tick of what is ready, due, called from outside, or
 * reported by weft_watch_ready, and never sleeps. It has the port look at descriptors first (its
 * sleep(), with a time that has passed). weft_stop and weft_run_forever, the idiom of asyncio, do
 * the same, but have it look every 100 us at most. Returns NULL, or weft_invalid_state_error of a
 * loop that runs. */
const weft_error *weft_run_once(weft_loop *loop);

/* When a host has to do so again, by the loop's clock: 0 for at once, WEFT_FOREVER if no timer is
 * armed; and earlier if a descriptor is ready, or the port's bell has been rung. Not before then,
 * but perhaps for nothing. WEFT_FOREVER with nothing watched, and nothing that the host itself
 * would do, is what a run would end in as a deadlock. O(1). */
weft_time weft_next_run(const weft_loop *loop);

/* loop.stop(): the run ends after this tick, or its first if it has not begun. O(1). */
void weft_stop(weft_loop *loop);

/* What asyncio.run does in the end: cancels all tasks, in the order of weft_first_task, and runs
 * until they have ended. Tasks that are created meanwhile are not waited for. Returns
 * NULL; weft_deadlock_error if one of them does not end; weft_invalid_state_error if weft_stop
 * ended it before, or while the loop runs. */
const weft_error *weft_shutdown(weft_loop *loop);

/* One turn: of what is at the head of the ready queue, and out of it. */
void weft_run_node_(weft_loop *loop, weft_node_ *node);
void weft_stop_after_(weft_loop *loop, unsigned char ticks);
const weft_error *weft_run_(weft_loop *loop, weft_task *task);
const weft_error *weft_run_and_keep_(weft_loop *loop, weft_task *task);
const weft_error *weft_run_until_complete_(weft_loop *loop, weft_awaitable_ *awaitable);
weft_time weft_deadline_(weft_loop *loop, weft_time delay);

static inline void weft_arm_(weft_loop *loop, weft_wait_ *wait, weft_time deadline)
{
    loop->attention |= WEFT_HAS_TIMERS_;
    weft_timers_arm_(&loop->timers, wait, deadline);
}

/* The port has begun to watch, and ends. */
void weft_watch_list_(weft_loop *loop, weft_watch *watch);
void weft_watch_end_(weft_loop *loop, weft_watch *watch);

/* The scope that marks a future: its address, which has no more than a scope's first member. */
static inline weft_scope_ *weft_futures_scope_(weft_loop *loop)
{
    return (weft_scope_ *)(void *)&loop->futures;
}

static inline bool weft_is_future_(const weft_awaitable_ *awaitable)
{
    return awaitable->scope == weft_futures_scope_(awaitable->scope->loop);
}

#ifndef __cplusplus
static inline bool weft_has_threadsafe_calls_(const weft_loop *loop)
{
#ifdef WEFT_HAS_ATOMICS_
    return atomic_load_explicit(&loop->threadsafe_calls, memory_order_relaxed);
#else
    return loop->threadsafe_calls;
#endif
}
#endif

#ifdef __cplusplus
}
#endif
#endif
