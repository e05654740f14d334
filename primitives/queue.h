/* SPDX-License-Identifier: MIT */
/* Queues: tasks put items in, and other tasks get them out. */
#ifndef WEFT_PRIMITIVES_QUEUE_H
#define WEFT_PRIMITIVES_QUEUE_H

#include "waiters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.QueueEmpty, asyncio.QueueFull and asyncio.QueueShutDown. */
extern const weft_error weft_queue_empty_error;
extern const weft_error weft_queue_full_error;
extern const weft_error weft_queue_shut_down_error;

/* The order in which items come out of a queue: first in, first out; last in, first out; or by
 * priority. */
enum weft_queue_order_ { WEFT_FIFO_, WEFT_LIFO_, WEFT_PRIORITY_ };

/* The type of a function that compares two items by priority. Returns true if *a must come out
 * before *b. WEFT_QUEUE_BEFORE defines such a function. If the function returns false for *a and *b
 * and also for *b and *a, the two items have equal priority. */
typedef bool weft_queue_before(const void *a, const void *b);

/* A node: the pointers that link an item to other items of an unbounded queue. The program's items
 * have such a member. The node must be all zero bytes before the item is put for the first time. */
typedef struct weft_queue_node {
    struct weft_queue_node *next; /* in a circular list; NULL: the node is in no queue */
    /* In a priority queue: the last one in a circular list of nodes that are below this one in the
     * heap; NULL: none. */
    struct weft_queue_node *below;
} weft_queue_node;

/* The type of a function that a priority queue calls when an item comes in, and when an item goes
 * out. WEFT_QUEUE_BEFORE defines such functions, so that only programs with a priority queue link
 * the code of the heaps. For a queue over an array, `items` is the array, and `size` is the size of
 * one item. For an unbounded queue, `items` is the node of the item that comes in, and `size` is
 * the offset of the node in an item. */
typedef struct weft_queue_ weft_queue_;
typedef void weft_queue_sort_(weft_queue_ *queue, void *items, size_t size, bool comes_in);

/* The members that every type of queue begins with. They do not depend on the type of the items. */
struct weft_queue_ {
    weft_waiters_ getters, putters, joiners;
    size_t size;            /* how many items are in the queue */
    size_t room;            /* how many items fit; 0: no limit, or the queue is not initialised */
    size_t limit;           /* bounded queue: items fit while size < limit; 0 after a shutdown */
    size_t unfinished;      /* items that were put, without a weft_queue_task_done yet */
    weft_queue_sort_ *sort; /* NULL: the queue is not a priority queue */
    union {
        size_t head;           /* bounded, first in, first out: index of the next item */
        weft_queue_node *last; /* unbounded: last node of a circular list, or first of a heap */
    };
    unsigned char order; /* enum weft_queue_order_ */
    bool is_shut_down;
};

/* ---- Bounded: the items are copied into an array ---- */

/* WEFT_QUEUE(type, n): the type of a queue of at most n items of type `type`. The queue keeps its
 * items in its member array `items`. A put copies an item into the array, and a get copies an item
 * out of the array. The queue also has memory for one more item. A put stores its value there
 * first, before it checks if the array has room (doc/design.md). The program owns the queue, and
 * must initialise the queue before its first use (weft_queue_init). A put or a get panics if the
 * queue is not initialised. The queue must not be moved while a task waits for it. Two uses of this
 * macro give two different types. To use one type twice, name it with typedef. */
#define WEFT_QUEUE(type, n)                                                                        \
    struct {                                                                                       \
        weft_queue_ queue;                                                                         \
        type items[n];                                                                             \
        type item_; /* the item that is being put */                                               \
    }

/* WEFT_QUEUE_OVER(type): the type of a queue that keeps its items in an array of the program
 * (weft_queue_init_over). Such a queue works like a WEFT_QUEUE(type, n). */
#define WEFT_QUEUE_OVER(type)                                                                      \
    struct {                                                                                       \
        weft_queue_ queue;                                                                         \
        type *items;                                                                               \
        type item_; /* the item that is being put */                                               \
    }

