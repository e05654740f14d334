/* The event loop. */
#ifndef WEFT_CORE_LOOP_H
#define WEFT_CORE_LOOP_H

#include "awaitable.h"
#include "port.h"
#include "ready.h"
#include "timer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Told of a task that failed and whose error nobody asked for: asyncio's exception handler. The
 * task's memory, and the error, are what they were until it returns. */
typedef void weft_exception_handler(weft_loop *loop, weft_task *task, const weft_error *error);

/* Told of a turn that took too long (watchdog.h). */
typedef struct weft_turn weft_turn;
typedef void weft_watchdog(weft_loop *loop, const weft_turn *turn);

/* What tasks belong to, and know their loop through: the loop itself, or a group. */
struct weft_owner {
    weft_loop *loop;
    weft_task *children; /* those that have not ended, by creation; a group's, until their turn */
    const weft_frame *turn;      /* a child's end takes this turn, before whoever waits for it */
    size_t live;                 /* how many of them have not ended */
    weft_owner *next, *previous; /* a ring of the loop's owners, in the order of entering */
    weft_task *parent;           /* that is in the group's block; NULL: nobody is, or the loop's */
};

/* What has to be told before memory that it lives in is used again. */
typedef struct weft_lease {
    struct weft_lease *next;
    void (*end)(struct weft_lease *lease);
} weft_lease;

enum { WEFT_TICKS_OF_A_GATHER_ = 3 }; /* asyncio.run hears of the end of all through a gather */

/* What loop.stopping holds. */
enum {
    WEFT_TICKS_TO_GO_ = 127, /* 1: the run ends after this one; 0: it does not */
    WEFT_WATCHED_ = 128      /* there is a watchdog: ticks do not follow straight on */
};

/* A loop. It belongs to the program, must not move, and has no allocated parts. Everything that it
 * runs is called from its run functions, in the thread that called these. */
struct weft_loop {
    weft_context context; /* of what runs */
    weft_ready ready;
    weft_timers timers;
    weft_port *port;
    weft_owner tasks;    /* the tasks of no group; the first owner of all */
    weft_owner futures;  /* has no children: marks a future as one */
    weft_node *starting; /* tasks that go on when those they started eagerly wait */
    weft_task *failed;   /* nobody asked for their errors yet */
    weft_lease *leases;
    weft_exception_handler *on_failure; /* NULL: nobody is told */
    size_t doomed;                      /* tasks that a shutdown waits for */
    weft_watchdog *watchdog;            /* NULL: there is none */
    weft_time longest;                  /* that a turn may take */
    unsigned char stopping;             /* ticks to go, and whether there is a watchdog */
    bool runs;
};

/* asyncio.new_event_loop(). `port` is one that has been initialised, for this loop alone; it
 * belongs to the caller, and outlives the loop. */
void weft_loop_init(weft_loop *loop, weft_port *port);

/* loop.close(). Tells the exception handler of the tasks that failed and were not asked; forgets
 * them, the handler, and the tasks that have not ended, whose frames are then free (their finally
 * blocks do not run: that is what weft_shutdown is for). What these waited for, futures, gathers
 * and primitives, is to be made anew before it is used again. Calls that are pending are off, but
 * for done callbacks of futures. The loop itself is then as weft_loop_init leaves it. Returns NULL,
 * or weft_invalid_state_error of a loop that runs. O(tasks, their calls, and handles). */
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
 * ended the run, or the loop runs already. Panics if the task has not ended. `loop` and `task` are
 * evaluated more than once. */
#define weft_run(loop, name, ...) WEFT_RUN_(weft_run_, loop, name, __VA_ARGS__)

/* weft_runner_run(loop, name, task, .argument = value, ...): Runner.run(name(...)), of a loop
 * that is kept for more: the same, but what is left when the task has ended stays, and goes on
 * with the next run. weft_runner_close ends it. */
#define weft_runner_run(loop, name, ...) WEFT_RUN_(weft_run_and_keep_, loop, name, __VA_ARGS__)

/* Runner.close(): weft_shutdown, and weft_loop_close. Returns the former's error, or the
 * latter's. */
const weft_error *weft_runner_close(weft_loop *loop);

#define WEFT_RUN_(run, loop, name, ...)                                                            \
    (WEFT_REQUIRE_FRAME_TOO_(name, &(WEFT_FIRST_(__VA_ARGS__))->frame),                            \
     weft_prepare_task_(&(loop)->tasks, &(WEFT_FIRST_(__VA_ARGS__))->task, &name##_code, __FILE__, \
                        __LINE__),                                                                 \
     (WEFT_FIRST_(__VA_ARGS__))->frame = WEFT_FRAME_(name, NULL, WEFT_REST_(__VA_ARGS__)),         \
     run((loop), &(WEFT_FIRST_(__VA_ARGS__))->task))

/* weft_run for a coroutine that is known by its code alone (WEFT_ASYNC, `name_code`): its frame
 * gets no arguments. `memory` is weft_task_size(code) bytes, zero at first, aligned for any
 * type; it belongs to the caller, and is the task's until that has ended. Used again, the
 * frame's members are as the run before left them. Panics if a task in it has not ended. */
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

/* loop.stop(): the run ends after this tick, or its first if it has not begun. O(1). */
void weft_stop(weft_loop *loop);

/* What asyncio.run does in the end: cancels all tasks, in the order of weft_first_task, and runs
 * until they have ended. Tasks that are created meanwhile are not waited for. Returns
 * NULL; weft_deadlock_error if one of them does not end; weft_invalid_state_error if weft_stop
 * ended it before, or while the loop runs. */
const weft_error *weft_shutdown(weft_loop *loop);

static inline unsigned weft_ticks_to_go_(const weft_loop *loop)
{
    return loop->stopping & WEFT_TICKS_TO_GO_;
}

const weft_error *weft_run_(weft_loop *loop, weft_task *task);
const weft_error *weft_run_and_keep_(weft_loop *loop, weft_task *task);
const weft_error *weft_run_until_complete_(weft_loop *loop, weft_awaitable *awaitable);
weft_time weft_deadline_(weft_loop *loop, weft_time delay);

#ifdef __cplusplus
}
#endif
#endif
