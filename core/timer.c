#include "core/timer.h"

/* The number of the highest bit that is set in `bits`, from 1; 0 if none is. */
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

/* The last bucket is for all that is further away, as if the bits there were one. */
static unsigned bucket_of(const weft_timers_ *timers, weft_time deadline)
{
    const weft_time differs = deadline ^ timers->reached;
    const unsigned length = bit_length(differs);
    return length < WEFT_BUCKETS_ ? length : WEFT_BUCKETS_ - 1;
}

static unsigned lowest_bucket(const weft_timers_ *timers)
{
    return bit_length(timers->used & -timers->used) - 1;
}

static weft_time deadline_of(weft_node_ *node)
{
    return weft_unpack_time_(weft_wait_of_(node)->deadline);
}

static void put(weft_timers_ *timers, weft_wait_ *wait)
{
    const unsigned bucket = bucket_of(timers, weft_unpack_time_(wait->deadline));
    weft_node_ *const node = &wait->node, *const first = timers->buckets[bucket];
    if (!first) {
        timers->used |= (uint64_t)1 << bucket;
        timers->buckets[bucket] = wait->previous = node;
        node->next = NULL;
        return;
    }
    weft_node_ *const last = weft_wait_of_(first)->previous;
    weft_wait_of_(first)->previous = node;
    wait->previous = last;
    const bool sorted = !(timers->unsorted >> bucket & 1);
    if (sorted && deadline_of(node) < deadline_of(first)) {
        timers->buckets[bucket] = node;
        node->next = first;
    } else {
        last->next = node;
        node->next = NULL;
    }
}

static void take(weft_timers_ *timers, unsigned bucket, weft_wait_ *wait)
{
    weft_node_ *const node = &wait->node, *const first = timers->buckets[bucket];
    if (node->next)
        weft_wait_of_(node->next)->previous = wait->previous;
    else
        weft_wait_of_(first)->previous = wait->previous;
    if (node == first)
        timers->buckets[bucket] = node->next;
    else
        wait->previous->next = node->next;
    if (!timers->buckets[bucket])
        timers->used &= ~((uint64_t)1 << bucket);
}

/* Moves the first one of the least deadline to the front. */
static void sort(weft_timers_ *timers, unsigned bucket)
{
    const uint64_t bit = (uint64_t)1 << bucket;
    if (!(timers->unsorted & bit))
        return;
    timers->unsorted &= ~bit;
    weft_node_ *least = timers->buckets[bucket];
    for (weft_node_ *node = least->next; node; node = node->next)
        if (deadline_of(node) < deadline_of(least))
            least = node;
    if (least == timers->buckets[bucket])
        return;
    take(timers, bucket, weft_wait_of_(least));
    put(timers, weft_wait_of_(least));
}

/* Moves what is in the lowest bucket to those below it, its least deadline to the very first. */
static void spread(weft_timers_ *timers, unsigned bucket)
{
    weft_node_ *node = timers->buckets[bucket];
    timers->reached = deadline_of(node);
    timers->buckets[bucket] = NULL;
    timers->used &= ~((uint64_t)1 << bucket);
    while (node) {
        weft_node_ *const next = node->next;
        put(timers, weft_wait_of_(node));
        node = next;
    }
}

void weft_timers_arm_(weft_timers_ *timers, weft_wait_ *wait, weft_time deadline)
{
    if (deadline < timers->reached)
        deadline = timers->reached;
    if (!timers->used || deadline < timers->next)
        timers->next = deadline;
    wait->deadline = weft_pack_time_(deadline);
    put(timers, wait);
}

void weft_timers_disarm_(weft_timers_ *timers, weft_wait_ *wait)
{
    const unsigned bucket = bucket_of(timers, weft_unpack_time_(wait->deadline));
    if (timers->buckets[bucket] == &wait->node)
        timers->unsorted |= (uint64_t)1 << bucket;
    take(timers, bucket, wait);
    if (!timers->buckets[bucket])
        timers->unsorted &= ~((uint64_t)1 << bucket);
}

weft_wait_ *weft_timers_pop_(weft_timers_ *timers, weft_time now)
{
    if (!timers->used || now < timers->next)
        return NULL;
    unsigned bucket = lowest_bucket(timers);
    sort(timers, bucket);
    timers->next = deadline_of(timers->buckets[bucket]);
    if (now < timers->next)
        return NULL;
    if (bucket > 0)
        spread(timers, bucket), bucket = 0;
    weft_wait_ *const due = weft_wait_of_(timers->buckets[0]);
    take(timers, 0, due);
    return due;
}
