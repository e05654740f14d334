#include "core/loop.h"

/* The watches of a loop are in the order in which they began; the first's `previous` is the
 * last. */

void weft_watch_list_(weft_loop *loop, weft_watch *watch)
{
    weft_watch *const first = loop->watches;
    watch->node.next = NULL;
    if (!first) {
        loop->watches = watch;
        loop->attention |= WEFT_HAS_IO_;
        watch->previous = &watch->node;
        return;
    }
    watch->previous = first->previous;
    first->previous->next = &watch->node;
    first->previous = &watch->node;
}

static void unlist(weft_loop *loop, weft_watch *watch)
{
    weft_watch *const first = loop->watches;
    weft_node_ *const next = watch->node.next;
    if (next)
        weft_wait_of_(next)->previous = watch->previous;
    else
        first->previous = watch->previous;
    if (watch != first)
        watch->previous->next = next;
    else if (!(loop->watches = next ? weft_wait_of_(next) : NULL))
        loop->attention &= (unsigned char)~WEFT_HAS_IO_;
}

void weft_watch_end_(weft_loop *loop, weft_watch *watch)
{
    loop->backend->unwatch(loop->backend, watch);
    unlist(loop, watch);
}
