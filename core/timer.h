/* Timers, by deadline and then by the order of arming: a radix heap.
 *
 * A timer stands in the bucket of the highest bit in which its deadline differs from `reached`, the
 * deadline that was popped last; nothing is ever armed for earlier. When the lowest bucket in use
 * holds more than one deadline, its least one becomes `reached` and the rest moves to buckets
 * further down, so that each timer moves at most once a bucket. Buckets are first in, first out,
 * and equal deadlines are always in the same one: that keeps them in order, without a number for
 * it. The last bucket is for all that differs further up, 2 years and more: those are looked at
 * again every 2 years.
 *
 * The first of a bucket is its least, until it is disarmed: then the bucket is searched, once, when
 * its turn comes. So arming and disarming are O(1), and expiry O(bits) a timer, and O(bucket) for
 * one that was disarmed as the least of its bucket. A heap of pointers would need three of them and
 * a number in each task, a wheel more memory in the loop.
 */
#ifndef WEFT_CORE_TIMER_H
#define WEFT_CORE_TIMER_H

#include "ready.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { WEFT_BUCKETS_ = 48 };

/* The timers of a loop. All zero is none. */
typedef struct weft_timers_ {
    weft_node_ *buckets[WEFT_BUCKETS_]; /* the first's `previous` is the last */
    uint64_t used;                      /* a bit for each bucket that is not empty */
    uint64_t unsorted;                  /* ... whose first is perhaps not its least */
    weft_time reached;
    weft_time
        next; /* nothing is due before this (and perhaps not then: what was may be disarmed) */
} weft_timers_;

/* Arms `wait`, which is in no queue, for `deadline`, or for now if that has passed. */
void weft_timers_arm_(weft_timers_ *timers, weft_wait_ *wait, weft_time deadline);

/* Disarms a timer that is armed. */
void weft_timers_disarm_(weft_timers_ *timers, weft_wait_ *wait);

/* Takes one that is due at `now` out, NULL if there is none. Sets `next`. */
weft_wait_ *weft_timers_pop_(weft_timers_ *timers, weft_time now);

#ifdef __cplusplus
}
#endif
#endif
