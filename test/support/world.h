/* Small worlds, exhaustively: up to three tasks, and every sequence of what may be done to them, on
 * weft and on a model of it.
 *
 * The model is asyncio in arrays: who is ready, in order; who is listed where, in order; and for
 * each task a phase. A concept (a lock, a queue...) says what its tasks do, and what can be done
 * from outside. After each tick weft and the model have to agree.
 */
#ifndef TEST_WORLD_H
#define TEST_WORLD_H

#include "helper.h"

enum { TASKS = 3, FUTURE = TASKS, ENDS, LISTS = 4, ROOM = 128, ENTRIES = 32 };

/* What a task does; the letters it records are told in world.c. */
enum script {
    LOCK_HOLD, /* acquires it, and leaves it so */
    LOCK_USE,  /* with it, gives way once */
    RLOCK_USE, /* with it twice, gives way once in each */
    SEMAPHORE_HOLD,
    SEMAPHORE_USE,
    EVENT_WAIT,
    CONDITION_WAIT,   /* with it, waits */
    CONDITION_NOTIFY, /* with it, notifies one, and gives way */
    CONDITION_HOLD,   /* acquires it, and leaves it so */
    QUEUE_GET,
    QUEUE_PUT,
    QUEUE_JOIN,
    BARRIER_WAIT,
    BARRIER_RESET,
    BARRIER_ABORT,
    RAISE_LATER,  /* gives way, and fails */
    AWAIT_NEXT,   /* waits for the task of the next number, the first one after the last */
    AWAIT_FUTURE, /* waits for the one future there is */
    SHIELD_NEXT,
    AWAIT_IN_TIME, /* the future, for one unit of time at most */
    GATHER_OTHERS, /* both, in the order of their numbers */
    COLLECT_OTHERS,
    GROUP_OTHERS /* a group with those of the others that are free: child_script() says as what */
};

/* What a child does: the one of the lower number waits for the future, the other one fails. */
enum script child_script(int parent, int child);

/* ---- The model ---- */

enum model_state { GONE, READY, WAITING };

/* What a step of a task's ends with. */
enum model_step { WAITS, YIELDS, PASSES, IS_CANCELLED, FAILS };

/* An entry of the ready queue, and what is queued when something ends: a step of the task `who`, or
 * what it has asked to hear: that `about` has ended. */
struct model_entry {
    enum model_entry_kind { STEP, SHIELD_NOTIFIED, GATHER_NOTIFIED, GROUP_NOTIFIED, EXPIRES } kind;
    int who, about;
};

/* What can be waited for. */
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
    bool must_cancel, cancelled; /* asked while it was ready; while it waited */
    bool given, remembered;
    int inner;                /* where it is in a condition's wait */
    enum model_step received; /* how that ended which it awaited */
    int awaits;               /* a number: that is cancelled in its place; -1: none */
    bool gathers, asked;      /* both others; a request to cancel has reached one of them */
    int open;                 /* of those, not heard yet */
    int group;                /* of a child: whose; -1: nobody's */
    bool mine[TASKS];         /* of a group: tasks that are its children, to be made or made */
    int children;             /* that it has not heard of */
    int failures;
    bool aborting, cancelled_itself, propagates;
    int requests; /* to cancel it, less those taken back */
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
    struct model_end ends[ENDS]; /* of the tasks, and of the future */
    struct model_list lists[LISTS];
    int held_by; /* -1: nobody */
    int value, size, unfinished, count;
    bool set, shut;
    int barrier;
    int clock;
    char record[ROOM];
};

extern struct model *const model;

/* A task begins, perhaps as a child; a group's children are cancelled. */
void model_start(int number, enum script script, int group);
void model_abort(int parent);

/* Takes a request to cancel back. */
void model_uncancel(int task);

/* A unit of time passes, for both. */
void pass_time(void);

/* Something ends, and all hear of it who wait for it. */
void model_finish(int number, enum model_step how);

/* A pending waiter becomes ready. */
void model_wake(int task);
bool model_is_pending(int task);
void model_list_last(struct model_list *list, int task);
void model_unlist(struct model_list *list, int task);

/* ---- Concepts ---- */

struct concept {
    const enum script *scripts;
    int script_count;
    void (*set_up)(void);
    /* Runs one step of a task of the model; `cancelled`: it is told so. */
    enum model_step (*step)(int task, bool cancelled);
    /* Does the n-th thing to both, from outside. */
    void (*act)(int n);
    int act_count;
    /* Both are in the same state. */
    void (*compare)(void);
};

/* All sequences of `depth` operations. Returns how many there were. */
extern weft_loop *const world_loop;
size_t explore_worlds(const struct concept *concept, int depth);

/* Those of weft's waiters that are pending are the model's. */
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

/* An assertion that costs nothing while it holds: Check writes each of its own to a file. */
#define agree(condition, what)                                                                     \
    do {                                                                                           \
        if (!(condition))                                                                          \
            disagree(what);                                                                        \
    } while (0)

/* Fails, and says after which operations. */
void disagree(const char *what);

/* Both answered alike. */
void compare_answers(const weft_error *weft, bool model_refuses);

#endif
