/* SPDX-License-Identifier: MIT */
/* Event: a flag that tasks wait for. */
#ifndef WEFT_PRIMITIVES_EVENT_H
#define WEFT_PRIMITIVES_EVENT_H

#include "waiters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* asyncio.Event. An event of all zero bytes is not set. The program owns the event, and must not
 * move the event while a task waits for it. An event need not be destroyed. */
typedef struct weft_event {
    weft_waiters_ waiters;
    bool set;
} weft_event;

/* weft_event_wait(weft_event *event): `await event.wait()`. Waits until the event is set. If the
 * event is set already, the task does not wait. A task that was woken goes on even if the event is
 * cleared before the task runs. If the task is cancelled, raises weft_cancelled_error; there is no
 * other error. The macro evaluates `event` again when the task resumes. O(1). */
#define weft_event_wait(event)                                                                     \
    WEFT_WAIT_(weft_event_wait_begin_((event), weft_context_),                                     \
               weft_event_wait_resume_((event), weft_context_))

/* event.set(). Wakes all tasks that wait, in the order in which they came. O(n), n: the waiting
 * tasks. */
static inline void weft_event_set(weft_event *event)
{
    weft_check_context_();
    if (!event->set && event->waiters.first)
        weft_waiters_wake_all_(&event->waiters);
    event->set = true;
}

/* event.clear(). Makes the event not set. A task that weft_event_set has woken goes on, even if it
 * has not run yet. O(1). */
static inline void weft_event_clear(weft_event *event)
{
    weft_check_context_();
    event->set = false;
}

/* event.is_set(). Returns true if the event is set. O(1). */
static inline bool weft_event_is_set(const weft_event *event)
{
    return event->set;
}

/* ---- Private ---- */

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
