/* SPDX-License-Identifier: MIT */
/* Links: the members that link tasks and handles, and the lists that they form.
 *
 * A task waits for one thing at a time. So each task has one weft_wait_, and the meaning of its
 * members depends on what the task waits for. Each handle (handle.h) has a weft_wait_ too. Links
 * need no allocation. doc/glossary.md explains the words, such as frame, scope and tick.
 *
 * Three kinds of lists:
 *
 *   list         Each entry links to the next and to the previous one. The first entry's `previous`
 *                is the last entry; the last entry's `next` is NULL. Removal is O(1). Used for the
 *                children of a scope, timers, watches, and waiters of a primitive.
 *   ring         Each entry links to the next one. The list is known by its last entry, whose
 *                `next` is the first one. Used for the waiters of an awaitable, for children that
 *                failed, and for items of a queue.
 *   ready queue  Each entry links to the next one. The queue is first in, first out, in ticks:
 *                iterations of the loop.
 */
#ifndef WEFT_CORE_LIST_H
#define WEFT_CORE_LIST_H

#include <limits.h>

#include "blocks.h"
#include "panic.h"
#include "time.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_wait_ weft_wait_;
typedef struct weft_awaitable_ weft_awaitable_;
typedef struct weft_gather_wait_ weft_gather_wait_;
typedef struct weft_primitive_info_ weft_primitive_info_;

/* ---- Links ---- */

/* The link of a task or a callback: an entry of the ready queue, or of a list. */
struct weft_node_ {
    union {
        weft_node_ *next;
        /* While a task waits for a primitive: where the primitive has its info. */
        const weft_primitive_info_ **listed_for;
        const void *failed_in; /* of a group's child that failed: the group */
    };
    union {
        weft_frame *frame;  /* of a task: the frame of its innermost coroutine */
        uintptr_t callback; /* of a callback: what it is (enum weft_callback_) */
    };
};

/* A callback is an entry of the ready queue that is no task, or a handle in another list. In the
 * place of a frame's address, a callback has one of these numbers. No frame has such a small
 * address. */
enum weft_callback_ {
    WEFT_IDLE_,          /* a handle that no call is pending for */
    WEFT_TICK_END_,      /* the entry that ends a tick (below) */
    WEFT_CHILD_ENDED_,   /* a child of a group that has ended; the group's on_child_end is next */
    WEFT_WAKE_UP_,       /* a task whose timer is due, or whose descriptor is ready */
    WEFT_CALL_READY_,    /* a handle in the ready queue */
    WEFT_CALL_ARMED_,    /* a handle in the timers */
    WEFT_CALL_WATCHES_,  /* a handle in the watches */
    WEFT_CALL_WAITS_,    /* a handle whose function the loop calls when an awaitable has ended */
    WEFT_CALL_OBSERVES_, /* a handle whose function is called directly at that end */
    WEFT_NO_CALLBACK_
};

/* What a watch waits for: one direction of one descriptor. `mark`: the lowest bit is 0 to read, 1
 * to write; the other bits are a hash of the open file. Next to a narrow time, both are narrow
 * too. */
#if WEFT_TIME_BITS == 64 || UINTPTR_MAX > 0xFFFFFFFFu
typedef int weft_descriptor_;
typedef uint32_t weft_mark_;
#define WEFT_MOST_DESCRIPTORS_ INT_MAX
#else
typedef int16_t weft_descriptor_;
typedef uint16_t weft_mark_;
#define WEFT_MOST_DESCRIPTORS_ INT16_MAX
#endif
struct weft_watch_data_ {
    weft_descriptor_ descriptor;
    weft_mark_ mark;
};

/* The links of a waiting task, or of a handle. */
struct weft_wait_ {
    union {
        weft_node_ *previous;           /* of a timer, a watch or a callback */
        weft_awaitable_ *target;        /* the awaitable that a task awaits */
        weft_gather_wait_ *gather_wait; /* the gather that a task awaits */
        const weft_error *error;        /* of a ready task: the error to raise when it runs */
        weft_wait_ *listed_before;      /* of a primitive's waiter: the waiter before it */
    };
    union {
        weft_packed_time_ deadline;      /* of a timer */
        struct weft_watch_data_ watched; /* of a watch */
        weft_frame *innermost;           /* of a task that is a callback now: what node.frame was */
        weft_awaitable_ *awaited;        /* of a done callback: the awaitable it is for */
        weft_wait_ *listed_after;        /* of a primitive's waiter: the waiter after it */
    };
    weft_node_ node;
};

#define WEFT_CONTAINER_(pointer, type, member)                                                     \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

static inline weft_wait_ *weft_wait_of_(weft_node_ *node)
{
    return WEFT_CONTAINER_(node, weft_wait_, node);
}

/* Returns true if the node is a callback. */
static inline bool weft_is_callback_(const weft_node_ *node)
{
    return node->callback < WEFT_NO_CALLBACK_;
}

/* Returns true if the callback keeps `previous`, so that it can be removed from the ready queue or
 * from a ring of waiters. */
static inline bool weft_knows_previous_(const weft_node_ *node)
{
    return node->callback - WEFT_WAKE_UP_ < WEFT_NO_CALLBACK_ - WEFT_WAKE_UP_;
}

/* ---- Lists ---- */

