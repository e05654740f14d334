/* Queues: hand items from tasks to tasks. */
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

/* The order in which items come out (weft_queue_init and the functions below it). */
enum weft_queue_order_ { WEFT_FIFO_, WEFT_LIFO_, WEFT_PRIORITY_ };

/* An order of items. Returns true if *a comes out before *b. WEFT_QUEUE_BEFORE defines one. */
typedef bool weft_queue_before(const void *a, const void *b);

/* The links of an item of an unbounded queue. A member of the item, all zero bytes at first. */
typedef struct weft_queue_node {
    struct weft_queue_node *next;  /* the next node of a ring; NULL: in no queue */
    struct weft_queue_node *below; /* by priority: a ring of nodes that come later; NULL: none */
} weft_queue_node;

/* The engine of every queue. It knows no type of items. */
typedef struct weft_queue_ {
    weft_waiters_ getters, putters, joiners;
    size_t size;               /* items in the queue */
    size_t room;               /* items that fit; 0: unbounded, or not initialised */
    size_t limit;              /* a put needs size < limit: `room`, or 0 after a shutdown */
    size_t unfinished;         /* items put, less calls of task_done */
    weft_queue_before *before; /* NULL: not by priority */
    union {
        size_t head;           /* bounded, first in, first out: index of the first item */
        weft_queue_node *last; /* unbounded: a ring of nodes, or the first node of a heap */
    };
    unsigned char order; /* enum weft_queue_order_ */
    bool is_shut_down;
} weft_queue_;

/* ---- Bounded: the items are copied into an array ---- */

/* WEFT_QUEUE(type, n): the type of a queue of at most n items of type `type`. Its array `items` has
 * them; an item is copied when it is put and when it is got. The queue also has room for one item
 * that is being put (doc/design.md). The queue belongs to the program, and must be initialised
 * before its first use (weft_queue_init); else a put panics. It must not be moved while a task
 * waits for it. Each use of the macro makes a type of its own; name it with typedef. */
#define WEFT_QUEUE(type, n)                                                                        \
    struct {                                                                                       \
        weft_queue_ queue;                                                                         \
        type items[n];                                                                             \
        type item_; /* that is being put */                                                        \
    }

/* WEFT_QUEUE_OVER(type): the type of a queue whose items are in an array of the caller's
 * (weft_queue_init_over). It differs from WEFT_QUEUE(type, n) only in that. */
#define WEFT_QUEUE_OVER(type)                                                                      \
    struct {                                                                                       \
        weft_queue_ queue;                                                                         \
        type *items;                                                                               \
        type item_; /* that is being put */                                                        \
    }

/* weft_queue_init(WEFT_QUEUE(type, n) *q): asyncio.Queue(n). First in, first out. No task may wait
 * for the queue. The queue has nothing to clean up. O(1). The macros of this header may evaluate
 * `q` more than once. */
#define weft_queue_init(q) WEFT_QUEUE_INIT_(q, WEFT_FIFO_, NULL)

/* weft_lifo_queue_init(WEFT_QUEUE(type, n) *q): asyncio.LifoQueue(n). Last in, first out. No task
 * may wait for the queue. O(1). */
#define weft_lifo_queue_init(q) WEFT_QUEUE_INIT_(q, WEFT_LIFO_, NULL)

/* weft_priority_queue_init(WEFT_QUEUE(type, n) *q, order): asyncio.PriorityQueue(n). The item that
 * comes before all others by `order` comes out first. WEFT_QUEUE_BEFORE has defined `order` for
 * this type. Items of which none comes before the other come out as from Python's heapq. No task
 * may wait for the queue. O(1). */
#define weft_priority_queue_init(q, order_)                                                        \
    (WEFT_QUEUE_ORDERS_(order_, (q)->items), WEFT_QUEUE_INIT_(q, WEFT_PRIORITY_, order_))

/* weft_queue_init_over(WEFT_QUEUE_OVER(type) *q, array, n),
 * weft_lifo_queue_init_over(q, array, n), weft_priority_queue_init_over(q, array, n, order)
 * Initialise a queue over the caller's array of n items, n at least 1. The array must be valid, and
 * is the queue's alone, as long as the queue is used. No task may wait for the queue. O(1). */
#define weft_queue_init_over(q, array, n) WEFT_QUEUE_OVER_(q, array, n, WEFT_FIFO_, NULL)
#define weft_lifo_queue_init_over(q, array, n) WEFT_QUEUE_OVER_(q, array, n, WEFT_LIFO_, NULL)
#define weft_priority_queue_init_over(q, array, n, order_)                                         \
    (WEFT_QUEUE_ORDERS_(order_, (q)->items), WEFT_QUEUE_OVER_(q, array, n, WEFT_PRIORITY_, order_))

