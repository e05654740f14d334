/* Links: what tasks and handles are linked by, and the lists that they are linked in.
 *
 * A task waits for one thing at a time. So a task has one weft_wait_, whose words mean what that
 * thing makes of them. A handle (handle.h) has one too. Nothing is allocated for a link.
 *
 * Three kinds of lists:
 *
 *   list         both links; the first entry's `previous` is the last one, the last one's `next` is
 *                NULL. Removal is O(1). Children of a scope, timers, watches, waiters.
 *   ring         one link; the list is known by its last entry, whose `next` is the first one.
 *                What waits for an awaitable, children that failed, items of a queue.
 *   ready queue  one link, first in, first out, in ticks.
 */
#ifndef WEFT_CORE_LIST_H
#define WEFT_CORE_LIST_H

#include "blocks.h"
#include "time.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_wait_ weft_wait_;
typedef struct weft_awaitable_ weft_awaitable_;
typedef struct weft_gather_wait_ weft_gather_wait_;
typedef struct weft_primitive_info_ weft_primitive_info_;

/* ---- Links ---- */

/* An entry of the ready queue, or of a list whose entries go there together. */
struct weft_node_ {
    union {
        weft_node_ *next;
        const weft_primitive_info_ **listed_for; /* of a task that waits for a primitive */
    };
    weft_frame *frame; /* of a task, its innermost coroutine; or the frame of a callback (below) */
};

/* A descriptor that is watched. */
struct weft_watch_data_ {
    int descriptor;
    uint32_t mark; /* the lowest bit: to read or to write; the others: which file (descriptor.h) */
};

/* The links of a task that waits, or of a handle. */
struct weft_wait_ {
    union {
        weft_node_ *previous;           /* in the timers, the watches, and of a callback */
        weft_awaitable_ *target;        /* awaited */
        weft_gather_wait_ *gather_wait; /* awaited: the parts of a gather */
        const weft_error *error;        /* ready: to be raised when the task runs */
        weft_wait_ *listed_before;      /* in a primitive's list */
    };
    union {
        weft_packed_time_ deadline; /* in the timers */
        struct weft_watch_data_ watched;
        weft_frame *innermost;    /* while node.frame is a callback's: the task's own */
        weft_awaitable_ *awaited; /* of a done callback */
        weft_wait_ *listed_after; /* in a primitive's list */
    };
    weft_node_ node;
};

#define WEFT_CONTAINER_(pointer, type, member)                                                     \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

static inline weft_wait_ *weft_wait_of_(weft_node_ *node)
{
    return WEFT_CONTAINER_(node, weft_wait_, node);
}

/* A callback is an entry of the ready queue that is no task: a timer that is due, a call, the end
 * of a child. It has a constant frame in one of these states, whose code says what to run. A
 * callback in the first state can be removed, because its wait's `previous` is kept. One in the
 * fixed state cannot: its `previous` is not touched. */
#define WEFT_CALLBACK_STATE_ 0xFFFFu
#define WEFT_FIXED_CALLBACK_STATE_ 0xFFFEu

static inline bool weft_is_callback_(const weft_node_ *node)
{
    return node->frame->state >= WEFT_FIXED_CALLBACK_STATE_;
}

static inline bool weft_knows_previous_(const weft_node_ *callback)
{
    return callback->frame->state == WEFT_CALLBACK_STATE_;
}

/* ---- Lists ---- */

/* Defines the functions of lists whose entries are of type `type`. NEXT(entry) and PREVIOUS(entry)
 * are the links. NAME_append_ and NAME_prepend_ put an entry at the end and at the front. */
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
    /* The list must not be empty. */                                                              \
    static inline void name##_prepend_(type **first, type *entry)                                  \
    {                                                                                              \
        type *const head = *first;                                                                 \
        NEXT(entry) = head;                                                                        \
        PREVIOUS(entry) = PREVIOUS(head);                                                          \
        *first = PREVIOUS(head) = entry;                                                           \
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

/* Defines the functions of rings whose entries are of type `type`. NEXT(entry) is the link; *last
 * is NULL for an empty ring. NAME_push_ puts an entry at the front, NAME_pop_ takes that one. */
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
 * A tick runs exactly the entries that were there when it began. The end of a tick is an entry
 * itself. It is at the head between two ticks and goes to the back when one begins; the tick is
 * over when that entry is at the head again. So the queue is never empty, and ticks cost the other
 * entries nothing. */

typedef struct weft_ready_queue_ {
    weft_node_ *head;
    weft_node_ *tail; /* its `next` means nothing */
    weft_node_ tick;  /* the end of the tick: a callback in the fixed state */
} weft_ready_queue_;

void weft_ready_init_(weft_ready_queue_ *queue);

static inline void weft_ready_push_(weft_ready_queue_ *queue, weft_node_ *node)
{
    queue->tail->next = node;
    queue->tail = node;
}

/* Pushes a callback that weft_ready_remove_ can take out. */
static inline void weft_ready_push_callback_(weft_ready_queue_ *queue, weft_wait_ *callback)
{
    callback->previous = queue->tail;
    weft_ready_push_(queue, &callback->node);
}

/* Removes the head, which must not be the tail. */
static inline weft_node_ *weft_ready_pop_(weft_ready_queue_ *queue)
{
    weft_node_ *const node = queue->head;
    queue->head = node->next;
    return node;
}

/* Returns true if nothing is ready. To be called between two ticks. */
static inline bool weft_ready_is_idle_(const weft_ready_queue_ *queue)
{
    return queue->tail == &queue->tick;
}

/* Begins a tick with what is ready. The queue must not be idle. */
static inline void weft_ready_begin_tick_(weft_ready_queue_ *queue)
{
    queue->head = queue->tick.next;
    weft_ready_push_(queue, &queue->tick);
}

/* Removes a callback from anywhere in the queue. O(1). */
void weft_ready_remove_(weft_ready_queue_ *queue, weft_wait_ *callback);

#ifdef __cplusplus
}
#endif
#endif
