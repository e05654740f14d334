/* Queues: items from tasks to tasks. */
#ifndef WEFT_PRIMITIVES_QUEUE_H
#define WEFT_PRIMITIVES_QUEUE_H

#include "waiters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.QueueEmpty, QueueFull and QueueShutDown. */
extern const weft_error weft_queue_empty_error;
extern const weft_error weft_queue_full_error;
extern const weft_error weft_queue_shut_down_error;

/* In which order items come out: see weft_queue_init and its kin. */
enum weft_queue_order_ { WEFT_FIFO_, WEFT_LIFO_, WEFT_PRIORITY_ };

/* Whether `a` comes out before `b`: WEFT_QUEUE_BEFORE makes one. */
typedef bool weft_queue_before(const void *a, const void *b);

/* A link of an item of an unbounded queue: a member of the item, all zero at first. */
typedef struct weft_queue_node {
    struct weft_queue_node *next;  /* behind it; or of its siblings */
    struct weft_queue_node *below; /* by priority: those that come after it */
} weft_queue_node;

/* The engine of every queue, which knows no type. */
typedef struct weft_queue_ {
    weft_waiters_ getters, putters, joiners;
    size_t size;       /* how many items are in it */
    size_t room;       /* how many may be */
    size_t limit;      /* below which one can be put: room, or 0 once it is shut down */
    size_t unfinished; /* put, and no task_done yet */
    weft_queue_before *before;
    union {
        size_t head;           /* of a ring of items: the first one */
        weft_queue_node *last; /* of a ring of nodes; by priority, the first one of a heap */
    };
    unsigned char order;
    bool is_shut_down;
} weft_queue_;

/* ---- Bounded: the items are copied into an array ---- */

/* A queue of at most n items of type `type`, which are in it. Its members are `queue` and `items`,
 * and room for one item that is being put (doc/design.md).
 * Each use of the macro makes a type of its own: typedef gives it a name. To be initialised
 * (weft_queue_init) before it is used: a put panics otherwise. It belongs to the program, and must
 * stay where it is while somebody waits. */
#define WEFT_QUEUE(type, n)                                                                        \
    struct {                                                                                       \
        weft_queue_ queue;                                                                         \
        type items[n];                                                                             \
        type item_; /* that is being put */                                                        \
    }

/* The same over an array that is given when it is initialised (weft_queue_init_over). Each use of
 * the macro makes a type of its own. */
#define WEFT_QUEUE_OVER(type)                                                                      \
    struct {                                                                                       \
        weft_queue_ queue;                                                                         \
        type *items;                                                                               \
        type item_; /* that is being put */                                                        \
    }

/* weft_queue_init(WEFT_QUEUE(type, n) *q): asyncio.Queue(n). First in, first out. Nobody may be
 * waiting for it. O(1), like all that follow; and macros here may evaluate `q` more than once. */
#define weft_queue_init(q) WEFT_QUEUE_INIT_(q, WEFT_FIFO_, NULL)

/* weft_lifo_queue_init(WEFT_QUEUE(type, n) *q): asyncio.LifoQueue(n). Last in, first out. */
#define weft_lifo_queue_init(q) WEFT_QUEUE_INIT_(q, WEFT_LIFO_, NULL)

/* weft_priority_queue_init(WEFT_QUEUE(type, n) *q, order): asyncio.PriorityQueue(n). The least item
 * comes first by `order`, which WEFT_QUEUE_BEFORE defined for this type; those of which none is
 * less, in the order in which Python's heapq has them. */
#define weft_priority_queue_init(q, order_)                                                        \
    (WEFT_QUEUE_ORDERS_(order_, (q)->items), WEFT_QUEUE_INIT_(q, WEFT_PRIORITY_, order_))

/* weft_queue_init_over(q, array, n), weft_lifo_queue_init_over, weft_priority_queue_init_over(q,
 * array, n, order): the same for a WEFT_QUEUE_OVER(type), with an array of n items, at least 1,
 * which belongs to the queue for as long as that is used. */
