/* SPDX-License-Identifier: MIT */
/* Heaps: the two data structures by which priority queues order their items. One heap stores the
 * items in an array. The other one links nodes, which are members of the items. */
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

/* Adds an item to a heap of `count` items. The new item must stand at index `count` of the array,
 * after the items of the heap. O(log n), n: `count`. */
void weft_heap_put_(const weft_heap_ *heap, size_t count);

/* Removes the first of the heap's `count` items. Moves this item to index count - 1 of the array.
 * The count - 1 items before that index are then the heap. O(log n), n: `count`. */
void weft_heap_take_(const weft_heap_ *heap, size_t count);

/* ---- Over nodes: a pairing heap ----
 * Items of equal priority come out in the order in which they were added. In the functions below,
 * `first` is the node of the item that comes out first; NULL: the heap is empty. `at` is the offset
 * of the node in an item, in bytes. */

#define WEFT_QUEUE_NODE_NEXT_(node) (node)->next
WEFT_DEFINE_RING_(weft_node_ring, weft_queue_node, WEFT_QUEUE_NODE_NEXT_)

/* Adds `node` to the heap. Returns the node that is the first one now. O(1). */
weft_queue_node *weft_heap_put_node_(weft_queue_node *first, weft_queue_node *node,
                                     weft_queue_before *before, size_t at);

/* Removes the first node. Returns the node that is the first one now; NULL: the heap is empty. One
 * call costs up to O(n), but on average over many calls O(log n), n: the nodes. */
weft_queue_node *weft_heap_take_node_(weft_queue_node *first, weft_queue_before *before, size_t at);

#ifdef __cplusplus
}
#endif
#endif