/* Defines the functions of lists whose entries are of type `type`. NEXT(entry) and PREVIOUS(entry)
 * are the entry's links. NAME_append_ puts an entry at the end, NAME_insert_ behind another one,
 * and NAME_remove_ takes any entry out. */
#define WEFT_DEFINE_LIST_(name, type, NEXT, PREVIOUS)                                              \
    static inline void name##_append_(type **first, type *entry)                                   \
    {                                                                                              \
        type *const head = *first;                                                                 \
        if (!head) {                                                                               \
            *first = PREVIOUS(entry) = entry;                                                      \
        } else {                                                                                   \
            type *const last = PREVIOUS(head);                                                     \
            PREVIOUS(entry) = last;                                                                \
            NEXT(last) = entry;                                                                    \
            PREVIOUS(head) = entry;                                                                \
        }                                                                                          \
        NEXT(entry) = NULL;                                                                        \
    }                                                                                              \
    /* Puts the entry behind `before`, an entry of the list; NULL: at the front. */                \
    static inline void name##_insert_(type **first, type *entry, type *before)                     \
    {                                                                                              \
        type *const after = before ? NEXT(before) : *first;                                        \
        if (!after) {                                                                              \
            name##_append_(first, entry);                                                          \
            return;                                                                                \
        }                                                                                          \
        NEXT(entry) = after;                                                                       \
        PREVIOUS(entry) = PREVIOUS(after);                                                         \
        PREVIOUS(after) = entry;                                                                   \
        if (before)                                                                                \
            NEXT(before) = entry;                                                                  \
        else                                                                                       \
            *first = entry;                                                                        \
    }                                                                                              \
    static inline void name##_remove_(type **first, type *entry)                                   \
    {                                                                                              \
        type *const previous = PREVIOUS(entry), *const next = NEXT(entry);                         \
        if (next)                                                                                  \
            PREVIOUS(next) = previous;                                                             \
        else                                                                                       \
            PREVIOUS(*first) = previous;                                                           \
        if (entry == *first)                                                                       \
            *first = next;                                                                         \
        else                                                                                       \
            NEXT(previous) = next;                                                                 \
    }

#define WEFT_NODE_NEXT_(node) (node)->next
#define WEFT_NODE_PREVIOUS_(node) weft_wait_of_(node)->previous
WEFT_DEFINE_LIST_(weft_nodes, weft_node_, WEFT_NODE_NEXT_, WEFT_NODE_PREVIOUS_)

/* ---- Rings ---- */

/* Defines the functions of rings whose entries are of type `type`. NEXT(entry) is the entry's link.
 * *last is the last entry; NULL: the ring is empty. NAME_append_ puts an entry at the end,
 * NAME_push_ at the front. NAME_pop_ removes the first entry and returns it; the ring must not be
 * empty. */
#define WEFT_DEFINE_RING_(name, type, NEXT)                                                        \
    static inline void name##_push_(type **last, type *entry)                                      \
    {                                                                                              \
        type *const end = *last;                                                                   \
        NEXT(entry) = end ? NEXT(end) : entry;                                                     \
        if (end)                                                                                   \
            NEXT(end) = entry;                                                                     \
        else                                                                                       \
            *last = entry;                                                                         \
    }                                                                                              \
    static inline void name##_append_(type **last, type *entry)                                    \
    {                                                                                              \
        type *const end = *last;                                                                   \
        NEXT(entry) = end ? NEXT(end) : entry;                                                     \
        if (end)                                                                                   \
            NEXT(end) = entry;                                                                     \
        *last = entry;                                                                             \
    }                                                                                              \
    static inline type *name##_pop_(type **last)                                                   \
    {                                                                                              \
        type *const end = *last, *const first = NEXT(end);                                         \
        NEXT(end) = NEXT(first);                                                                   \
        if (first == end)                                                                          \
            *last = NULL;                                                                          \
        return first;                                                                              \
    }

WEFT_DEFINE_RING_(weft_ring, weft_node_, WEFT_NODE_NEXT_)

/* ---- The ready queue ----
 * A tick runs exactly the entries that were in the queue when the tick began. One more entry, the
 * tick entry, marks the end of the tick. Between two ticks the tick entry is at the head. When a
 * tick begins, the tick entry goes to the back. The tick is over when the tick entry is at the head
 * again. So the queue is never empty, and no other entry needs a mark. If the tick entry is the
 * tail between two ticks, nothing is ready. */

typedef struct weft_ready_queue_ {
    weft_node_ *head;
    weft_node_ *tail; /* the last entry, whose `next` is not set */
    weft_node_ tick;  /* the tick entry */
} weft_ready_queue_;

void weft_ready_init_(weft_ready_queue_ *queue);

static inline void weft_ready_push_(weft_ready_queue_ *queue, weft_node_ *node)
{
    weft_check_context_();
    queue->tail->next = node;
    queue->tail = node;
}

/* Removes and returns the head. The head must not be the tail. */
static inline weft_node_ *weft_ready_pop_(weft_ready_queue_ *queue)
{
    weft_node_ *const node = queue->head;
    queue->head = node->next;
    return node;
}

/* Removes a callback from anywhere in the queue. O(1). */
void weft_ready_remove_(weft_ready_queue_ *queue, weft_wait_ *callback);

#ifdef __cplusplus
}
#endif
#endif
