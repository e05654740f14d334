/* SPDX-License-Identifier: MIT */
#include "core/timer.h"

#if !WEFT_TIMER_LIST

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
static unsigned bucket_of(const weft_timers_ *timers, weft_deadline_type_ deadline)
{
    const unsigned length = bit_length(deadline ^ timers->reached);
    return length < WEFT_BUCKETS_ ? length : WEFT_BUCKETS_ - 1;
}

static weft_deadline_type_ deadline_of(weft_node_ *node)
{
    return weft_unpack_time_(weft_wait_of_(node)->deadline);
}

static void put(weft_timers_ *timers, weft_node_ *node)
{
    const unsigned bucket = bucket_of(timers, deadline_of(node));
    const uint64_t bit = (uint64_t)1 << bucket;
    weft_node_ **const first = &timers->buckets[bucket];
    if (*first && !(timers->unsorted & bit) && deadline_of(node) < deadline_of(*first))
        weft_nodes_insert_(first, node, NULL);
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

static void arm(weft_timers_ *timers, weft_wait_ *wait, weft_deadline_type_ deadline)
{
    if (deadline < timers->reached)
        deadline = timers->reached;
    if (!timers->used || deadline < timers->next)
        timers->next = deadline;
    wait->deadline = weft_pack_time_(deadline);
    put(timers, &wait->node);
}

#if WEFT_TIME_BITS == 64
void weft_timers_arm_(weft_timers_ *timers, weft_wait_ *wait, weft_time deadline, weft_time now)
{
    (void)now;
    arm(timers, wait, deadline);
}
#else
/* Returns `now` as a time that does not wrap. */
static weft_deadline_type_ unwrapped(const weft_timers_ *timers, weft_time now)
{
    return timers->now + weft_wrap_(now - (weft_time)timers->now);
}

void weft_timers_arm_(weft_timers_ *timers, weft_wait_ *wait, weft_time deadline, weft_time now)
{
    const weft_past_ delay = (weft_past_)(deadline - now);
    timers->now = unwrapped(timers, now);
    const int64_t when = (int64_t)timers->now + delay;
    arm(timers, wait, when < 0 ? 0 : (weft_deadline_type_)when);
}
#endif

void weft_timers_arm_forever_(weft_timers_ *timers, weft_wait_ *wait)
{
    arm(timers, wait, INT64_MAX);
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

static weft_wait_ *pop(weft_timers_ *timers, weft_deadline_type_ now)
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
    return weft_wait_of_(due);
}

#if WEFT_TIME_BITS == 64
weft_wait_ *weft_timers_pop_(weft_timers_ *timers, weft_time now)
{
    return pop(timers, now);
}

weft_time weft_timers_next_(const weft_timers_ *timers)
{
    return timers->used ? timers->next : WEFT_FOREVER;
}
#else
weft_wait_ *weft_timers_pop_(weft_timers_ *timers, weft_time now)
{
    timers->now = unwrapped(timers, now);
    return pop(timers, timers->now);
}

bool weft_timers_may_be_due_(const weft_timers_ *timers, weft_time now)
{
    return timers->used && unwrapped(timers, now) >= timers->next;
}

weft_time weft_timers_next_(const weft_timers_ *timers)
{
    if (!timers->used || timers->next == INT64_MAX)
        return WEFT_FOREVER;
    const weft_time next = weft_wrap_((weft_time)timers->next);
    return !next || next == WEFT_FOREVER ? weft_wrap_(next - 1) : next; /* the two mean more */
}
#endif

void weft_timers_visit_(const weft_timers_ *timers, void (*visit)(weft_node_ *node))
{
    for (size_t i = 0; i < WEFT_BUCKETS_; i++)
        for (weft_node_ *node = timers->buckets[i]; node; node = node->next)
            visit(node);
}

#else
typedef int weft_timers_are_no_heap_; /* C has no empty files */
#endif