#define weft_queue_init_over(q, array, n) WEFT_QUEUE_OVER_(q, array, n, WEFT_FIFO_, NULL)
#define weft_lifo_queue_init_over(q, array, n) WEFT_QUEUE_OVER_(q, array, n, WEFT_LIFO_, NULL)
#define weft_priority_queue_init_over(q, array, n, order_)                                         \
    (WEFT_QUEUE_ORDERS_(order_, (q)->items), WEFT_QUEUE_OVER_(q, array, n, WEFT_PRIORITY_, order_))

/* WEFT_QUEUE_BEFORE(name, type, a, b, expression)
 * Defines the order `name` of items of this type: `expression` says whether *a comes out before *b.
 *     WEFT_QUEUE_BEFORE(by_deadline, struct job, a, b, a->deadline < b->deadline) */
#define WEFT_QUEUE_BEFORE(name, type, a, b, expression)                                            \
    typedef type name##_item_;                                                                     \
    static bool name(const void *weft_a_, const void *weft_b_)                                     \
    {                                                                                              \
        const type *const a = weft_a_, *const b = weft_b_;                                         \
        return (expression);                                                                       \
    }

/* weft_queue_put(q, value): `await q.put(value)`. Waits while it is full; those who wait get their
 * turn in the order in which they came. Raises weft_queue_shut_down_error. When it raises, nothing
 * was put. `value` is evaluated once, when there is room, after the wait: no C local. If its
 * evaluation takes the last room itself, this raises weft_queue_full_error. O(1), by priority
 * O(log n); and O(those who wait that have just been cancelled). */
#define weft_queue_put(q, ...)                                                                     \
    do {                                                                                           \
        WEFT_WAIT_RETRY_(weft_queue_put_begin_(&(q)->queue, weft_context_),                        \
                         weft_queue_put_resume_(&(q)->queue, weft_context_));                      \
        if (WEFT_QUEUE_PUT_(q, weft_queue_put_error_(&(q)->queue), __VA_ARGS__))                   \
            weft_raise(weft_queue_put_error_(&(q)->queue));                                        \
    } while (0)

/* weft_queue_get(q, pointer): `*pointer = await q.get()`. Waits while it is empty; those who wait
 * get their turn in the order in which they came. Raises weft_queue_shut_down_error when it is
 * empty and has been shut down. When it raises, nothing was taken. `pointer` is evaluated after the
 * wait, and its evaluation must not use the queue. Cost as weft_queue_put. */
#define weft_queue_get(q, into)                                                                    \
    do {                                                                                           \
        WEFT_WAIT_RETRY_(weft_queue_get_from_array_begin_(&(q)->queue, weft_context_),             \
                         weft_queue_get_from_array_resume_(&(q)->queue, weft_context_));           \
        *(into) = (q)->items[weft_queue_get_index_(&(q)->queue)];                                  \
        weft_queue_get_commit_(&(q)->queue, WEFT_QUEUE_ITEMS_(q));                                 \
    } while (0)

/* weft_queue_put_nowait(q, value), weft_queue_get_nowait(q, pointer): expressions. q.put_nowait,
 * q.get_nowait. NULL, or weft_queue_full_error, weft_queue_empty_error, weft_queue_shut_down_error,
 * and nothing was put or taken. `value` is evaluated once, before the queue is looked at; `pointer`
 * only if there is an item, and its evaluation must not use the queue. Cost as weft_queue_put. */
#define weft_queue_put_nowait(q, ...)                                                              \
    WEFT_QUEUE_PUT_(q, WEFT_QUEUE_PUT_ERROR_(&(q)->queue), __VA_ARGS__)
#define weft_queue_get_nowait(q, into)                                                             \
    ((q)->queue.size ? (*(into) = (q)->items[weft_queue_get_index_(&(q)->queue)],                  \
                        weft_queue_get_commit_(&(q)->queue, WEFT_QUEUE_ITEMS_(q)))                 \
                     : WEFT_QUEUE_GET_ERROR_(&(q)->queue))

