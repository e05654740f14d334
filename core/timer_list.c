/* SPDX-License-Identifier: MIT */
#include "core/timer.h"

#if WEFT_TIMER_LIST

static weft_time deadline_of(weft_node_ *node)
{
#if WEFT_TIME_BITS == 64
    const weft_packed_time_ packed = weft_wait_of_(node)->deadline;
    return (weft_time)packed.high << 32 | packed.low;
#else
    return weft_wait_of_(node)->deadline;
#endif
}

/* Returns true if `time` is later than `other`. On a clock that wraps, both are compared by their
 * distance from `now`, because a timer may be overdue. */
static bool is_later(weft_time time, weft_time other, weft_time now)
{
#if WEFT_TIME_BITS == 64
    (void)now;
    return time > other;
#else
    return (weft_past_)(time - now) > (weft_past_)(other - now);
#endif
}

/* Searches from the end, since most timers are due later than those that are armed already. */
void weft_timers_arm_(weft_timers_ *timers, weft_wait_ *wait, weft_time deadline, weft_time now)
{
    weft_node_ *const first = timers->pending, *const node = &wait->node;
#if WEFT_TIME_BITS == 64
    wait->deadline = (weft_packed_time_){(uint32_t)deadline, (uint32_t)(deadline >> 32)};
#else
    wait->deadline = weft_wrap_(deadline);
#endif
    weft_node_ *before = first ? weft_wait_of_(first)->previous : NULL;
    while (before && is_later(deadline_of(before), deadline, now))
        before = before == first ? NULL : weft_wait_of_(before)->previous;
    weft_nodes_insert_(&timers->pending, node, before);
}

#if WEFT_TIME_BITS == 64
void weft_timers_arm_forever_(weft_timers_ *timers, weft_wait_ *wait)
{
    weft_timers_arm_(timers, wait, WEFT_FOREVER, 0);
}

void weft_timers_disarm_(weft_timers_ *timers, weft_wait_ *wait)
{
    weft_nodes_remove_(&timers->pending, &wait->node);
}
#else
void weft_timers_arm_forever_(weft_timers_ *timers, weft_wait_ *wait)
{
    weft_nodes_append_(&timers->forever, &wait->node);
}

/* Only at the two ends of its list does the removal of a timer change more than its neighbours. */
void weft_timers_disarm_(weft_timers_ *timers, weft_wait_ *wait)
{
    weft_node_ *const forever = timers->forever;
    const bool is_end =
        forever && (&wait->node == forever || &wait->node == weft_wait_of_(forever)->previous);
    weft_nodes_remove_(is_end ? &timers->forever : &timers->pending, &wait->node);
}
#endif

weft_time weft_timers_left_(const weft_timers_ *timers, weft_wait_ *wait, weft_time now)
{
#if WEFT_TIME_BITS == 64
    (void)timers;
    const weft_time deadline = deadline_of(&wait->node);
    if (deadline == WEFT_FOREVER)
        return WEFT_FOREVER;
#else
    for (weft_node_ *node = timers->forever; node; node = node->next)
        if (node == &wait->node)
            return WEFT_FOREVER;
    const weft_time deadline = deadline_of(&wait->node);
#endif
    return weft_has_passed(deadline, now) ? 0 : weft_wrap_(deadline - now);
}

weft_wait_ *weft_timers_pop_(weft_timers_ *timers, weft_time now)
{
    weft_node_ *const first = timers->pending;
    if (!first || !weft_has_passed(deadline_of(first), now))
        return NULL;
    weft_nodes_remove_(&timers->pending, first);
    return weft_wait_of_(first);
}

bool weft_timers_next_(const weft_timers_ *timers, weft_time *next)
{
    weft_node_ *first = timers->pending;
    weft_time time = WEFT_FOREVER;
    if (first) {
        time = deadline_of(first);
#if WEFT_TIME_BITS < 64
        if (!time || time == WEFT_FOREVER) /* the two mean more */
            time = weft_wrap_(time - 1);
    } else {
        first = timers->forever;
#endif
    }
    *next = time;
    return first;
}

#if WEFT_TIME_BITS < 64
bool weft_timers_may_be_due_(const weft_timers_ *timers, weft_time now)
{
    return timers->pending && weft_has_passed(deadline_of(timers->pending), now);
}
#endif

static void visit_list(weft_node_ *node, void (*visit)(weft_node_ *node))
{
    for (; node; node = node->next)
        visit(node);
}

void weft_timers_visit_(const weft_timers_ *timers, void (*visit)(weft_node_ *node))
{
    visit_list(timers->pending, visit);
#if WEFT_TIME_BITS < 64
    visit_list(timers->forever, visit);
#endif
}

#else
typedef int weft_timers_are_no_list_; /* C has no empty files */
#endif
