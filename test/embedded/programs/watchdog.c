/* SPDX-License-Identifier: MIT */
/* A task feeds the hardware's watchdog. Then another task does not give way, the watchdog is not
 * fed, and resets the machine. */
#include <core/task.h>
#include <primitives/event.h>

#include "clock.h"

enum { LIMIT_MS = 128, FEED_MS = 40, FEEDS = 20 };

static weft_event fed_enough;

WEFT_ASYNC(feed, unsigned fed;)
{
    machine_start_watchdog(LIMIT_MS);
    for (;;) {
        machine_feed_watchdog();
        if (++self->fed == FEEDS)
            weft_event_set(&fed_enough);
        weft_sleep(WEFT_MS(FEED_MS));
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(program, WEFT_TASK(feed) feed; volatile bool forever;)
{
    weft_create_task(feed, &self->feed);
    weft_event_wait(&fed_enough);
    machine_puts("stuck\n");
    self->forever = true;
    while (self->forever)
        continue;
}
WEFT_ASYNC_END

static weft_loop loop;
static WEFT_TASK(program) task;

int main(void)
{
    if (machine_was_reset_by_watchdog()) {
        machine_puts("reset by the watchdog\n");
        return 0;
    }
    weft_loop_init(&loop, start_clock());
    return weft_run(&loop, program, &task) ? 1 : 2;
}
