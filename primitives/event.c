/* SPDX-License-Identifier: MIT */
#include "primitives/event.h"

WEFT_INFO_(info, .name = "event");

weft_step_ weft_event_wait_park_(weft_event *event, weft_context *context)
{
    return weft_waiters_park_(&event->waiters, context, WEFT_INFO_OF_(info));
}

void weft_event_wait_resume_(weft_event *event, weft_context *context)
{
    weft_waiters_resume_(&event->waiters, context);
}
