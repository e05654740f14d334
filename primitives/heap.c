/* SPDX-License-Identifier: MIT */
#include "primitives/heap.h"

/* ---- Over an array ---- */

static unsigned char *item(const weft_heap_ *heap, size_t i)
{
    return (unsigned char *)heap->items + i * heap->size;
}

static void swap(const weft_heap_ *heap, size_t i, size_t j)
{
    unsigned char *const a = item(heap, i), *const b = item(heap, j);
    for (size_t k = 0; k < heap->size; k++) {
        const unsigned char byte = a[k];
        a[k] = b[k];
        b[k] = byte;
    }
}

static bool is_before(const weft_heap_ *heap, size_t i, size_t j)
{
    return heap->before(item(heap, i), item(heap, j));
}

/* Moves item i up while it comes before its parent. heapq calls this _siftdown. */
static void sift_up(const weft_heap_ *heap, size_t i)
{
    while (i && is_before(heap, i, (i - 1) / 2)) {
        swap(heap, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

/* Moves the first item down to a leaf, then up to its place. heapq calls this _siftup. */
static void sift_down(const weft_heap_ *heap, size_t count)
{
    size_t i = 0, child;
    while ((child = 2 * i + 1) < count) {
        if (child + 1 < count && !is_before(heap, child, child + 1))
            child++;
        swap(heap, i, child);
        i = child;
    }
    sift_up(heap, i);
}

void weft_heap_put_(const weft_heap_ *heap, size_t count)
{
    sift_up(heap, count);
}

void weft_heap_take_(const weft_heap_ *heap, size_t count)
{
    if (count < 2)
        return;
    swap(heap, 0, count - 1);
    sift_down(heap, count - 1);
}

/* ---- Over nodes ----
 * The nodes below a node are a ring, from the newest to the oldest. Everything below one of them is
 * older than everything below the nodes in front of it. So meld is always told which of two heaps
 * is older, and items of which none comes before the other keep their order. */

static const void *item_of(const weft_queue_node *node, size_t at)
{
    return (const char *)node - at;
}

static void add_below(weft_queue_node *upper, weft_queue_node *node, bool is_oldest)
{
    weft_node_ring_push_(&upper->below, node);
    if (is_oldest)
        upper->below = node;
}

/* Returns the first node of the two heaps together. */
static weft_queue_node *meld(weft_queue_node *older, weft_queue_node *newer,
                             weft_queue_before *before, size_t at)
{
    if (!before(item_of(newer, at), item_of(older, at))) {
        add_below(older, newer, false);
        return older;
    }
    add_below(newer, older, true);
    return newer;
}

/* The first node has no neighbours, but its `next` must not be NULL: it is in a queue. */
static weft_queue_node *as_first(weft_queue_node *node)
{
    node->next = node;
    return node;
}

weft_queue_node *weft_heap_put_node_(weft_queue_node *first, weft_queue_node *node,
                                     weft_queue_before *before, size_t at)
{
    node->below = NULL;
    return as_first(first ? meld(first, node, before, at) : node);
}

/* Melds each pair of neighbours. `node` is a list from the newest to the oldest, ended by NULL. The
 * result is a list from the oldest to the newest. */
static weft_queue_node *meld_pairs(weft_queue_node *node, weft_queue_before *before, size_t at)
{
    weft_queue_node *pairs = NULL;
    while (node) {
        weft_queue_node *const older = node->next;
        weft_queue_node *const rest = older ? older->next : NULL;
        weft_queue_node *const pair = older ? meld(older, node, before, at) : node;
        pair->next = pairs;
        pairs = pair;
        node = rest;
    }
    return pairs;
}

weft_queue_node *weft_heap_take_node_(weft_queue_node *first, weft_queue_before *before, size_t at)
{
    weft_queue_node *const last = first->below;
    if (!last)
        return NULL;
    weft_queue_node *node = last->next;
    last->next = NULL;
    weft_queue_node *heap = meld_pairs(node, before, at);
    for (node = heap->next; node;) {
        weft_queue_node *const rest = node->next;
        heap = meld(heap, node, before, at);
        node = rest;
    }
    return as_first(heap);
}

/* ---- Priority queues ---- */

void weft_queue_sort_array_(weft_queue_ *queue, void *items, size_t size, bool comes_in,
                            weft_queue_before *before)
{
    const weft_heap_ heap = {items, size, before};
    if (comes_in)
        weft_heap_put_(&heap, queue->size);
    else
        weft_heap_take_(&heap, queue->size);
}

void weft_queue_sort_nodes_(weft_queue_ *queue, void *node, size_t at, bool comes_in,
                            weft_queue_before *before)
{
    if (comes_in)
        queue->last = weft_heap_put_node_(queue->last, node, before, at);
    else
        queue->last = weft_heap_take_node_(queue->last, before, at);
}
