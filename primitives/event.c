#include "primitives/event.h"

static const weft_kind kind = {.name = "event"};

weft_signal weft_event_wait_(weft_event *event, weft_context *context)
{
    if (event->set)
        return (weft_signal){WEFT_GO_ON_};
    return weft_waiters_park_(&event->waiters, context, &kind);
}

void weft_event_leave_(weft_event *event, weft_context *context)
{
    weft_waiters_remove_(&event->waiters, context);
}

void weft_event_set(weft_event *event)
{
    if (event->set)
        return;
    event->set = true;
    weft_waiters_wake_all_(&event->waiters);
}

void weft_event_clear(weft_event *event)
{
    event->set = false;
}
