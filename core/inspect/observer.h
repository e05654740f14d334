/* SPDX-License-Identifier: MIT */
/* Observer: a function of the program that a loop calls for each event in the life of its tasks.
 *
 *     static void print(weft_observer *observer, const weft_loop_event *event)
 *     {
 *         if (event->kind == WEFT_EVENT_RUNS)
 *             printf("%s runs\n", weft_task_name(event->task));
 *     }
 *
 *     static weft_observer printer = {.on_event = print};
 *     ...
 *     weft_set_observer(&loop, &printer);
 *
 * The recorder (recorder.h) is an observer that stores the events in an array.
 *
 * A task has these events, in this order. An eager task begins with RUNS. A task that was cancelled
 * before its first step has no RUNS.
 *
 *     CREATED  READY  RUNS  WAITS  READY  RUNS  ...  RUNS  ENDED
 *
 * If the task yields, READY comes directly after RUNS. If the task starts an eager task, the events
 * of the eager task come next, and then the task has a second RUNS without a READY.
 */
#ifndef WEFT_CORE_INSPECT_OBSERVER_H
#define WEFT_CORE_INSPECT_OBSERVER_H

#include "report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The kinds of events. The third column says which members of a weft_loop_event are valid, in
 * addition to `kind`, `task` and `time`. Members that are not valid are 0 or NULL. The numbers are
 * those of a recording (doc/recording.md). */
enum weft_event_kind {
    /* A task was created.                  cause, object: the group, or NULL; flag: eager */
    WEFT_EVENT_CREATED = 1,
    /* The task is in the ready queue.      cause */
    WEFT_EVENT_READY = 2,
    /* A step of the task begins.           - */
    WEFT_EVENT_RUNS = 3,
    /* The task is parked.                  wait, object, what, number */
    WEFT_EVENT_WAITS = 4,
    /* The task has ended.                  end, error */
    WEFT_EVENT_ENDED = 5,
    /* The task was asked to end.           cause, number: requests in force */
    WEFT_EVENT_CANCEL_REQUESTED = 6,
    /* The await will raise the request.    - */
    WEFT_EVENT_CANCEL_RAISED = 7,
    /* The task acquired the lock.          object: the lock, what */
    WEFT_EVENT_LOCK_TAKEN = 8,
    /* The task's lock was released.        cause: by which task or callback; object: the lock */
    WEFT_EVENT_LOCK_RELEASED = 9,
    /* The task entered a group's block.    object: the group */
    WEFT_EVENT_GROUP_ENTERED = 10,
    /* The task left a group's block.       object: the group; end, error */
    WEFT_EVENT_GROUP_LEFT = 11,
    /* The task entered a timeout's block.  object: the timeout; number: the time that is left */
    WEFT_EVENT_TIMEOUT_ENTERED = 12,
    /* The time of the timeout is over.     object: the timeout */
    WEFT_EVENT_TIMEOUT_EXPIRED = 13,
    /* The task left a timeout's block.     object: the timeout; flag: it raises a timeout */
    WEFT_EVENT_TIMEOUT_LEFT = 14,
    /* A callback is in the ready queue.    cause, object: the handle. `task` is NULL. */
    WEFT_EVENT_CALLBACK_READY = 15,
    /* A callback begins.                   object: the handle. `task` is NULL. */
    WEFT_EVENT_CALLBACK_RUNS = 16,
    /* The backend begins to sleep.         number: for how long. `task` is NULL. */
    WEFT_EVENT_LOOP_SLEEPS = 17,
    /* The backend has slept.               `task` is NULL. */
    WEFT_EVENT_LOOP_WAKES = 18
};

/* What caused an event. The second column says what weft_loop_event's member `cause` points to. */
enum weft_cause_kind {
    WEFT_BY_NOBODY = 0,     /* NULL: the task was there before the observer was set */
    WEFT_BY_TASK = 1,       /* the task that ran; for a wake-up also a task that has just ended */
    WEFT_BY_CALLBACK = 2,   /* the handle whose function ran */
    WEFT_BY_TIMER = 3,      /* NULL: the sleep of the task, or the delay of the handle, is over */
    WEFT_BY_DESCRIPTOR = 4, /* NULL: the descriptor is ready, or was closed */
    WEFT_BY_THREAD = 5,     /* NULL: a weft_call_soon_threadsafe */
    WEFT_BY_HOST = 6,       /* NULL: code of the program that ran outside of the loop's ticks */
    WEFT_BY_SHUTDOWN = 7,   /* NULL: weft_shutdown */
    WEFT_BY_TIMEOUT = 8,    /* the weft_timeout whose time is over */
    WEFT_BY_SIBLING = 9,    /* the child that failed: its group cancels the others and the parent */
    WEFT_BY_GROUP = 10      /* the weft_group whose block was left with an error, or cancelled */
};

