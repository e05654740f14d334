/* SPDX-License-Identifier: MIT */
/* Links: the members by which tasks and handles are linked into lists, and the functions of these
 * lists.
 *
 * A task waits for one thing at a time, so each task has one struct of links, a weft_wait_. The
 * meaning of its members depends on what the task waits for. Each handle (handle.h) contains a
 * weft_wait_ too. The links are members, so a list needs no allocation. The document
 * doc/glossary.md explains terms such as frame, scope and tick.
 *
 * There are three kinds of lists:
 *
 *     list         Each entry links to the next and to the previous one. The first entry's
 *                  `previous` is the last entry; the last entry's `next` is NULL. Removal is O(1).
 *                  Used for the children of a scope, timers, watches, and a primitive's waiters.
 *     ring         Each entry links to the next one. The list is known by its last entry, whose
 *                  `next` is the first one. Used for the waiters of an awaitable, for children that
 *                  failed, and for items of a queue.
 *     ready queue  Each entry links to the next one. The queue is first in, first out, in ticks:
 *                  iterations of the loop.
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

/* A node: the member by which a task or a callback is linked into the ready queue, or into a
 * list. */
struct weft_node_ {
    union {
        weft_node_ *next;
        /* While a task waits for a primitive: the address of the primitive's pointer to its
         * info. */
        const weft_primitive_info_ **listed_for;
        const void *failed_in; /* in a group's child that failed: the group */
    };
    union {
        weft_frame *frame;  /* in a task: the frame of the coroutine to resume */
        uintptr_t callback; /* in a callback: an enum weft_callback_ */
    };
};

/* The kinds of callbacks. Each node in a list or in the ready queue belongs either to a task or to
 * a callback. A task's node has the address of a frame. A callback's node has one of these numbers
 * in that place. No frame has such a small address. */
enum weft_callback_ {
    WEFT_IDLE_,          /* a handle without a pending call */
    WEFT_TICK_END_,      /* the entry that marks the end of a tick (see below) */
    WEFT_CHILD_ENDED_,   /* an ended child of a group, for which the loop must call on_child_end */
    WEFT_WAKE_UP_,       /* a task to wake: its timer is due, or its descriptor is ready */
    WEFT_CALL_READY_,    /* a handle in the ready queue */
    WEFT_CALL_ARMED_,    /* a handle in the timers */
    WEFT_CALL_WATCHES_,  /* a handle in the watches */
    WEFT_CALL_WAITS_,    /* a handle whose function the loop calls after the end of an awaitable */
    WEFT_CALL_OBSERVES_, /* a handle whose function is called at the end of an awaitable, at once */
    WEFT_NO_CALLBACK_
};

/* What a watch waits for. A watch is one wait until a descriptor is readable, or until it is
 * writable. In the member `mark`, the lowest bit is 0 if the watch is for reading, and 1 if it is
 * for writing. The other bits are a hash of the open file. If a weft_time is narrow, both members
 * have narrow types, because they share the memory of a deadline. */
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

/* The links of a task that waits, or of a handle. */
struct weft_wait_ {
    union {
        weft_node_ *previous;           /* in a timer, a watch or a callback: the entry before */
        weft_awaitable_ *target;        /* the awaitable that a task awaits */
        weft_gather_wait_ *gather_wait; /* the gather that a task awaits */
        const weft_error *error;        /* in a ready task: the error that it will raise */
        weft_wait_ *listed_before;      /* in a primitive's waiter: the waiter before */
    };
    union {
        weft_packed_time_ deadline;      /* in a timer: when it is due */
        struct weft_watch_data_ watched; /* in a watch */
        weft_frame *innermost;           /* in a WEFT_WAKE_UP_ callback: its task's node.frame */
        weft_awaitable_ *awaited;        /* in a done callback: the awaitable that must end */
        weft_wait_ *listed_after;        /* in a primitive's waiter: the waiter after */
    };
    weft_node_ node;
};

#define WEFT_CONTAINER_(pointer, type, member)                                                     \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

static inline weft_wait_ *weft_wait_of_(weft_node_ *node)
{
    return WEFT_CONTAINER_(node, weft_wait_, node);
}

/* Returns true if the node belongs to a callback, false if it belongs to a task. */
static inline bool weft_is_callback_(const weft_node_ *node)
{
    return node->callback < WEFT_NO_CALLBACK_;
}

/* Returns true if the node belongs to a callback that stores its `previous` entry. Such a callback
 * can be removed from the ready queue, or from a ring of waiters, without a search. */
static inline bool weft_knows_previous_(const weft_node_ *node)
{
    return node->callback - WEFT_WAKE_UP_ < WEFT_NO_CALLBACK_ - WEFT_WAKE_UP_;
}

/* ---- Lists ---- */

/* Defines the functions of lists whose entries have the type `type`. NEXT(entry) and
 * PREVIOUS(entry) are the entry's links. The function NAME_append_ adds an entry at the end, and
 * NAME_insert_ adds an entry after another one. NAME_remove_ removes an entry. */
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
    /* Adds the entry after `before`, an entry of the list; NULL: at the front. */                 \
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

/* Defines the functions of rings whose entries have the type `type`. NEXT(entry) is the entry's
 * link. *last is the last entry; NULL: the ring is empty. The function NAME_append_ adds an entry
 * at the end, and NAME_push_ adds an entry at the front. NAME_pop_ removes the first entry, and
 * returns it. For NAME_pop_, the ring must not be empty. */
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
 * A tick is one iteration of the loop. It runs exactly those entries that were in the ready queue
 * when the tick began. The queue has one more entry, the tick entry, which marks the end of the
 * tick. Between two ticks, the tick entry is at the head of the queue. When a tick begins, the loop
 * moves the tick entry to the end of the queue. The tick is over when the tick entry is at the head
 * again. So the queue is never empty, which makes adding an entry simple. If the tick entry is the
 * only entry between two ticks, nothing is ready. */

typedef struct weft_ready_queue_ {
    weft_node_ *head;
    weft_node_ *tail; /* the last entry, whose `next` has no meaning */
    weft_node_ tick;  /* the tick entry */
} weft_ready_queue_;

void weft_ready_init_(weft_ready_queue_ *queue);

static inline void weft_ready_push_(weft_ready_queue_ *queue, weft_node_ *node)
{
    weft_check_context_();
    queue->tail->next = node;
    queue->tail = node;
}

/* Removes the entry at the head of the queue, and returns it. This entry must not be the only
 * one. */
static inline weft_node_ *weft_ready_pop_(weft_ready_queue_ *queue)
{
    weft_node_ *const node = queue->head;
    queue->head = node->next;
    return node;
}

/* Removes a callback from the queue, wherever it is in the queue. O(1). */
void weft_ready_remove_(weft_ready_queue_ *queue, weft_wait_ *callback);

#ifdef __cplusplus
}
#endif
#endif