/* ---- Unbounded: the items are the caller's own, and linked ---- */

/* A queue of items of type `type`, which have a member `member`, a weft_queue_node, to be linked
 * by. An item belongs to the queue from when it is put to when it is got. All zero is an empty one,
 * first in, first out. Each use of the macro makes a type of its own: typedef gives it a name. */
#define WEFT_UNBOUNDED_QUEUE(type, member)                                                         \
    struct {                                                                                       \
        union {                                                                                    \
            weft_queue_ queue;                                                                     \
            char (*node_at_)[offsetof(type, member) + 1];                                          \
        };                                                                                         \
        type *item_; /* that comes or goes */                                                      \
    }

/* weft_unbounded_queue_init(q), weft_unbounded_lifo_queue_init(q),
 * weft_unbounded_priority_queue_init(q, order): asyncio.Queue(), LifoQueue() and PriorityQueue();
 * the items of which none is less come first in, first out. */
#define weft_unbounded_queue_init(q) weft_queue_init_(&(q)->queue, WEFT_FIFO_, 0, NULL)
#define weft_unbounded_lifo_queue_init(q) weft_queue_init_(&(q)->queue, WEFT_LIFO_, 0, NULL)
#define weft_unbounded_priority_queue_init(q, order_)                                              \
    (WEFT_QUEUE_ORDERS_(order_, (q)->item_),                                                       \
     weft_queue_init_(&(q)->queue, WEFT_PRIORITY_, 0, (order_)))

/* weft_queue_put_item(q, item): q.put(item), which never waits, where `item` points to one that is
 * in no queue (else this panics). Raises weft_queue_shut_down_error. O(1), and O(those who wait
 * that have just been cancelled). */
#define weft_queue_put_item(q, item) weft_check(weft_queue_put_item_nowait(q, item))

/* weft_queue_put_item_nowait(q, item): an expression; q.put_nowait(item). NULL or
 * weft_queue_shut_down_error. Cost likewise. */
#define weft_queue_put_item_nowait(q, item)                                                        \
    ((q)->item_ = (item),                                                                          \
     weft_queue_put_node_(&(q)->queue, WEFT_QUEUE_NODE_((q)->item_, WEFT_QUEUE_NODE_AT_(q)),       \
                          WEFT_QUEUE_NODE_AT_(q)))

/* weft_queue_get_item(q, pointer): `*pointer = await q.get()`, a pointer to an item. As
 * weft_queue_get, but by priority O(log n) amortised. */
#define weft_queue_get_item(q, into)                                                               \
    do {                                                                                           \
        WEFT_WAIT_RETRY_(weft_queue_get_begin_(&(q)->queue, weft_context_),                        \
                         weft_queue_get_resume_(&(q)->queue, weft_context_));                      \
        *(into) = WEFT_QUEUE_ITEM_(q);                                                             \
    } while (0)

/* weft_queue_get_item_nowait(q, pointer): an expression; *pointer = q.get_nowait(). As
 * weft_queue_get_nowait. */
#define weft_queue_get_item_nowait(q, into)                                                        \
    ((q)->queue.size ? (*(into) = WEFT_QUEUE_ITEM_(q), (const weft_error *)NULL)                   \
                     : weft_queue_get_error_(&(q)->queue))

/* ---- Of both ---- */

/* weft_queue_join(q): `await q.join()`. Waits until weft_queue_task_done has been called for every
 * item that was put. Raises nothing but a cancellation. O(1). */
#define weft_queue_join(q)                                                                         \
    WEFT_WAIT_RESUME_(weft_queue_join_begin_(&(q)->queue, weft_context_),                          \
                      weft_queue_join_resume_(&(q)->queue, weft_context_))

/* weft_queue_task_done(q): q.task_done(): who has got an item is done with it. NULL, or
 * weft_invalid_state_error if it was called for all. O(those who join, when it is the last). */
#define weft_queue_task_done(q) weft_queue_task_done_(&(q)->queue)

