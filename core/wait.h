/* What everything that waits is made of: a node of a queue, and what the queue's owner keeps in it.
 *
 * A task waits for one thing at a time, so it has one weft_wait_, whose words mean what that one
 * thing makes of them. A handle (handle.h), which has no coroutine behind it, has one too.
 */
#ifndef WEFT_CORE_WAIT_H
#define WEFT_CORE_WAIT_H

#include "arguments.h"
#include "blocks.h"
#include "coroutine.h"
#include "time.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_wait_ weft_wait_;
typedef struct weft_awaitable_ weft_awaitable_;
typedef struct weft_gather_wait_ weft_gather_wait_;
typedef struct weft_primitive_info_ weft_primitive_info_;

/* An entry of the ready queue, or of a list that becomes a part of it: who runs next when its turn
 * comes. */
struct weft_node_ {
    union {
        weft_node_ *next;
        const weft_primitive_info_ *
            *listed_for; /* of a task in a primitive's list: the primitive's kind */
    };
    weft_frame *frame; /* a task's innermost coroutine; or a turn (below) */
};

/* What is watched: a descriptor, for one of two things. */
struct weft_watch_data_ {
    int descriptor;
    uint32_t mark; /* the lowest bit: for which; the rest is the port's */
};

/* What one that waits is linked by: a task, or a handle. */
struct weft_wait_ {
    union {
        weft_node_ *previous;    /* in the timers, the watches, and on the ready queue as a turn */
        weft_awaitable_ *target; /* awaited */
        weft_gather_wait_ *gather_wait; /* awaited: several at once */
        const weft_error *error;        /* ready: to be raised when it runs */
        weft_wait_ *listed_before;      /* in a primitive's list */
    };
    union {
        weft_packed_time_ deadline; /* in the timers */
        struct weft_watch_data_ watched;
        weft_frame *innermost;    /* while the node's frame is a turn: the task's own */
        weft_awaitable_ *awaited; /* a done callback's */
        weft_wait_ *listed_after; /* in a primitive's list */
        weft_gather_wait_
            *around; /* while a cancellation goes through `joint`: see weft_gather_wait_ */
    };
    weft_node_ node;
};

/* A turn is an entry of the ready queue that is no task: a timer that is due, a callback. It has a
 * constant frame in this state, whose code is what to do; and its wait's `previous` is kept, so
 * that it can be taken out again. One in the fixed state cannot: `previous` is not touched. */
#define WEFT_CALLBACK_STATE_ 0xFFFFu
#define WEFT_FIXED_CALLBACK_STATE_ 0xFFFEu

static inline bool weft_is_callback_(const weft_node_ *node)
{
    return node->frame->state >= WEFT_FIXED_CALLBACK_STATE_;
}

static inline bool weft_knows_previous_(const weft_node_ *turn)
{
    return turn->frame->state == WEFT_CALLBACK_STATE_;
}

#define WEFT_CONTAINER_(pointer, type, member)                                                     \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

static inline weft_wait_ *weft_wait_of_(weft_node_ *node)
{
    return WEFT_CONTAINER_(node, weft_wait_, node);
}

#ifdef __cplusplus
}
#endif
#endif