/* WEFT_QUEUE_BEFORE(name, type, a, b, expression)
 * Defines the order `name` of items of this type. `expression` is true if *a comes out before *b.
 *     WEFT_QUEUE_BEFORE(by_deadline, struct job, a, b, a->deadline < b->deadline) */
#define WEFT_QUEUE_BEFORE(name, type, a, b, expression)                                            \
    typedef type name##_item_;                                                                     \
    static bool name(const void *weft_a_, const void *weft_b_)                                     \
    {                                                                                              \
        const type *const a = weft_a_, *const b = weft_b_;                                         \
        return (expression);                                                                       \
    }

/* weft_queue_put(q, value): `await q.put(value)`. Waits while the queue is full. Tasks that wait
 * put in the order in which they came. `value` is evaluated once, after the wait, so it must not
 * use C locals. Raises weft_queue_shut_down_error; or weft_queue_full_error if the evaluation of
 * `value` itself fills the queue. When the macro raises, nothing was put. O(1), by priority O(log
 * n); and O(waiting tasks that have just been cancelled). */
#define weft_queue_put(q, ...)                                                                     \
    do {                                                                                           \
        WEFT_WAIT_RETRY_(weft_queue_put_begin_(&(q)->queue, weft_context_),                        \
                         weft_queue_put_resume_(&(q)->queue, weft_context_));                      \
        if (WEFT_QUEUE_PUT_(q, weft_queue_put_error_(&(q)->queue), __VA_ARGS__))                   \
            weft_raise(weft_queue_put_error_(&(q)->queue));                                        \
    } while (0)

/* weft_queue_get(q, pointer): `*pointer = await q.get()`. Waits while the queue is empty. Tasks
 * that wait get items in the order in which they came. `pointer` is evaluated after the wait, and
 * its evaluation must not use the queue. Raises weft_queue_shut_down_error if the queue is shut
 * down and empty. When the macro raises, nothing was taken. Costs what weft_queue_put costs. */
#define weft_queue_get(q, into)                                                                    \
    do {                                                                                           \
        WEFT_WAIT_RETRY_(weft_queue_get_from_array_begin_(&(q)->queue, weft_context_),             \
                         weft_queue_get_from_array_resume_(&(q)->queue, weft_context_));           \
        *(into) = (q)->items[weft_queue_get_index_(&(q)->queue)];                                  \
        weft_queue_get_commit_(&(q)->queue, WEFT_QUEUE_ITEMS_(q));                                 \
    } while (0)

/* weft_queue_put_nowait(q, value), weft_queue_get_nowait(q, pointer)
 * q.put_nowait(value), *pointer = q.get_nowait(). Expressions. Return NULL; or an error, and
 * nothing was put or taken: weft_queue_full_error, weft_queue_empty_error or
 * weft_queue_shut_down_error. `value` is evaluated once, before the queue is checked. `pointer` is
 * evaluated only if there is an item, and its evaluation must not use the queue. Cost what
 * weft_queue_put costs. */
#define weft_queue_put_nowait(q, ...)                                                              \
    WEFT_QUEUE_PUT_(q, WEFT_QUEUE_PUT_ERROR_(&(q)->queue), __VA_ARGS__)
#define weft_queue_get_nowait(q, into)                                                             \
    ((q)->queue.size ? (*(into) = (q)->items[weft_queue_get_index_(&(q)->queue)],                  \
                        weft_queue_get_commit_(&(q)->queue, WEFT_QUEUE_ITEMS_(q)))                 \
                     : WEFT_QUEUE_GET_ERROR_(&(q)->queue))

/* ---- Unbounded: items of the caller's are linked ---- */

/* WEFT_UNBOUNDED_QUEUE(type, member): the type of a queue of items of type `type`, with no limit.
 * The items have a member `member`, a weft_queue_node. The program owns an item; from put to get,
 * it must not be moved, changed in its order, or put again. All zero bytes is an empty queue, first
 * in, first out. The queue belongs to the program, and must not be moved while a task waits for it.
 * Each use of the macro makes a type of its own; name it with typedef. */
#define WEFT_UNBOUNDED_QUEUE(type, member)                                                         \
    struct {                                                                                       \
        union {                                                                                    \
            weft_queue_ queue;                                                                     \
            char (*node_at_)[offsetof(type, member) + 1];                                          \
        };                                                                                         \
        type *item_; /* that is being put or got */                                                \
    }

