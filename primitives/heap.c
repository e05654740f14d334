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

/* heapq's _siftdown: up, while it comes before its parent. */
static void rise(const weft_heap_ *heap, size_t i)
{
    while (i && is_before(heap, i, (i - 1) / 2)) {
        swap(heap, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

/* heapq's _siftup: the lesser children up until a leaf is free, and from there up again. */
static void sink_and_rise(const weft_heap_ *heap, size_t count)
{
    size_t i = 0, child;
    while ((child = 2 * i + 1) < count) {
        if (child + 1 < count && !is_before(heap, child, child + 1))
            child++;
        swap(heap, i, child);
        i = child;
    }
    rise(heap, i);
}

void weft_heap_put_(const weft_heap_ *heap, size_t count)
{
    rise(heap, count);
}

void weft_heap_take_(const weft_heap_ *heap, size_t count)
{
    if (count < 2)
        return;
    swap(heap, 0, count - 1);
    sink_and_rise(heap, count - 1);
}

/* ---- Over nodes ----
 * The nodes below one are a ring, whose last is known: from those that came last to those that came
 * first. What is below one of them came before all that is below the ones to its left; so whoever
 * melds two heaps knows which came earlier, and equal items stay in order. */

static const void *item_of(const weft_queue_node *node, size_t at)
{
    return (const char *)node - at;
}

static void add_below(weft_queue_node *upper, weft_queue_node *node, bool came_first)
{
    weft_queue_node *const last = upper->below;
    node->next = last ? last->next : node;
    if (last)
        last->next = node;
    if (!last || came_first)
        upper->below = node;
}

static weft_queue_node *meld(weft_queue_node *earlier, weft_queue_node *later,
                             weft_queue_before *before, size_t at)
{
    if (!before(item_of(later, at), item_of(earlier, at))) {
        add_below(earlier, later, false);
        return earlier;
    }
    add_below(later, earlier, true);
    return later;
}

/* The first one has no neighbours; but `next` says that it is in a queue. */
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

/* Melds neighbours two by two. The result is a list, from those that came first. */
static weft_queue_node *meld_pairs(weft_queue_node *node, weft_queue_before *before, size_t at)
{
    weft_queue_node *pairs = NULL;
    while (node) {
        weft_queue_node *const earlier = node->next;
        weft_queue_node *const rest = earlier ? earlier->next : NULL;
        weft_queue_node *const pair = earlier ? meld(earlier, node, before, at) : node;
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