/* weft_queue_init(WEFT_QUEUE(type, n) *q): asyncio.Queue(n). Initialises a queue from which items
 * come out first in, first out. Must not be called while a task waits for the queue. A queue needs
 * no clean-up. O(1). All macros of this header may evaluate `q` more than once. */
#define weft_queue_init(q) WEFT_QUEUE_INIT_(q, WEFT_FIFO_, NULL)

/* weft_lifo_queue_init(WEFT_QUEUE(type, n) *q): asyncio.LifoQueue(n). Initialises a queue from
 * which items come out last in, first out. Must not be called while a task waits for the queue.
 * O(1). */
#define weft_lifo_queue_init(q) WEFT_QUEUE_INIT_(q, WEFT_LIFO_, NULL)

/* weft_priority_queue_init(WEFT_QUEUE(type, n) *q, order): asyncio.PriorityQueue(n). Initialises a
 * priority queue. `order` is the name of an order that WEFT_QUEUE_BEFORE has defined for items of
 * this type. The item that is first in this order comes out first. Items of equal priority come out
 * in the order in which Python's heapq would return them. Must not be called while a task waits for
 * the queue. O(1). */
#define weft_priority_queue_init(q, order_)                                                        \
    (WEFT_QUEUE_ORDERS_(order_, (q)->items),                                                       \
     WEFT_QUEUE_INIT_(q, WEFT_PRIORITY_, order_##_sort_array_))

/* weft_queue_init_over(WEFT_QUEUE_OVER(type) *q, array, n),
 * weft_lifo_queue_init_over(q, array, n), weft_priority_queue_init_over(q, array, n, order)
 * Initialise a queue that keeps its items in the program's `array` of n elements. n must be at
 * least 1. As long as the program uses the queue, the array must stay valid, and only the queue may
 * use the array. Must not be called while a task waits for the queue. O(1). */
#define weft_queue_init_over(q, array, n) WEFT_QUEUE_OVER_(q, array, n, WEFT_FIFO_, NULL)
#define weft_lifo_queue_init_over(q, array, n) WEFT_QUEUE_OVER_(q, array, n, WEFT_LIFO_, NULL)
#define weft_priority_queue_init_over(q, array, n, order_)                                         \
    (WEFT_QUEUE_ORDERS_(order_, (q)->items),                                                       \
     WEFT_QUEUE_OVER_(q, array, n, WEFT_PRIORITY_, order_##_sort_array_))

/* WEFT_QUEUE_BEFORE(name, type, a, b, expression)
 * Defines `name` as an order of items of type `type`. `expression` is true if *a comes out before
 * *b.
 *     WEFT_QUEUE_BEFORE(by_deadline, struct job, a, b, a->deadline < b->deadline) */
#define WEFT_QUEUE_BEFORE(name, type, a, b, expression)                                            \
    typedef type name##_item_;                                                                     \
    static bool name(const void *weft_a_, const void *weft_b_)                                     \
    {                                                                                              \
        const type *const a = weft_a_, *const b = weft_b_;                                         \
        return (expression);                                                                       \
    }                                                                                              \
    WEFT_MAYBE_UNUSED_ static void name##_sort_array_(weft_queue_ *queue_, void *items_,           \
                                                      size_t size_, bool in_)                      \
    {                                                                                              \
        weft_queue_sort_array_(queue_, items_, size_, in_, name);                                  \
    }                                                                                              \
    WEFT_MAYBE_UNUSED_ static void name##_sort_nodes_(weft_queue_ *queue_, void *node_,            \
                                                      size_t at_, bool in_)                        \
    {                                                                                              \
        weft_queue_sort_nodes_(queue_, node_, at_, in_, name);                                     \
    }

/* weft_queue_put(q, value): `await q.put(value)`. Waits while the queue is full. If several tasks
 * wait, they put their items in the order in which they began to wait. `value` is evaluated once,
 * after the wait, so it must not use local variables of the coroutine. Raises
 * weft_queue_shut_down_error if the queue is shut down. Raises weft_queue_full_error if the
 * evaluation of `value` itself fills the queue. If the macro raises an error, it has put no item.
 * O(1 + c), c: the waiting tasks that were cancelled and have not run since. For a priority queue
 * O(log n + c), n: the items in the queue. */
#define weft_queue_put(q, ...)                                                                     \
    do {                                                                                           \
        WEFT_WAIT_(weft_queue_put_begin_(&(q)->queue, weft_context_),                              \
                   WEFT_FOLLOW_(weft_queue_put_resume_(&(q)->queue, weft_context_)));              \
        if (WEFT_QUEUE_PUT_(q, weft_queue_put_error_(&(q)->queue), __VA_ARGS__))                   \
            weft_raise(weft_queue_put_error_(&(q)->queue));                                        \
    } while (0)

/* weft_queue_get(q, pointer): `*pointer = await q.get()`. Waits while the queue is empty. If
 * several tasks wait, they get items in the order in which they began to wait. `pointer` is
 * evaluated after the wait, and its evaluation must not use the queue. Raises
 * weft_queue_shut_down_error if the queue is shut down and empty. If the macro raises an error, it
 * has taken no item. Costs what weft_queue_put costs. */
#define weft_queue_get(q, into)                                                                    \
    do {                                                                                           \
        WEFT_WAIT_(weft_queue_get_from_array_begin_(&(q)->queue, weft_context_),                   \
                   WEFT_FOLLOW_(weft_queue_get_from_array_resume_(&(q)->queue, weft_context_)));   \
        *(into) = (q)->items[weft_queue_get_index_(&(q)->queue)];                                  \
        weft_queue_get_commit_(&(q)->queue, WEFT_QUEUE_ITEMS_(q));                                 \
    } while (0)

/* weft_queue_put_nowait(q, value), weft_queue_get_nowait(q, pointer)
 * q.put_nowait(value), *pointer = q.get_nowait(). These two macros are expressions, and never wait.
 * If they have put or taken an item, they return NULL. Otherwise they change nothing and return
 * weft_queue_full_error, weft_queue_empty_error or weft_queue_shut_down_error. `value` is evaluated
 * once, before the macro checks the queue. `pointer` is evaluated only if the queue has an item,
 * and its evaluation must not use the queue. Both macros cost what weft_queue_put costs. */
#define weft_queue_put_nowait(q, ...)                                                              \
    WEFT_QUEUE_PUT_(q, WEFT_QUEUE_PUT_ERROR_(&(q)->queue), __VA_ARGS__)
#define weft_queue_get_nowait(q, into)                                                             \
    ((q)->queue.size ? (*(into) = (q)->items[weft_queue_get_index_(&(q)->queue)],                  \
                        weft_queue_get_commit_(&(q)->queue, WEFT_QUEUE_ITEMS_(q)))                 \
                     : WEFT_QUEUE_GET_ERROR_(&(q)->queue))

/* ---- Unbounded: the program's items are linked ---- */

/* WEFT_UNBOUNDED_QUEUE(type, member): the type of a queue that is never full. The queue does not
 * copy the items, but links them. `type` is the type of the items, a struct with a member `member`
 * of type weft_queue_node. The program owns the items. While an item is in the queue, the program
 * must not move it, put it again, or change its priority. A queue of all zero bytes is empty, and
 * its items come out first in, first out. The program owns the queue, and must not move the queue
 * while a task waits for it. Two uses of this macro give two different types. To use one type
 * twice, name it with typedef. */
#define WEFT_UNBOUNDED_QUEUE(type, member)                                                         \
    struct {                                                                                       \
        union {                                                                                    \
            weft_queue_ queue;                                                                     \
            char (*node_at_)[offsetof(type, member) + 1];                                          \
        };                                                                                         \
        type *item_; /* the item that is being put or got */                                       \
    }

/* weft_unbounded_queue_init(q), weft_unbounded_lifo_queue_init(q),
 * weft_unbounded_priority_queue_init(q, order): asyncio.Queue(), asyncio.LifoQueue() and
 * asyncio.PriorityQueue(). Initialise an unbounded queue. Items of equal priority come out of the
 * priority queue in the order in which they were put. Must not be called while a task waits for the
 * queue. O(1). */
#define weft_unbounded_queue_init(q) weft_queue_init_(&(q)->queue, WEFT_FIFO_, 0, NULL)
#define weft_unbounded_lifo_queue_init(q) weft_queue_init_(&(q)->queue, WEFT_LIFO_, 0, NULL)
#define weft_unbounded_priority_queue_init(q, order_)                                              \
    (WEFT_QUEUE_ORDERS_(order_, (q)->item_),                                                       \
     weft_queue_init_(&(q)->queue, WEFT_PRIORITY_, 0, order_##_sort_nodes_))

/* weft_queue_put_item(q, item): q.put(item), which never waits. `item` is a pointer to an item.
 * Panics if that item is in a queue already. If the queue is shut down, does not put the item and
 * raises weft_queue_shut_down_error. O(1 + c), c: the waiting tasks that were cancelled and have
 * not run since. */
#define weft_queue_put_item(q, item) weft_check(weft_queue_put_item_nowait(q, item))

/* weft_queue_put_item_nowait(q, item): q.put_nowait(item). This macro is an expression. It does
 * what weft_queue_put_item does, but returns the error instead of raising it. Returns NULL if the
 * item was put. */
#define weft_queue_put_item_nowait(q, item)                                                        \
    ((q)->item_ = (item),                                                                          \
     weft_queue_put_node_(                                                                         \
         &(q)->queue,                                                                              \
         WEFT_QUEUE_CHECK_NODE_(q, WEFT_QUEUE_NODE_((q)->item_, WEFT_QUEUE_NODE_AT_(q))),          \
         WEFT_QUEUE_NODE_AT_(q)))

/* weft_queue_get_item(q, pointer): `*pointer = await q.get()`, where *pointer is a pointer to an
 * item. After the get, the item is in no queue, so the program may move or free it. In all other
 * ways, this macro does what weft_queue_get does. For a priority queue, one get costs O(log n + c)
 * on average over many gets. */
#define weft_queue_get_item(q, into)                                                               \
    do {                                                                                           \
        WEFT_WAIT_(weft_queue_get_begin_(&(q)->queue, weft_context_),                              \
                   WEFT_FOLLOW_(weft_queue_get_resume_(&(q)->queue, weft_context_)));              \
        *(into) = WEFT_QUEUE_ITEM_(q);                                                             \
    } while (0)

/* weft_queue_get_item_nowait(q, pointer): *pointer = q.get_nowait(). This macro is an expression,
 * and never waits. Returns NULL if it has taken an item. Otherwise returns weft_queue_empty_error
 * or weft_queue_shut_down_error. Costs what weft_queue_get_item costs. */
#define weft_queue_get_item_nowait(q, into)                                                        \
    ((q)->queue.size ? (*(into) = WEFT_QUEUE_ITEM_(q), (const weft_error *)NULL)                   \
                     : weft_queue_get_error_(&(q)->queue))

/* ---- Every queue ---- */

/* weft_queue_join(q): `await q.join()`. Waits until the program has called weft_queue_task_done
 * once for every item that was put. If the task is cancelled, raises weft_cancelled_error. The
 * macro raises no other error. O(1). */
#define weft_queue_join(q)                                                                         \
    WEFT_WAIT_(weft_queue_join_begin_(&(q)->queue, weft_context_),                                 \
               weft_queue_join_resume_(&(q)->queue, weft_context_))

/* weft_queue_task_done(q): q.task_done(). Tells the queue that the work on one item is done. An
 * item is unfinished until then. If no item is unfinished after the call, wakes the tasks that wait
 * in weft_queue_join. If no item was unfinished before the call, returns weft_invalid_state_error.
 * Otherwise returns NULL. O(1); for the last unfinished item O(n), n: the tasks in
 * weft_queue_join. */
#define weft_queue_task_done(q) weft_queue_task_done_(&(q)->queue)

/* weft_queue_size(q), weft_queue_empty(q), weft_queue_full(q): q.qsize(), q.empty(), q.full(). The
 * macro weft_queue_size returns the number of items in the queue. The other two return true if the
 * queue is empty, or full. An unbounded queue is never full. O(1). */
#define weft_queue_size(q) (+(q)->queue.size)
#define weft_queue_empty(q) (!(q)->queue.size)
#define weft_queue_full(q) weft_queue_is_full_(&(q)->queue)

/* weft_queue_shutdown(q): q.shutdown(). From then on, a put fails with weft_queue_shut_down_error.
 * A get takes the items that are still in the queue, and fails with that error when the queue is
 * empty. The function wakes all tasks that wait in a put or a get, so that each tries again. O(n),
 * n: the waiting tasks. */
#define weft_queue_shutdown(q) weft_queue_shutdown_(&(q)->queue)

/* weft_queue_shutdown_now(q): q.shutdown(immediate=True). Does what weft_queue_shutdown does, but
 * first removes all items from the queue and counts them as done. If the queue is unbounded, the
 * program may use the removed items again. O(n), n: the waiting tasks; for an unbounded queue, O(n
 * + m), m: the items. */
#define weft_queue_shutdown_now(q) weft_queue_shutdown_now_(&(q)->queue)

/* ---- Private: what the macros call ---- */

#define WEFT_QUEUE_ITEMS_(q) (q)->items, sizeof(*(q)->items)
#define WEFT_QUEUE_INIT_(q, order, before)                                                         \
    weft_queue_init_(&(q)->queue, (order), sizeof((q)->items) / sizeof(*(q)->items), (before))
#define WEFT_QUEUE_OVER_(q, array, n, order, before)                                               \
    ((q)->items = (array), weft_queue_init_(&(q)->queue, (order), (n), (before)))

#define WEFT_QUEUE_PUT_(q, error, ...)                                                             \
    ((q)->item_ = (__VA_ARGS__),                                                                   \
     weft_queue_has_room_(&(q)->queue)                                                             \
         ? ((q)->items[weft_queue_put_index_(&(q)->queue)] = (q)->item_,                           \
            weft_queue_put_commit_(&(q)->queue, WEFT_QUEUE_ITEMS_(q)))                             \
         : (error))

/* These macros expand to the error of a put into a full queue, or of a get from an empty queue. If
 * the queue was never initialised, they panic, and the panic names the program's file and line. In
 * builds with WEFT_FREESTANDING and -Os, the panic names no line of the program, because the code
 * is then smaller. */
#if defined __OPTIMIZE_SIZE__ && !defined WEFT_HAS_DEBUG_MODE_
#define WEFT_QUEUE_PUT_ERROR_(queue) weft_queue_put_error_of_(queue)
#define WEFT_QUEUE_GET_ERROR_(queue) weft_queue_get_error_of_(queue)
#else
#define WEFT_QUEUE_PUT_ERROR_(queue) weft_queue_put_error_at_((queue), WEFT_FILE_, __LINE__)
#define WEFT_QUEUE_GET_ERROR_(queue) weft_queue_get_error_at_((queue), WEFT_FILE_, __LINE__)
#endif

/* Panics if `node`, the node of the item that is put, is in a queue; the panic names the program's
 * file and line. In builds with WEFT_FREESTANDING, weft_queue_put_node_ makes this check, and its
 * panic names no line of the program. */
#ifdef WEFT_HAS_DEBUG_MODE_
#define WEFT_QUEUE_CHECK_NODE_(q, node)                                                            \
    weft_queue_check_node_(&(q)->queue, (node), WEFT_FILE_, __LINE__)
#else
#define WEFT_QUEUE_CHECK_NODE_(q, node) (node)
#endif

/* Compiles only if WEFT_QUEUE_BEFORE has defined `order` for the type of *items. Does not evaluate
 * *items. */
#define WEFT_QUEUE_ORDERS_(order, items) ((void)_Generic(&(items)[0], order##_item_ * : 0))

/* The first macro gives the offset of the node in an item; the second one gives the node of an
 * item. WEFT_QUEUE_ITEM_ removes the next item from the queue, and gives a pointer to that item. */
#define WEFT_QUEUE_NODE_AT_(q) (sizeof(*(q)->node_at_) - 1)
#define WEFT_QUEUE_NODE_(item, at) (weft_queue_node *)(void *)((char *)(item) + (at))
#define WEFT_QUEUE_ITEM_(q) ((q)->item_ = weft_queue_get_node_(&(q)->queue, WEFT_QUEUE_NODE_AT_(q)))

void weft_queue_init_(weft_queue_ *queue, enum weft_queue_order_ order, size_t room,
                      weft_queue_sort_ *sort);

/* The inline functions below call these functions in the slow case. A _begin_ function calls the
 * _park_ function if the task must wait. A _resume_ function calls the _retry_ function if the task
 * may have to wait again. */
weft_step_ weft_queue_put_park_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_put_retry_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_get_park_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_get_retry_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_get_from_array_park_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_get_from_array_retry_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_join_begin_(weft_queue_ *queue, weft_context *context);
void weft_queue_join_resume_(weft_queue_ *queue, weft_context *context);

/* These functions return the error of a put into a full queue, or of a get from an empty queue: the
 * queue is full, empty or shut down. */
WEFT_MUST_CHECK_ const weft_error *weft_queue_put_error_(const weft_queue_ *queue);
const weft_error *weft_queue_get_error_(const weft_queue_ *queue);
WEFT_MUST_CHECK_ const weft_error *weft_queue_put_error_of_(const weft_queue_ *queue);
const weft_error *weft_queue_get_error_of_(const weft_queue_ *queue);
WEFT_MUST_CHECK_ const weft_error *weft_queue_put_error_at_(const weft_queue_ *queue,
                                                            const char *file, unsigned line);
const weft_error *weft_queue_get_error_at_(const weft_queue_ *queue, const char *file,
                                           unsigned line);

/* These two functions are what a function of type weft_queue_sort_ calls. `before` is the order of
 * the items. */
void weft_queue_sort_array_(weft_queue_ *queue, void *items, size_t size, bool comes_in,
                            weft_queue_before *before);
void weft_queue_sort_nodes_(weft_queue_ *queue, void *node, size_t at, bool comes_in,
                            weft_queue_before *before);

/* These two functions put an item into an unbounded queue, and take one out. `at` is the offset of
 * the node in the item. The queue must not be empty when weft_queue_get_node_ is called. */
WEFT_MUST_CHECK_
const weft_error *weft_queue_put_node_(weft_queue_ *queue, weft_queue_node *node, size_t at);
void *weft_queue_get_node_(weft_queue_ *queue, size_t at);

const weft_error *weft_queue_task_done_(weft_queue_ *queue);
void weft_queue_shutdown_(weft_queue_ *queue);
void weft_queue_shutdown_now_(weft_queue_ *queue);

/* ---- Private: inline ---- */

static inline bool weft_queue_is_full_(const weft_queue_ *queue)
{
    return queue->room && queue->size >= queue->room;
}

/* Returns `node`. Panics if `node` is in a queue already. If the queue is shut down, does not check
 * that, because the put fails anyway. */
static inline weft_queue_node *weft_queue_check_node_(const weft_queue_ *queue,
                                                      weft_queue_node *node, const char *file,
                                                      unsigned line)
{
    if (WEFT_UNLIKELY_(node->next != NULL) && !queue->is_shut_down)
        weft_panic(file, line,
                   WEFT_TEXT_("an item that is in a queue is put, or was not zero at first"));
    return node;
}

/* Returns true if a put into a queue over an array need not wait. */
static inline bool weft_queue_has_room_(const weft_queue_ *queue)
{
    return queue->size < queue->limit;
}

static inline weft_step_ weft_queue_put_begin_(weft_queue_ *queue, weft_context *context)
{
    const weft_step_ go_on = {WEFT_GO_ON_};
    return weft_queue_has_room_(queue) ? go_on : weft_queue_put_park_(queue, context);
}

static inline weft_step_ weft_queue_get_begin_(weft_queue_ *queue, weft_context *context)
{
    const weft_step_ go_on = {WEFT_GO_ON_};
    return queue->size ? go_on : weft_queue_get_park_(queue, context);
}

/* Returns true if a resumed task should first look inline for the room or the item that it waited
 * for. A task that was woken usually finds it. If the compiler optimises for size, there is no
 * inline code for this. */
static inline bool weft_queue_resumed_well_(const weft_context *context)
{
#ifdef __OPTIMIZE_SIZE__
    (void)context;
    return false;
#else
    return !context->error;
#endif
}

static inline weft_step_ weft_queue_put_resume_(weft_queue_ *queue, weft_context *context)
{
    const weft_step_ go_on = {WEFT_GO_ON_};
    if (weft_queue_resumed_well_(context) && weft_queue_has_room_(queue))
        return go_on;
    return weft_queue_put_retry_(queue, context);
}

static inline weft_step_ weft_queue_get_resume_(weft_queue_ *queue, weft_context *context)
{
    const weft_step_ go_on = {WEFT_GO_ON_};
    if (weft_queue_resumed_well_(context) && queue->size)
        return go_on;
    return weft_queue_get_retry_(queue, context);
}

static inline weft_step_ weft_queue_get_from_array_begin_(weft_queue_ *queue, weft_context *context)
{
    const weft_step_ go_on = {WEFT_GO_ON_};
    return queue->size ? go_on : weft_queue_get_from_array_park_(queue, context);
}

static inline weft_step_ weft_queue_get_from_array_resume_(weft_queue_ *queue,
                                                           weft_context *context)
{
    const weft_step_ go_on = {WEFT_GO_ON_};
    if (weft_queue_resumed_well_(context) && queue->size)
        return go_on;
    return weft_queue_get_from_array_retry_(queue, context);
}

static inline void weft_queue_count_in_(weft_queue_ *queue)
{
    weft_check_context_();
    queue->size++;
    queue->unfinished++;
    if (queue->getters.first)
        weft_waiters_pop_one_(&queue->getters);
}

static inline void weft_queue_count_out_(weft_queue_ *queue)
{
    weft_check_context_();
    queue->size--;
    if (queue->putters.first)
        weft_waiters_pop_one_(&queue->putters);
}

/* A put has two steps. The function weft_queue_put_index_ returns the array index for the new item.
 * After the item was stored there, weft_queue_put_commit_ adds it to the queue. A get has two
 * steps, too. The function weft_queue_get_index_ returns the array index of the next item that
 * comes out. The function weft_queue_get_commit_ then removes that item from the queue. */
static inline size_t weft_queue_put_index_(const weft_queue_ *queue)
{
    const size_t behind_head = queue->room - queue->head;
    if (queue->order != WEFT_FIFO_)
        return queue->size;
    return queue->size < behind_head ? queue->head + queue->size : queue->size - behind_head;
}

static inline const weft_error *weft_queue_put_commit_(weft_queue_ *queue, void *items, size_t size)
{
    if (queue->order == WEFT_PRIORITY_)
        queue->sort(queue, items, size, true);
    weft_queue_count_in_(queue);
    return NULL;
}

static inline size_t weft_queue_get_index_(const weft_queue_ *queue)
{
    return queue->order == WEFT_FIFO_   ? queue->head
           : queue->order == WEFT_LIFO_ ? queue->size - 1
                                        : 0;
}

static inline const weft_error *weft_queue_get_commit_(weft_queue_ *queue, void *items, size_t size)
{
    if (queue->order == WEFT_FIFO_)
        queue->head = queue->head + 1 == queue->room ? 0 : queue->head + 1;
    else if (queue->order == WEFT_PRIORITY_)
        queue->sort(queue, items, size, false);
    weft_queue_count_out_(queue);
    return NULL;
}

#ifdef __cplusplus
}
#endif
#endif
