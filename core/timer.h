/* Timers, by deadline and then by the order of arming: a radix heap.
 *
 * `reached` is the deadline that was popped last; nothing is armed for an earlier time. A timer
 * stands in the bucket of the highest bit in which its deadline differs from `reached`. When the
 * lowest bucket in use holds more than one deadline, its least deadline becomes `reached`, and the
 * other timers of the bucket move to lower buckets. So a timer moves at most once a bucket. Buckets
 * are first in, first out, and timers of one deadline always share a bucket, so they keep their
 * order without a number. The last bucket takes every deadline that differs in a higher bit still:
 * these are more than 2 years away, and are sorted again every 2 years.
 *
 * The first timer of a bucket is its least one, until that is disarmed. Then the bucket is searched
 * once, when it becomes the lowest one.
 *
 * Cost: to arm and disarm O(1); to expire O(bits) for each timer, and O(bucket) for a bucket whose
 * least timer was disarmed. A heap of pointers would need three words and a number in each task; a
 * wheel more memory in the loop.
 */
#ifndef WEFT_CORE_TIMER_H
#define WEFT_CORE_TIMER_H

#include "list.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { WEFT_BUCKETS_ = 48 };

/* The timers of a loop. All zero is none. */
typedef struct weft_timers_ {
    weft_node_ *buckets[WEFT_BUCKETS_]; /* lists of nodes */
    uint64_t used;                      /* a bit for each bucket that is not empty */
    uint64_t unsorted;                  /* a bit for each bucket whose first may not be its least */
    weft_time reached;                  /* the deadline that was popped last */
    weft_time next; /* no timer is due before it; the timer it came from may be disarmed */
} weft_timers_;

/* Arms a timer for `deadline`, or for `reached` if that is later. `wait` must be in no list.
 * O(1). */
void weft_timers_arm_(weft_timers_ *timers, weft_wait_ *wait, weft_time deadline);

/* Disarms a timer, which must be armed. O(1). */
void weft_timers_disarm_(weft_timers_ *timers, weft_wait_ *wait);

/* Removes and returns the first timer that is due at `now`, NULL if there is none. Sets `next`. */
weft_wait_ *weft_timers_pop_(weft_timers_ *timers, weft_time now);

#ifdef __cplusplus
}
#endif
#endif
