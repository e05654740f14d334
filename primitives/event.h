/* Event: something that has happened, or has not yet. */
#ifndef WEFT_PRIMITIVES_EVENT_H
#define WEFT_PRIMITIVES_EVENT_H

#include "waiters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.Event. All zero is one that is not set; it belongs to the program, and has nothing to
 * clean up. */
typedef struct weft_event {
    weft_waiters_ waiters;
    bool set;
} weft_event;

/* weft_event_wait(weft_event *event): `await event.wait()`. Goes on at once if it is set, else when
 * it is; who has been woken goes on even if it is cleared before its turn. Raises nothing but a
 * cancellation. `event` is evaluated again when the task is resumed. O(1). */
#define weft_event_wait(event)                                                                     \
    WEFT_WAIT_RESUME_(weft_event_wait_begin_((event), weft_context_),                              \
                      weft_event_wait_resume_((event), weft_context_))

/* event.set(): wakes all who wait, in the order in which they came. O(those who wait). */
static inline void weft_event_set(weft_event *event)
{
    if (!event->set && event->waiters.first)
        weft_waiters_wake_all_(&event->waiters);
    event->set = true;
}

/* event.clear(). Who has been woken goes on all the same. O(1). */
static inline void weft_event_clear(weft_event *event)
{
    event->set = false;
}

/* event.is_set(). O(1). */
static inline bool weft_event_is_set(const weft_event *event)
{
    return event->set;
}

weft_step_ weft_event_wait_park_(weft_event *event, weft_context *context);
static inline weft_step_ weft_event_wait_begin_(weft_event *event, weft_context *context)
{
    const weft_step_ go_on = {WEFT_GO_ON_};
    return event->set ? go_on : weft_event_wait_park_(event, context);
}
void weft_event_wait_resume_(weft_event *event, weft_context *context);

#ifdef __cplusplus
}
#endif
#endif
