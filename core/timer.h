/* SPDX-License-Identifier: MIT */
/* Timers: a loop's store of deadlines. The timer with the least deadline is popped first. Timers
 * with equal deadlines are popped in the order in which they were armed. The choice WEFT_TIMER_LIST
 * (config.h) selects a radix heap (timer_heap.c) or a sorted list (timer_list.c).
 *
 * The radix heap keeps its timers in numbered buckets; a bucket is a list of timers. The heap's
 * member `reached` is the deadline that was popped last. No timer in the heap has an earlier
 * deadline. The number of a timer's bucket is the position, from 1, of the highest bit in which the
 * timer's deadline differs from `reached`. If the two are equal, the timer is in bucket 0. When the
 * timer with the least deadline is popped, the heap stores that deadline in `reached`. The other
 * timers of that timer's bucket then move to lower buckets. So a timer enters each bucket at most
 * once.
 *
 * The heap appends a new timer to the end of its bucket. But if the timer has an earlier deadline
 * than all others in the bucket, the heap puts the timer at the front. Timers with equal deadlines
 * are always in one bucket. So these timers keep their order, and a timer need not store a number
 * for its order. The last bucket also takes every deadline that differs from `reached` in a bit
 * above bit 45. If the unit is a microsecond, the heap distributes the timers of the last bucket
 * anew at most once in half a year.
 *
 * The first timer of a bucket has the least deadline of the bucket, until this first timer is
 * disarmed. After that, the heap searches the bucket once for its least deadline. The heap does so
 * when the bucket is the lowest one in use.
 *
 * In the radix heap, arming and disarming a timer cost O(1). Until a timer expires, the heap moves
 * the timer at most 46 times. A search of a bucket costs O(n), n: the timers in that bucket. An
 * ordinary heap that is linked by pointers would need three pointers and a number in each task. A
 * timer wheel would need more memory in the loop.
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
    weft_node_ *buckets[WEFT_BUCKETS_]; /* for each bucket, a list of timers */
    uint64_t pending;                   /* bit i is 1: bucket i is not empty; 0: no timers */
    /* bit i is 1: the first timer of bucket i may not have the least deadline of that bucket */
    uint64_t unsorted;
    weft_deadline_type_ reached; /* the deadline of the timer that was popped last */
    /* A time before which no timer is due. The earliest deadline may be later than `next`. */
    weft_deadline_type_ next;
#if WEFT_TIME_BITS < 64
    /* The clock's time when the heap last used it, in 64 bits, so that it does not wrap. */
    weft_deadline_type_ now;
#endif
} weft_timers_;

#else

/* The timers of a loop. All zero bytes: there are no timers. */
typedef struct weft_timers_ {
    weft_node_ *pending; /* a list of timers; the first one has the least deadline */
#if WEFT_TIME_BITS < 64
    weft_node_ *forever; /* a list of the timers that are never due */
#endif
} weft_timers_;

#endif

/* Arms the timer `wait` for `deadline`. `wait` must be in no list. `now` is the present time. */
void weft_timers_arm_(weft_timers_ *timers, weft_wait_ *wait, weft_time deadline, weft_time now);

/* Arms a timer that is never due. */
void weft_timers_arm_forever_(weft_timers_ *timers, weft_wait_ *wait);

/* Disarms a timer, which must be armed. O(1). */
void weft_timers_disarm_(weft_timers_ *timers, weft_wait_ *wait);

/* Removes the first timer that is due at `now`, and returns it. Returns NULL if no timer is due. */
weft_wait_ *weft_timers_pop_(weft_timers_ *timers, weft_time now);

/* Returns true if a timer is armed. Stores in *next the time until which a backend may sleep: no
 * timer is due before that time, which may be earlier than the earliest deadline. Stores
 * WEFT_FOREVER only if no timer will ever be due. */
bool weft_timers_next_(const weft_timers_ *timers, weft_time *next);

/* Returns how long it takes from `now` until the timer is due; WEFT_FOREVER: it is never due.
 * `wait` must be armed. */
weft_time weft_timers_left_(const weft_timers_ *timers, weft_wait_ *wait, weft_time now);

#if WEFT_TIME_BITS < 64
/* Returns true if a timer may be due at `now`. If the result is false, no timer is due, even if
 * weft_timers_next_ returns `now`, because that clock wraps. */
bool weft_timers_may_be_due_(const weft_timers_ *timers, weft_time now);
#endif

/* Calls visit(node) for each timer. `node` is the member by which the timer is linked into a
 * list. */
void weft_timers_visit_(const weft_timers_ *timers, void (*visit)(weft_node_ *node));

#ifdef __cplusplus
}
#endif
#endif
