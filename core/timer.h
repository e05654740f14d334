/* SPDX-License-Identifier: MIT */
/* Timers: ordered by deadline, and timers of equal deadline by the order of arming. config.h
 * chooses between two forms, a radix heap (timer_heap.c) and a sorted list (timer_list.c).
 *
 * The radix heap has its timers in buckets. `reached` is the deadline that was popped last; no
 * timer has an earlier deadline. A timer's bucket has the number of the highest bit in which the
 * timer's deadline differs from `reached`. When the timer with the least deadline is due, that
 * deadline becomes `reached`. The other timers of its bucket then move to lower buckets. So a timer
 * moves at most once for each bucket.
 *
 * A new timer goes to the end of its bucket. If its deadline is the least one of the bucket, it
 * goes to the front. Timers of equal deadline always share a bucket, so they keep their order
 * without a number in each timer. The last bucket also takes every deadline that differs in a
 * higher bit. With microseconds, the timers of the last bucket are distributed anew at most once in
 * half a year.
 *
 * The first timer of a bucket has the least deadline of the bucket, until that timer is disarmed.
 * Then the bucket is searched once, when it has become the lowest bucket in use.
 *
 * In the heap, arming and disarming are O(1). Until a timer expires, it moves at most 46 times. A
 * search of a bucket is O(n), n: the timers in that bucket. A heap of pointers would need three
 * words and a number in each task. A timer wheel would need more memory in the loop.
 */
#ifndef WEFT_CORE_TIMER_H
#define WEFT_CORE_TIMER_H

#include "list.h"

#ifdef __cplusplus
extern "C" {
#endif

#if !WEFT_TIMER_LIST
enum { WEFT_BUCKETS_ = 46 };

/* The timers of a loop. All zero bytes: there are no timers. */
typedef struct weft_timers_ {
    weft_node_ *buckets[WEFT_BUCKETS_]; /* a list of timers for each bucket */
    uint64_t used;                      /* a bit for each bucket that is not empty */
    uint64_t unsorted;                  /* a bit for each bucket whose first may not be least */
    weft_deadline_type_ reached;        /* the deadline that was popped last */
    /* No timer is due before this time. A timer of exactly this time may not exist. */
    weft_deadline_type_ next;
#if WEFT_TIME_BITS < 64
    weft_deadline_type_ now; /* the last known time of the clock, which does not wrap here */
#endif
} weft_timers_;

#else

/* The timers of a loop. All zero bytes: there are no timers. */
typedef struct weft_timers_ {
    weft_node_ *first;   /* a list of timers, the one with the least deadline first */
#if WEFT_TIME_BITS < 64
    weft_node_ *forever; /* a list of timers that are never due */
#endif
} weft_timers_;

#endif

/* Returns true if a timer is armed. */
bool weft_has_timers_(const weft_timers_ *timers);

/* Arms a timer for `deadline`. `wait` is the timer, and must be in no list. `now` is the time. */
void weft_timers_arm_(weft_timers_ *timers, weft_wait_ *wait, weft_time deadline, weft_time now);

/* Arms a timer that is never due. */
void weft_timers_arm_forever_(weft_timers_ *timers, weft_wait_ *wait);

/* Disarms a timer, which must be armed. O(1). */
void weft_timers_disarm_(weft_timers_ *timers, weft_wait_ *wait);

/* Removes and returns the first timer that is due at `now`; NULL: no timer is due. */
weft_wait_ *weft_timers_pop_(weft_timers_ *timers, weft_time now);

/* Returns a time before which no timer is due, for a backend's sleep. That time may be too early.
 * It is neither 0 nor, unless no timer will ever be due, WEFT_FOREVER. */
weft_time weft_timers_next_(const weft_timers_ *timers);

#if WEFT_TIME_BITS < 64
/* Returns true if a timer may be due at `now`. If not, weft_timers_next_ is too early. */
bool weft_timers_may_be_due_(const weft_timers_ *timers, weft_time now);
#endif

/* Calls `visit` for the node of each timer. */
void weft_timers_visit_(const weft_timers_ *timers, void (*visit)(weft_node_ *node));

#ifdef __cplusplus
}
#endif
#endif
