/* SPDX-License-Identifier: MIT */
#include "core/timer.h"

/* Returns the number of the highest bit that is set, from 1; 0 if none is. */
static unsigned bit_length(uint64_t bits)
{
    unsigned length = 0;
    for (unsigned step = 32; step; step /= 2) {
        if (bits >> step) {
            bits >>= step;
            length += step;
        }
    }
    return length + (bits != 0);
}

/* The last bucket takes every deadline that differs in a higher bit. */
static unsigned bucket_of(const weft_timers_ *timers, weft_time deadline)
{
    const unsigned length = bit_length(deadline ^ timers->reached);
    return length < WEFT_BUCKETS_ ? length : WEFT_BUCKETS_ - 1;
}

static weft_time deadline_of(weft_node_ *node)
{
    const weft_packed_time_ deadline = WEFT_CONTAINER_(node, weft_wait_, node)->deadline;
    return (weft_time)deadline.high << 32 | deadline.low;
}

static void put(weft_timers_ *timers, weft_node_ *node)
{
    const unsigned bucket = bucket_of(timers, deadline_of(node));
    const uint64_t bit = (uint64_t)1 << bucket;
    weft_node_ **const first = &timers->buckets[bucket];
    if (*first && !(timers->unsorted & bit) && deadline_of(node) < deadline_of(*first))
        weft_nodes_prepend_(first, node);
    else
        weft_nodes_append_(first, node);
    timers->used |= bit;
}

static void take(weft_timers_ *timers, unsigned bucket, weft_node_ *node)
{
    weft_nodes_remove_(&timers->buckets[bucket], node);
    if (!timers->buckets[bucket])
        timers->used &= ~((uint64_t)1 << bucket);
}

/* Moves the first timer of the least deadline to the front. */
static void sort(weft_timers_ *timers, unsigned bucket)
{
    timers->unsorted &= ~((uint64_t)1 << bucket);
    weft_node_ *least = timers->buckets[bucket];
    for (weft_node_ *node = least->next; node; node = node->next)
        if (deadline_of(node) < deadline_of(least))
            least = node;
    if (least == timers->buckets[bucket])
        return;
    take(timers, bucket, least);
    put(timers, least);
}

/* Moves the timers of the lowest bucket to lower buckets; those of its least deadline to bucket
 * 0. */
static void spread(weft_timers_ *timers, unsigned bucket)
{
    weft_node_ *node = timers->buckets[bucket];
    timers->reached = deadline_of(node);
    timers->buckets[bucket] = NULL;
    timers->used &= ~((uint64_t)1 << bucket);
    while (node) {
        weft_node_ *const next = node->next;
        put(timers, node);
        node = next;
    }
}

void weft_timers_arm_(weft_timers_ *timers, weft_wait_ *wait, weft_time deadline)
{
    if (deadline < timers->reached)
        deadline = timers->reached;
    if (!timers->used || deadline < timers->next)
        timers->next = deadline;
    wait->deadline.low = (uint32_t)deadline;
    wait->deadline.high = (uint32_t)(deadline >> 32);
    put(timers, &wait->node);
}

void weft_timers_disarm_(weft_timers_ *timers, weft_wait_ *wait)
{
    const unsigned bucket = bucket_of(timers, deadline_of(&wait->node));
    if (timers->buckets[bucket] == &wait->node)
        timers->unsorted |= (uint64_t)1 << bucket;
    take(timers, bucket, &wait->node);
    if (!timers->buckets[bucket])
        timers->unsorted &= ~((uint64_t)1 << bucket);
}

weft_wait_ *weft_timers_pop_(weft_timers_ *timers, weft_time now)
{
    if (!timers->used || now < timers->next)
        return NULL;
    const unsigned bucket = bit_length(timers->used & -timers->used) - 1; /* the lowest */
    if (timers->unsorted >> bucket & 1)
        sort(timers, bucket);
    timers->next = deadline_of(timers->buckets[bucket]);
    if (now < timers->next)
        return NULL;
    if (bucket > 0)
        spread(timers, bucket);
    weft_node_ *const due = timers->buckets[0];
    take(timers, 0, due);
    return WEFT_CONTAINER_(due, weft_wait_, node);
}