/* weft_unbounded_queue_init(q), weft_unbounded_lifo_queue_init(q),
 * weft_unbounded_priority_queue_init(q, order): asyncio.Queue(), asyncio.LifoQueue() and
 * asyncio.PriorityQueue(). By priority, items of which none comes before the other come out first
 * in, first out. No task may wait for the queue. O(1). */
#define weft_unbounded_queue_init(q) weft_queue_init_(&(q)->queue, WEFT_FIFO_, 0, NULL)
#define weft_unbounded_lifo_queue_init(q) weft_queue_init_(&(q)->queue, WEFT_LIFO_, 0, NULL)
#define weft_unbounded_priority_queue_init(q, order_)                                              \
    (WEFT_QUEUE_ORDERS_(order_, (q)->item_),                                                       \
     weft_queue_init_(&(q)->queue, WEFT_PRIORITY_, 0, (order_)))

/* weft_queue_put_item(q, item): q.put(item), which never waits. `item` points to an item that is in
 * no queue; else this panics. Raises weft_queue_shut_down_error, and the item was not put. O(1),
 * and O(waiting tasks that have just been cancelled). */
#define weft_queue_put_item(q, item) weft_check(weft_queue_put_item_nowait(q, item))

/* weft_queue_put_item_nowait(q, item): q.put_nowait(item). An expression. Does what
 * weft_queue_put_item does, but returns the error; NULL: the item was put. */
#define weft_queue_put_item_nowait(q, item)                                                        \
    ((q)->item_ = (item),                                                                          \
     weft_queue_put_node_(&(q)->queue, WEFT_QUEUE_NODE_((q)->item_, WEFT_QUEUE_NODE_AT_(q)),       \
                          WEFT_QUEUE_NODE_AT_(q)))

/* weft_queue_get_item(q, pointer): `*pointer = await q.get()`, where *pointer is a pointer to an
 * item. The item is not linked any more. The rest is as in weft_queue_get, but the cost by priority
 * is O(log n) amortised. */
#define weft_queue_get_item(q, into)                                                               \
    do {                                                                                           \
        WEFT_WAIT_RETRY_(weft_queue_get_begin_(&(q)->queue, weft_context_),                        \
                         weft_queue_get_resume_(&(q)->queue, weft_context_));                      \
        *(into) = WEFT_QUEUE_ITEM_(q);                                                             \
    } while (0)

/* weft_queue_get_item_nowait(q, pointer): *pointer = q.get_nowait(). An expression. Returns NULL,
 * or an error as weft_queue_get_nowait does. Costs what weft_queue_get_item costs. */
#define weft_queue_get_item_nowait(q, into)                                                        \
    ((q)->queue.size ? (*(into) = WEFT_QUEUE_ITEM_(q), (const weft_error *)NULL)                   \
                     : weft_queue_get_error_(&(q)->queue))

/* ---- Every queue ---- */

/* weft_queue_join(q): `await q.join()`. Waits until weft_queue_task_done has been called for every
 * item that was put. Raises nothing but a cancellation. O(1). */
#define weft_queue_join(q)                                                                         \
    WEFT_WAIT_RESUME_(weft_queue_join_begin_(&(q)->queue, weft_context_),                          \
                      weft_queue_join_resume_(&(q)->queue, weft_context_))

/* weft_queue_task_done(q): q.task_done(). Tells the queue that an item which was got needs no more
 * work. Wakes the tasks in weft_queue_join when that was the last item. Returns NULL, or
 * weft_invalid_state_error if it was called for every item already. O(1), and O(tasks that join)
 * for the last item. */
#define weft_queue_task_done(q) weft_queue_task_done_(&(q)->queue)

/* weft_queue_size(q), weft_queue_empty(q), weft_queue_full(q): q.qsize(), q.empty(), q.full().
 * Return the number of items, and true if the queue is empty or full. An unbounded queue is never
 * full. O(1). */
#define weft_queue_size(q) (+(q)->queue.size)
#define weft_queue_empty(q) (!(q)->queue.size)
#define weft_queue_full(q) weft_queue_is_full_(&(q)->queue)

/* weft_queue_shutdown(q): q.shutdown(). From then on a put fails with weft_queue_shut_down_error,
 * and so does a get once the queue is empty. Tasks that wait in one of them are woken, and raise
 * that error. O(waiting tasks). */
