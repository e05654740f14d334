/* SPDX-License-Identifier: MIT */
/* Shared by the floors: a queue of tasks, and a loop that runs them.
 *
 * A floor is the same work as weft's, written by hand in C, for the workloads alone and for speed.
 * It has an intrusive queue, tasks that are resumed in their innermost coroutine, and a switch on a
 * saved state. It has no results, no errors that a caller gets, and no cancellation.
 *
 * A floor keeps what every scheduler needs. The loop does not know what it runs: it is compiled
 * apart from the steps, and calls them through the frame. The queue may become empty at any pop.
 * One loop serves all workloads, as in weft.
 */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include <stddef.h>
#include <stdint.h>

struct floor_task;
struct floor_frame;

struct floor_queue {
    struct floor_task *head;
    struct floor_task *
        *tail; /* the link to set at the next push: &head, or the last task's `next` */
};

/* Runs a coroutine from its saved state to the next one. */
typedef void floor_step(struct floor_queue *queue, struct floor_task *task,
                        struct floor_frame *frame);

struct floor_frame {
    floor_step *step;
    struct floor_frame *caller;
    uint32_t state; /* where the coroutine goes on; 0: at its start */
    uint32_t left;  /* a local variable: steps until the end of the run */
};

/* A task: 48 bytes on LP64. Coroutines await each other, so a task knows the innermost one, and is
 * resumed there. */
struct floor_task {
    struct floor_task *next; /* in the queue */
    struct floor_frame *frame;
    struct floor_task *waiter; /* the task that awaits this one; NULL: none */
    struct floor_frame root;
};

_Static_assert(sizeof(void *) != 8 || sizeof(struct floor_task) == 48, "48 bytes a parked task");

static inline void floor_init(struct floor_queue *queue)
{
    queue->head = NULL;
    queue->tail = &queue->head;
}

static inline void floor_push(struct floor_queue *queue, struct floor_task *task)
{
    task->next = NULL;
    *queue->tail = task;
    queue->tail = &task->next;
}

static inline struct floor_task *floor_pop(struct floor_queue *queue)
{
    struct floor_task *const task = queue->head;
    if (!task)
        return NULL;
    queue->head = task->next;
    if (!queue->head)
        queue->tail = &queue->head;
    return task;
}

/* Moves all tasks of `from` to the end of `to`. */
static inline void floor_move_all(struct floor_queue *to, struct floor_queue *from)
{
    if (!from->head)
        return;
    *to->tail = from->head;
    to->tail = from->tail;
    floor_init(from);
}

/* ---- The data structures of the primitives ----
 *
 * Waiting tasks are in a list, in the order in which they began to wait. A task may leave the list
 * at any time, so the list has both links. A task that was woken is in the queue too, and stays in
 * the list until it runs. */

struct floor_link {
    struct floor_link *next,
        *previous; /* the last link's `next` is NULL; the first link's `previous` is the last */
};

/* A list. All zero bytes is an empty one. */
struct floor_list {
    struct floor_link *first;
};

static inline void floor_list_append(struct floor_list *list, struct floor_link *link)
{
    struct floor_link *const first = list->first;
    link->next = NULL;
    if (!first) {
        list->first = link->previous = link;
        return;
    }
    link->previous = first->previous;
    link->previous->next = link;
    first->previous = link;
}

static inline void floor_list_remove(struct floor_list *list, struct floor_link *link)
{
    if (link->next)
        link->next->previous = link->previous;
    else
        list->first->previous = link->previous;
    if (link == list->first)
        list->first = link->next;
    else
        link->previous->next = link->next;
}

/* A task that can be in a list of waiters, or of children. */
struct floor_member {
    struct floor_link link; /* the first member */
    struct floor_task task;
    int parked;
};

static inline struct floor_member *floor_member_of(struct floor_task *task)
{
    return (struct floor_member *)(void *)((char *)task - offsetof(struct floor_member, task));
}

static inline void floor_park(struct floor_list *list, struct floor_task *task)
{
    struct floor_member *const member = floor_member_of(task);
    member->parked = 1;
    floor_list_append(list, &member->link);
}

static inline void floor_leave(struct floor_list *list, struct floor_task *task)
{
    floor_list_remove(list, &floor_member_of(task)->link);
}

/* Wakes a task of a list. Returns 0 if the task was not parked any more. */
static inline int floor_wake(struct floor_queue *queue, struct floor_link *link)
{
    struct floor_member *const member = (struct floor_member *)(void *)link;
    if (!member->parked)
        return 0;
    member->parked = 0;
    floor_push(queue, &member->task);
    return 1;
}

static inline void floor_wake_all(struct floor_queue *queue, struct floor_list *list)
{
    for (struct floor_link *link = list->first; link; link = link->next)
        floor_wake(queue, link);
}

/* Runs tasks until the queue is empty. */
void floor_run(struct floor_queue *queue);

/* The first member of a workload's state: the queue, in ticks, and the passes that are left in the
 * run. The end of a run sets all ready tasks aside, until the next run. */
struct floor_stage {
    struct floor_queue queue; /* the first member: the argument of each step */
    struct floor_queue aside;
    struct floor_task tick; /* the end of a tick: an entry of the queue, as in weft */
    uint32_t left;
};

void *floor_stage_create(size_t size);
void floor_stage_arm(void *state, uint32_t passes);
void floor_stage_run(void *state);
void floor_stage_check(void *state);

/* Counts a pass. Returns 1 if the pass was the last of the run. The task must return then, and goes
 * on in the next run. */
static inline int floor_run_is_over(struct floor_queue *queue, struct floor_task *task)
{
    struct floor_stage *const stage = (struct floor_stage *)(void *)queue;
    if (--stage->left)
        return 0;
    floor_push(queue, task);
    floor_move_all(&stage->aside, queue);
    return 1;
}

/* Initialises a task that will start with `step`. The task is in no queue. */
static inline void floor_start(struct floor_task *task, floor_step *step)
{
    *task = (struct floor_task){.frame = &task->root, .root.step = step};
}

/* A set of tasks that each run once in a pass. In the last pass they leave the queue, until they
 * are armed again. */
struct floor_ring {
    struct floor_queue queue;
    size_t n;
    struct floor_task tasks[];
};

struct floor_ring *floor_ring_create(size_t n, floor_step *step);
void floor_ring_arm(void *ring, uint32_t passes);
void floor_ring_run(void *ring);
void floor_ring_check(void *ring);

#endif
