/* Heaps, for queues by priority: over an array, and over nodes. */
#ifndef WEFT_PRIMITIVES_HEAP_H
#define WEFT_PRIMITIVES_HEAP_H

#include "queue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An array whose items are `size` bytes each: a binary heap, which moves them as Python's heapq
 * does, so that items of which none is before the other come out in the same order. */
typedef struct weft_heap_ {
    void *items;
    size_t size;
    weft_queue_before *before;
} weft_heap_;

/* The item behind the first `count` ones joins them. O(log count). */
void weft_heap_put_(const weft_heap_ *heap, size_t count);

/* The first of `count` items leaves. O(log count). */
void weft_heap_take_(const weft_heap_ *heap, size_t count);

/* A pairing heap of nodes: of those of which none is before the other, first in, first out. Both
 * return the new first node; `at` is where in an item its node is. O(1), O(log n) amortised. */
weft_queue_node *weft_heap_put_node_(weft_queue_node *first, weft_queue_node *node,
                                     weft_queue_before *before, size_t at);
weft_queue_node *weft_heap_take_node_(weft_queue_node *first, weft_queue_before *before, size_t at);

#ifdef __cplusplus
}
#endif
#endif