/* weft_queue_size(q), weft_queue_empty(q), weft_queue_full(q): q.qsize(), q.empty(), q.full(),
 * which is never true of an unbounded one. O(1). */
#define weft_queue_size(q) (+(q)->queue.size)
#define weft_queue_empty(q) (!(q)->queue.size)
#define weft_queue_full(q) weft_queue_is_full_(&(q)->queue)

/* weft_queue_shutdown(q): q.shutdown(). Nothing can be put any more; who waits to put gets
 * weft_queue_shut_down_error, and so does who gets, once it is empty. O(those who wait). */
#define weft_queue_shutdown(q) weft_queue_shutdown_(&(q)->queue)

/* weft_queue_shutdown_now(q): q.shutdown(immediate=True). The items that are in it are dropped too,
 * and count as done (those of an unbounded queue are the caller's again). O(those who wait), and of
 * an unbounded one O(items). */
#define weft_queue_shutdown_now(q) weft_queue_shutdown_now_(&(q)->queue)

/* ---- What the macros are made of ---- */

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

/* Refuses to compile unless the order is one of items like *items. */
#define WEFT_QUEUE_ORDERS_(order, items) ((void)_Generic(&(items)[0], order##_item_ * : 0))

/* Where the node of an item is, and the item of a node. */
#define WEFT_QUEUE_NODE_AT_(q) (sizeof(*(q)->node_at_) - 1)
#define WEFT_QUEUE_NODE_(item, at) (weft_queue_node *)(void *)((char *)(item) + (at))
#define WEFT_QUEUE_ITEM_(q) ((q)->item_ = weft_queue_get_node_(&(q)->queue, WEFT_QUEUE_NODE_AT_(q)))

void weft_queue_init_(weft_queue_ *queue, enum weft_queue_order_ order, size_t room,
                      weft_queue_before *before);

weft_step_ weft_queue_put_park_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_put_retry_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_get_park_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_get_retry_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_get_from_array_park_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_get_from_array_retry_(weft_queue_ *queue, weft_context *context);
weft_step_ weft_queue_join_begin_(weft_queue_ *queue, weft_context *context);
void weft_queue_join_resume_(weft_queue_ *queue, weft_context *context);

WEFT_MUST_CHECK_ const weft_error *weft_queue_put_error_(const weft_queue_ *queue);
const weft_error *weft_queue_get_error_(const weft_queue_ *queue);
WEFT_MUST_CHECK_ const weft_error *weft_queue_put_error_of_(const weft_queue_ *queue);
const weft_error *weft_queue_get_error_of_(const weft_queue_ *queue);
WEFT_MUST_CHECK_ const weft_error *weft_queue_put_error_at_(const weft_queue_ *queue,
                                                            const char *file, unsigned line);
const weft_error *weft_queue_get_error_at_(const weft_queue_ *queue, const char *file,
                                           unsigned line);

/* By priority: the item behind the last one joins them; the first one leaves. */
void weft_queue_sort_in_(weft_queue_ *queue, void *items, size_t size);
void weft_queue_sort_out_(weft_queue_ *queue, void *items, size_t size);

/* `at` is where in an item its node is; the latter returns the item. */
WEFT_MUST_CHECK_
const weft_error *weft_queue_put_node_(weft_queue_ *queue, weft_queue_node *node, size_t at);
void *weft_queue_get_node_(weft_queue_ *queue, size_t at);

const weft_error *weft_queue_task_done_(weft_queue_ *queue);
void weft_queue_shutdown_(weft_queue_ *queue);
void weft_queue_shutdown_now_(weft_queue_ *queue);

/* ---- What is so short that it stands where it is used ---- */

static inline bool weft_queue_is_full_(const weft_queue_ *queue)
{
    return queue->room && queue->size >= queue->room;
}

/* Of one over an array, which has room for some. */
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

/* Who is resumed without an error has been woken, and mostly finds what it waited for. (Where bytes
 * count that is looked at in one place.) */
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

/* Where the next item goes, and that it is there; where the next one is, and that it is not. */
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
