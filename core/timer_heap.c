/* SPDX-License-Identifier: MIT */
#include "core/timer.h"

#if !WEFT_TIMER_LIST

/* Returns the number of the highest bit that is set, from 1; 0 if none is. But the last bucket
 * takes every deadline that differs in a higher bit. */
static unsigned bucket_of(uint64_t difference)
{
#if defined(__GNUC__) && !defined(__OPTIMIZE_SIZE__)
    const unsigned length = difference ? 64 - (unsigned)__builtin_clzll(difference) : 0;
#else
    unsigned length = 0;
    for (unsigned step = 32; step; step /= 2) {
        if (difference >> step) {
            difference >>= step;
            length += step;
        }
    }
    length += difference != 0;
#endif
    return length < WEFT_BUCKETS_ ? length : WEFT_BUCKETS_ - 1;
}

static weft_deadline_type_ deadline_of(weft_node_ *node)
{
    const weft_packed_time_ deadline = weft_wait_of_(node)->deadline;
    return (weft_deadline_type_)deadline.high << 32 | deadline.low;
}

/* Puts a timer into its bucket. A deadline that has passed counts as `reached`. */
static void put(weft_timers_ *timers, weft_wait_ *wait, weft_deadline_type_ deadline)
{
    if (deadline < timers->reached)
        deadline = timers->reached;
    if (!timers->pending || deadline < timers->next)
        timers->next = deadline;
    wait->deadline = (weft_packed_time_){(uint32_t)deadline, (uint32_t)(deadline >> 32)};
    const unsigned bucket = bucket_of(deadline ^ timers->reached);
    const uint64_t bit = (uint64_t)1 << bucket;
    weft_node_ **const first = &timers->buckets[bucket];
    if (*first && !(timers->unsorted & bit) && deadline < deadline_of(*first))
        weft_nodes_insert_(first, &wait->node, NULL);
    else
        weft_nodes_append_(first, &wait->node);
    timers->pending |= bit;
}

static void take(weft_timers_ *timers, unsigned bucket, weft_node_ *node)
{
    weft_nodes_remove_(&timers->buckets[bucket], node);
    if (!timers->buckets[bucket])
        timers->pending &= ~((uint64_t)1 << bucket);
}

/* Moves the first timer of the least deadline to the front. */
WEFT_APART_ static void sort(weft_timers_ *timers, unsigned bucket)
{
    timers->unsorted &= ~((uint64_t)1 << bucket);
    weft_node_ *least = timers->buckets[bucket];
    for (weft_node_ *node = least->next; node; node = node->next)
        if (deadline_of(node) < deadline_of(least))
            least = node;
    if (least == timers->buckets[bucket])
        return;
    take(timers, bucket, least);
    put(timers, weft_wait_of_(least), deadline_of(least));
}

#if WEFT_TIME_BITS < 64
/* Returns `now` as a time that does not wrap. */
static weft_deadline_type_ unwrapped(const weft_timers_ *timers, weft_time now)
{
    return timers->now + weft_wrap_(now - (weft_time)timers->now);
}
#endif

void weft_timers_arm_(weft_timers_ *timers, weft_wait_ *wait, weft_time when, weft_time now)
{
    weft_deadline_type_ deadline = when;
#if WEFT_TIME_BITS < 64
    const weft_past_ delay = (weft_past_)(when - now);
    timers->now = unwrapped(timers, now);
    const int64_t unwrapped_when = (int64_t)timers->now + delay;
    deadline = unwrapped_when < 0 ? 0 : (weft_deadline_type_)unwrapped_when;
#else
    (void)now;
#endif
    put(timers, wait, deadline);
}

void weft_timers_arm_forever_(weft_timers_ *timers, weft_wait_ *wait)
{
    put(timers, wait, INT64_MAX);
}

weft_time weft_timers_left_(const weft_timers_ *timers, weft_wait_ *wait, weft_time now)
{
    const weft_deadline_type_ deadline = deadline_of(&wait->node);
    weft_deadline_type_ from = now;
    (void)timers;
#if WEFT_TIME_BITS < 64
    from = unwrapped(timers, now);
#endif
    if (deadline == INT64_MAX)
        return WEFT_FOREVER;
    return deadline > from ? (weft_time)(deadline - from) : 0;
}

void weft_timers_disarm_(weft_timers_ *timers, weft_wait_ *wait)
{
    const unsigned bucket = bucket_of(deadline_of(&wait->node) ^ timers->reached);
    if (timers->buckets[bucket] == &wait->node)
        timers->unsorted |= (uint64_t)1 << bucket;
    take(timers, bucket, &wait->node);
    if (!timers->buckets[bucket])
        timers->unsorted &= ~((uint64_t)1 << bucket);
}

/* Puts `node` and the timers behind it in a list into their buckets. */
WEFT_APART_ static void put_all(weft_timers_ *timers, weft_node_ *node)
{
    for (weft_node_ *next; node; node = next) {
        next = node->next;
        put(timers, weft_wait_of_(node), deadline_of(node));
    }
}

/* Takes the first timer out. If its bucket is not bucket 0, moves the others of that bucket to
 * lower ones, those of the same deadline to bucket 0. */
weft_wait_ *weft_timers_pop_(weft_timers_ *timers, weft_time time)
{
    weft_deadline_type_ now = time;
#if WEFT_TIME_BITS < 64
    now = timers->now = unwrapped(timers, time);
#endif
    if (!timers->pending || WEFT_LIKELY_(now < timers->next))
        return NULL;
    const unsigned bucket =
        bucket_of((timers->pending & -timers->pending) - 1); /* the lowest in use */
    if (timers->unsorted >> bucket & 1)
        sort(timers, bucket);
    weft_node_ *const due = timers->buckets[bucket];
    timers->next = deadline_of(due);
    if (now < timers->next)
        return NULL;
    if (bucket == 0) {
        take(timers, 0, due);
    } else {
        timers->reached = timers->next;
        timers->buckets[bucket] = NULL;
        timers->pending &= ~((uint64_t)1 << bucket);
        if (due->next)
            put_all(timers, due->next);
    }
    return weft_wait_of_(due);
}

#if WEFT_TIME_BITS < 64
bool weft_timers_may_be_due_(const weft_timers_ *timers, weft_time now)
{
    return timers->pending && unwrapped(timers, now) >= timers->next;
}
#endif

bool weft_timers_next_(const weft_timers_ *timers, weft_time *next)
{
#if WEFT_TIME_BITS == 64
    *next = timers->pending ? timers->next : WEFT_FOREVER;
#else
    *next = WEFT_FOREVER;
    if (timers->pending && timers->next != INT64_MAX) {
        *next = weft_wrap_((weft_time)timers->next);
        if (!*next || *next == WEFT_FOREVER) /* the two mean more */
            *next = weft_wrap_(*next - 1);
    }
#endif
    return timers->pending;
}

void weft_timers_visit_(const weft_timers_ *timers, void (*visit)(weft_node_ *node))
{
    for (size_t i = 0; i < WEFT_BUCKETS_; i++)
        for (weft_node_ *node = timers->buckets[i]; node; node = node->next)
            visit(node);
}

#else
typedef int weft_timers_are_no_heap_; /* C has no empty files */
#endif