#define weft_queue_shutdown(q) weft_queue_shutdown_(&(q)->queue)

/* weft_queue_shutdown_now(q): q.shutdown(immediate=True). Does what weft_queue_shutdown does, and
 * drops the items in the queue, which count as done. Items of an unbounded queue belong to the
 * caller again. O(waiting tasks), and O(items) for an unbounded queue. */
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

/* The error of a queue over an array that is full or empty. The panic for one that was never
 * initialised names the program's line; where bytes count, it names none. */
#ifdef __OPTIMIZE_SIZE__
#define WEFT_QUEUE_PUT_ERROR_(queue) weft_queue_put_error_of_(queue)
#define WEFT_QUEUE_GET_ERROR_(queue) weft_queue_get_error_of_(queue)
#else
#define WEFT_QUEUE_PUT_ERROR_(queue) weft_queue_put_error_at_((queue), __FILE__, __LINE__)
#define WEFT_QUEUE_GET_ERROR_(queue) weft_queue_get_error_at_((queue), __FILE__, __LINE__)
#endif

/* Refuses to compile unless the order is one of items like *items, which is not evaluated. */
#define WEFT_QUEUE_ORDERS_(order, items) ((void)_Generic(&(items)[0], order##_item_ * : 0))

/* The offset of the node in an item, the node of an item, and the next item to come out. */
#define WEFT_QUEUE_NODE_AT_(q) (sizeof(*(q)->node_at_) - 1)
#define WEFT_QUEUE_NODE_(item, at) (weft_queue_node *)(void *)((char *)(item) + (at))
#define WEFT_QUEUE_ITEM_(q) ((q)->item_ = weft_queue_get_node_(&(q)->queue, WEFT_QUEUE_NODE_AT_(q)))

void weft_queue_init_(weft_queue_ *queue, enum weft_queue_order_ order, size_t room,
                      weft_queue_before *before);

/* What weft_queue_put_begin_ and weft_queue_get_begin_ do if the task must wait; and what
 * weft_queue_put_resume_ and weft_queue_get_resume_ do if it may have to wait again. */
weft_step_ weft_queue_put_park_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_put_retry_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_get_park_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_get_retry_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_get_from_array_park_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_get_from_array_retry_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_join_begin_(weft_queue_ *queue, weft_context *context);
void weft_queue_join_resume_(weft_queue_ *queue, weft_context *context);

/* Return the error of a put into a queue without room, and of a get from one without items. */
WEFT_MUST_CHECK_ const weft_error *weft_queue_put_error_(const weft_queue_ *queue);
const weft_error *weft_queue_get_error_(const weft_queue_ *queue);
WEFT_MUST_CHECK_ const weft_error *weft_queue_put_error_of_(const weft_queue_ *queue);
const weft_error *weft_queue_get_error_of_(const weft_queue_ *queue);
WEFT_MUST_CHECK_ const weft_error *weft_queue_put_error_at_(const weft_queue_ *queue,
                                                            const char *file, unsigned line);
const weft_error *weft_queue_get_error_at_(const weft_queue_ *queue, const char *file,
                                           unsigned line);

/* For a queue by priority: adds the item behind the last one to the heap, or removes the first one
 * from it. `size` is an item's, in bytes. */
void weft_queue_sort_in_(weft_queue_ *queue, void *items, size_t size);
void weft_queue_sort_out_(weft_queue_ *queue, void *items, size_t size);

/* Put and get an item of an unbounded queue. `at` is the offset of the node in the item. The queue
 * of weft_queue_get_node_ must not be empty. */
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

/* Returns true if an item can be put. For queues over an array. */
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

/* Returns true if the short way is worth a try for a resumed task. A task that was woken mostly
 * finds what it waited for. With -Os there is no short way. */
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
    queue->size++;
    queue->unfinished++;
    if (queue->getters.first)
        weft_waiters_pop_one_(&queue->getters);
}

static inline void weft_queue_count_out_(weft_queue_ *queue)
{
    queue->size--;
    if (queue->putters.first)
        weft_waiters_pop_one_(&queue->putters);
}

/* weft_queue_put_index_ returns the index for the next item that is put; weft_queue_put_commit_
 * then makes that item a part of the queue. weft_queue_get_index_ and weft_queue_get_commit_ return
 * the index of the next item to come out, and remove that item. */
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
        weft_queue_sort_in_(queue, items, size);
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
        weft_queue_sort_out_(queue, items, size);
    weft_queue_count_out_(queue);
    return NULL;
}

#ifdef __cplusplus
}
#endif
#endif
