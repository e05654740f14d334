/* SPDX-License-Identifier: MIT */
/* What happened in a recording: tasks as a tree, when each one ran, was ready and waited, who woke
 * whom, blocks, locks, and why tasks were cancelled or failed. A renderer reads only this. */
#ifndef WEFT_TRACE_MODEL_H
#define WEFT_TRACE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In place of the number of a task, block, lock or arrow: there is none. */
enum { NONE = -1 };

/* A moment. Between two steps, such as when a timer is due, `step` is the one that comes next. If
 * something has no end in the recording, it ends behind the last step, where `step` is step_count
 * + 1. */
struct point {
    int step;
    bool inside;
    uint64_t time; /* in units of the recording, from its start */
};

/* What the loop ran without interruption: a task from one wait to the next, or a callback. While an
 * eager child runs, its parent's step is interrupted, and goes on as another step. */
struct step {
    uint64_t from, to; /* in units of the recording, from its start */
    int task;          /* NONE: a callback */
    bool shown;        /* a callback of the program's own, or a task */
};

enum state { RUNNING, READY, WAITING };

struct span {
    enum state state;
    struct point from, to;
    const char *what;  /* WAITING: what for, such as "lock" or "sleep 0.5 s" */
    int holder;        /* WAITING: the task that held the lock; NONE: none did */
    const char *where; /* WAITING: a line for each nested await; "": not known */
    int arrow;         /* READY: what made the task ready, in `arrows`; NONE: not known */
};

enum end { GOES_ON, RETURNED, CANCELLED, FAILED };

struct task {
    const char *name; /* no other task has this name */
    int parent;       /* the task that created this one; NONE: no task did */
    int first_child, next_sibling, last_child;
    struct span *spans; /* in the order of time */
    int span_count, span_room;
    struct point created, ended;
    enum end end;
    const char *error; /* FAILED: the error's text */
};

/* One task or something else acts on a task. */
enum arrow_kind { CREATES, WAKES, CANCELS };

struct arrow {
    enum arrow_kind kind;
    int from, to;     /* tasks; from is NONE if no task did it */
    struct point at;  /* in the step of `from`, if a task did it */
    const char *what; /* what happened, in words: "the timeout of 2.5 s is over" */
};

/* A group or a timeout that a task has entered. */
struct block {
    bool is_timeout;
    bool broken;               /* the timeout expired, or the group aborted */
    bool left;                 /* false: the task is still in it when the recording ends */
    bool follows, is_followed; /* one at this depth ends in the step in which the next one begins */
    int task;
    int depth; /* blocks of the task around this one */
    struct point from, to;
    const char *name; /* "group", "timeout 2.5 s" */
};

struct hold {
    int task;
    struct point from, to;
};

struct lock {
    const char *name; /* "lock", or "lock #2" if there are several */
    struct hold *holds;
    int hold_count, hold_room;
};

/* Why a task was asked to end, why it failed, or why it waits for ever, as a sentence. */
enum note_kind { REQUEST, FAILURE_NOTE, DEADLOCK };

struct note {
    enum note_kind kind;
    struct point at;
    int task;
    const char *text;
    int more; /* REQUEST: tasks that the sentence does not name */
};

struct model {
    uint64_t hz;        /* units of time in a second */
    uint64_t start;     /* the clock when the recording began */
    uint64_t duration;  /* of the recording, in units */
    uint64_t lost;      /* records for which there was no memory */
    bool lost_first;    /* the lost records were the oldest ones */
    bool clock_stands;  /* no step took time: the clock moves only between steps */
    const char *title;  /* NULL: none */
    struct step *steps; /* one more than step_count: the end */
    struct task *tasks; /* in the order of creation */
    struct arrow *arrows;
    struct block *blocks;
    struct lock *locks;
    struct note *notes;
    int step_count, task_count, arrow_count, block_count, lock_count, note_count;
    int step_room, task_room, arrow_room, block_room, lock_room, note_room;
    char **texts; /* what the pointers to texts point to */
    int text_count, text_room;
};

/* Reads a recording (doc/recording.md). Returns NULL if it cannot be read, and sets *problem to a
 * sentence that says why. The caller frees the model with free_model. */
struct model *read_recording(const void *bytes, size_t length, const char **problem);
void free_model(struct model *model);

/* Returns true if `a` is before `b`. */
bool is_before(struct point a, struct point b);

/* Returns a duration in units of the recording as a text: "2.5 s", "300 ms", "17 us". The caller
 * frees the text. */
char *duration_text(const struct model *model, uint64_t duration);

#endif