/* What a task waits for. */
enum weft_wait_kind {
    WEFT_WAITS_ASLEEP = 1,    /* number: how long; WEFT_EVENT_FOREVER: for ever */
    WEFT_WAITS_READABLE = 2,  /* number: the descriptor */
    WEFT_WAITS_WRITABLE = 3,  /* number: the descriptor */
    WEFT_WAITS_TASK = 4,      /* object: the awaited task */
    WEFT_WAITS_FUTURE = 5,    /* object: the awaited future */
    WEFT_WAITS_GATHER = 6,    /* object: identifies the gather */
    WEFT_WAITS_PRIMITIVE = 7, /* object: the primitive; what: its name, such as "lock" */
};

/* How a task has ended, or how a task has left a block. */
enum weft_end_kind {
    WEFT_END_RETURNED = 0,
    WEFT_END_FAILED = 1,   /* error: the error */
    WEFT_END_CANCELLED = 2 /* error: an error of the kind weft_cancelled_error */
};

/* The `number` of a sleep or timeout that never ends, and of a loop that sleeps without a timer. */
#define WEFT_EVENT_FOREVER UINT64_MAX

/* An event. The loop owns the event, which is valid until the observer's function returns. An
 * address in an event may be that of an object that has ended: only `task` may be read. */
typedef struct weft_loop_event {
    unsigned char kind;       /* enum weft_event_kind */
    unsigned char cause_kind; /* enum weft_cause_kind */
    unsigned char wait;       /* enum weft_wait_kind */
    unsigned char end;        /* enum weft_end_kind */
    bool flag;
    weft_time time;     /* the loop's clock, in units of weft_time */
    weft_task *task;    /* the task that the event is about; NULL: no task */
    const void *cause;  /* see enum weft_cause_kind */
    const void *object; /* see enum weft_event_kind */
    const char *what;   /* a constant text: the kind of a primitive, or what a task waits for */
    const weft_error *error; /* NULL: no error */
    uint64_t number;
} weft_loop_event;

typedef struct weft_observer weft_observer;

/* An observer. The program owns the observer, sets `on_event`, and must not move the observer while
 * a loop has it. All other members are private, and are zero bytes at first. Usually an observer is
 * a member of a struct that the function needs (WEFT_HANDLE_OWNER). */
struct weft_observer {
    /* A function of the program, which the loop calls for each event. The function may read tasks
     * (weft_task_name, weft_task_innermost, weft_task_waits_for, weft_dump, ...). It must not
     * create, start, cancel or wake tasks, must not use handles or primitives, and must not run the
     * loop. */
    void (*on_event)(weft_observer *observer, const weft_loop_event *event);
    weft_note_ *note_;
    weft_wait_ mark_;   /* in the ready queue: the entries behind it have not been reported yet */
    const void *cause_; /* the cause of what happens now */
    const void *group_; /* the group that cancels tasks now; NULL: none */
    unsigned char by_;  /* the kind of cause_; WEFT_BY_SIBLING: the end of a child is handled */
    bool is_marked_;    /* mark_ is in the ready queue */
    bool in_tick_;      /* the entries of a tick run */
    bool is_late_;      /* the observer was set in a tick, and begins with the next one */
    bool is_asleep_;    /* the backend sleeps, or has slept and no event has come since */
};

/* Makes the loop call observer->on_event for each event; if `observer` is NULL, for none. A loop
 * has at most one observer, and `observer` takes the place of the observer before. Tasks, their
 * waits and groups that exist already are reported with WEFT_BY_NOBODY: at once, or if a task or
 * callback calls this function, in the next tick (iteration of the loop). weft_loop_close removes
 * the observer.
 *
 * While a loop has an observer, it reads the clock for each event. The observer does not change the
 * order in which tasks and callbacks run. A watchdog and the debug mode work beside the observer.
 * If a lock is acquired while the loop has an observer, the lock must be released before the memory
 * of the loop is freed. O(n), n: the tasks and groups of the loop. */
void weft_set_observer(weft_loop *loop, weft_observer *observer);

#ifdef __cplusplus
}
#endif
#endif
