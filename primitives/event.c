#include "primitives/event.h"

static const weft_kind kind = {.name = "event"};

weft_signal weft_event_park_(weft_event *event, weft_context *context)
{
    return weft_waiters_park_(&event->waiters, context, &kind);
}

void weft_event_leave_(weft_event *event, weft_context *context)
{
    weft_waiters_remove_(&event->waiters, context);
}
