/* SPDX-License-Identifier: MIT */
/* Heaps: how a priority queue orders its items, in an array or linked by nodes. */
#ifndef WEFT_PRIMITIVES_HEAP_H
#define WEFT_PRIMITIVES_HEAP_H

#include "queue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Over an array: a binary heap ----
 * This heap moves items exactly as Python's heapq does. So items of equal priority come out in the
 * order in which heapq would return them. */

typedef struct weft_heap_ {
    void *items;
    size_t size; /* size of one item, in bytes */
    weft_queue_before *before;
} weft_heap_;

/* Adds the item at index `count` to the heap, whose `count` items stand before it. O(log n), n:
 * `count`. */
void weft_heap_put_(const weft_heap_ *heap, size_t count);

/* Moves the first of the `count` items of the heap to index count - 1. The items before that index
 * are then the heap. O(log n), n: `count`. */
void weft_heap_take_(const weft_heap_ *heap, size_t count);

/* ---- Over nodes: a pairing heap ----
 * Items of equal priority come out in the order in which they were added. `first` is the first
 * node; NULL: the heap is empty. `at` is the offset of the node in an item, in bytes. */

#define WEFT_QUEUE_NODE_NEXT_(node) (node)->next
WEFT_DEFINE_RING_(weft_node_ring, weft_queue_node, WEFT_QUEUE_NODE_NEXT_)

/* Adds a node. Returns the new first node. O(1). */
weft_queue_node *weft_heap_put_node_(weft_queue_node *first, weft_queue_node *node,
                                     weft_queue_before *before, size_t at);

/* Removes the first node. Returns the new first node; NULL: the heap is empty now. O(log n)
 * amortised, O(n) for one call, n: the nodes. */
weft_queue_node *weft_heap_take_node_(weft_queue_node *first, weft_queue_before *before, size_t at);

#ifdef __cplusplus
}
#endif
#endif
