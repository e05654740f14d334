#include "core/loop.h"

/* The watches of a loop are in the order in which they began; the first's `previous` is the
 * last. */

void weft_list_watch_(weft_loop *loop, weft_watch *watch)
{
    weft_watch *const first = loop->watches;
    watch->node.next = NULL;
    if (!first) {
        loop->watches = watch;
        loop->attention |= WEFT_WATCHES_;
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
    weft_node *const next = watch->node.next;
    if (next)
        weft_wait_of_(next)->previous = watch->previous;
    else
        first->previous = watch->previous;
    if (watch != first)
        watch->previous->next = next;
    else if (!(loop->watches = next ? weft_wait_of_(next) : NULL))
        loop->attention &= (unsigned char)~WEFT_WATCHES_;
}

void weft_end_watch_(weft_loop *loop, weft_watch *watch)
{
    loop->port->unwatch(loop->port, watch);
    unlist(loop, watch);
}
