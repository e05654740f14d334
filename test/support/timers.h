/* SPDX-License-Identifier: MIT */
/* What tests ask of a loop's timers. */
#ifndef TEST_TIMERS_H
#define TEST_TIMERS_H

#include "core/timer.h"

static inline bool has_timers(const weft_timers_ *timers)
{
    weft_time next;
    return weft_timers_next_(timers, &next);
}

static inline weft_time next_timer(const weft_timers_ *timers)
{
    weft_time next;
    (void)weft_timers_next_(timers, &next);
    return next;
}

#endif
