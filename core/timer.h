/* SPDX-License-Identifier: MIT */
/* Timers: a radix heap, ordered by deadline and then by the order of arming.
 *
 * `reached` is the deadline that was popped last; no timer has an earlier deadline. The timers are
 * in buckets. A timer's bucket has the number of the highest bit in which the timer's deadline
 * differs from `reached`. When the timer with the least deadline is due, that deadline becomes
 * `reached`. The other timers of its bucket then move to lower buckets. So a timer moves at most
 * once for each bucket.
 *
 * A new timer goes to the end of its bucket. If its deadline is the least one of the bucket, it
 * goes to the front. Timers of equal deadline always share a bucket, so they keep their order
 * without a number in each timer. The last bucket also takes every deadline that differs in a
 * higher bit. The timers of the last bucket are distributed anew at most once in 2 years.
 *
 * The first timer of a bucket has the least deadline of the bucket, until that timer is disarmed.
 * Then the bucket is searched once, when it has become the lowest bucket in use.
 *
 * Arming and disarming are O(1). Until a timer expires, it moves at most 48 times. A search of a
 * bucket is O(n), n: the timers in that bucket. A heap of pointers would need three words and a
 * number in each task. A timer wheel would need more memory in the loop.
 */
#ifndef WEFT_CORE_TIMER_H
#define WEFT_CORE_TIMER_H

#include "list.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { WEFT_BUCKETS_ = 48 };

/* The timers of a loop. All zero bytes: there are no timers. */
typedef struct weft_timers_ {
    weft_node_ *buckets[WEFT_BUCKETS_]; /* a list of timers for each bucket */
    uint64_t used;                      /* a bit for each bucket that is not empty */
    uint64_t unsorted;                  /* a bit for each bucket whose first may not be least */
    weft_time reached;                  /* the deadline that was popped last */
    weft_time next; /* no timer is due before this time; a timer of this time may not exist */
} weft_timers_;

/* Arms a timer for `deadline`, or for `reached` if that is later. `wait` is the timer, and must be
 * in no list. O(1). */
void weft_timers_arm_(weft_timers_ *timers, weft_wait_ *wait, weft_time deadline);

/* Disarms a timer, which must be armed. O(1). */
void weft_timers_disarm_(weft_timers_ *timers, weft_wait_ *wait);

/* Removes and returns the first timer that is due at `now`; NULL: no timer is due. Updates
 * `next`. */
weft_wait_ *weft_timers_pop_(weft_timers_ *timers, weft_time now);

#ifdef __cplusplus
}
#endif
#endif
