/* SPDX-License-Identifier: MIT */
/* Small worlds, tested exhaustively: up to three tasks, and every sequence of operations on
 * them, on weft and on a model.
 * The model is asyncio in arrays: the ready tasks and the waiters, each in order, and a phase
 * for each task. A concept, such as a lock or a queue, defines the steps of its tasks and the
 * operations from outside. After each tick weft and the model must agree. */
#ifndef TEST_WORLD_H
#define TEST_WORLD_H

#include "helper.h"

enum { TASKS = 3, FUTURE = TASKS, ENDS, LISTS = 4, ROOM = 128, ENTRIES = 32 };

/* What a task does. world.c says which letters it records. */
enum script {
    LOCK_HOLD, /* acquires the lock and keeps it */
    LOCK_USE,  /* acquires the lock, yields once, releases it */
    RLOCK_USE, /* takes the lock twice and yields once at each depth */
    SEMAPHORE_HOLD,
    SEMAPHORE_USE,
    EVENT_WAIT,
    CONDITION_WAIT,   /* waits for the condition, with its lock */
    CONDITION_NOTIFY, /* notifies one waiter, with the lock, then yields */
    CONDITION_HOLD,   /* acquires the lock and keeps it */
    QUEUE_GET,
    QUEUE_PUT,
    QUEUE_JOIN,
    BARRIER_WAIT,
    BARRIER_RESET,
    BARRIER_ABORT,
    RAISE_LATER,  /* yields, then fails */
    AWAIT_NEXT,   /* awaits the task with the next number; the last task awaits the first */
    AWAIT_FUTURE, /* awaits the only future */
    SHIELD_NEXT,
    AWAIT_IN_TIME, /* awaits the future, for at most one unit of time */
    GATHER_OTHERS, /* gathers both other tasks, in the order of their numbers */
    COLLECT_OTHERS,
    GROUP_OTHERS /* a group of the tasks that have not started, with child_script() */
};

/* Returns the script of a child: the child with the lower number awaits the future, the other
 * one fails. */
enum script child_script(int parent, int child);

/* ---- The model ---- */

enum model_state { GONE, READY, WAITING };

/* How a step of a task ended. */
enum model_step { WAITS, YIELDS, PASSES, IS_CANCELLED, FAILS };

/* An entry of the ready queue, or of a list of waiters: a step of task `who`. Or the
 * notification of `who` that `about` has ended. */
struct model_entry {
    enum model_entry_kind { STEP, SHIELD_NOTIFIED, GATHER_NOTIFIED, GROUP_NOTIFIED, EXPIRES } kind;
    int who, about;
};

/* An awaitable. */
struct model_end {
    bool exists, ended;
    enum model_step how; /* PASSES, IS_CANCELLED, FAILS */
    struct model_entry waiters[ENTRIES];
    int count;
};

struct model_task {
    enum model_state state;
    enum script script;
    int phase;
    bool must_cancel, cancelled; /* requested while the task was ready; while it waited */
    bool given, remembered;
    int inner;                /* phase within the wait for a condition */
    enum model_step received; /* result of the awaitable that the task awaited */
    int awaits;               /* the awaitable that is cancelled in its place; -1: none */
    bool gathers, asked;      /* it gathers the others; one of them was cancelled */
    int open;                 /* parts of the gather that have not notified it */
    int group;                /* of a child: its parent; -1: none */
    bool mine[TASKS];         /* of a group: which tasks are its children, or will be */
    int children;             /* children that have not notified the group */
    int failures;
    bool aborting, cancelled_itself, propagates;
    int requests; /* cancellation count */
    enum model_limit { NONE, ARMED, DUE, EXPIRED } limit;
    int deadline;
    bool known;
};

struct model_list {
    int who[TASKS];
    int count;
};

struct model {
    struct model_task tasks[TASKS];
    struct model_entry ready[ENTRIES];
    int ready_count;
    struct model_end ends[ENDS]; /* of the tasks and of the future */
    struct model_list lists[LISTS];
    int held_by; /* number of the task; -1: none */
    int value, size, unfinished, count;
    bool set, shut;
    int barrier;
    int clock;
    char record[ROOM];
};

extern struct model *const model;

/* Starts a task, as a child if `group` is not -1. model_abort cancels the children of a group. */
void model_start(int number, enum script script, int group);
void model_abort(int parent);

/* Takes a request to cancel back. */
void model_uncancel(int task);

/* Moves both clocks by one unit of time. */
void pass_time(void);

/* Ends an awaitable, and queues a notification for each waiter. */
void model_finish(int number, enum model_step how);

/* Makes a pending waiter ready. */
void model_wake(int task);
bool model_is_pending(int task);
void model_list_last(struct model_list *list, int task);
void model_unlist(struct model_list *list, int task);

/* ---- Concepts ---- */

struct concept {
    const enum script *scripts;
    int script_count;
    void (*set_up)(void);
    /* Runs one step of a model's task; `cancelled`: the step raises a cancellation. */
    enum model_step (*step)(int task, bool cancelled);
    /* Performs operation n on weft and on the model. */
    void (*act)(int n);
    int act_count;
    /* Asserts that weft and the model are in the same state. */
    void (*compare)(void);
};

/* Runs all sequences of `depth` operations. Returns their number. */
extern weft_loop *const world_loop;
size_t explore_worlds(const struct concept *concept, int depth);

/* Asserts that weft's pending waiters are those of the model. */
void compare_waiters(const weft_waiters_ *waiters, const struct model_list *list);

/* ---- weft's side ---- */

struct things {
    weft_lock lock;
    weft_rlock rlock;
    weft_semaphore semaphore;
    weft_event event;
    weft_condition condition;
    WEFT_QUEUE(int, 1) queue;
    weft_barrier barrier;
    weft_future future;
};

extern struct things *const things;

/* Asserts at no cost while the condition holds. Check writes each of its own assertions to a
 * file. */
#define agree(condition, what)                                                                     \
    do {                                                                                           \
        if (!(condition))                                                                          \
            disagree(what);                                                                        \
    } while (0)

/* Fails with a message that lists the operations so far. */
void disagree(const char *what);

/* Asserts that weft and the model both accepted, or both refused. */
void compare_answers(const weft_error *weft, bool model_refuses);

#endif
