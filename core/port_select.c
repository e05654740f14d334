#define _POSIX_C_SOURCE 200809L
#include "core/port.h"

#include <sys/select.h>
#include <time.h>

/* Some systems refuse longer timeouts than 31 days. */
#define LONGEST_SLEEP WEFT_SECONDS(24 * 60 * 60)

static weft_time select_now(weft_port *port)
{
    (void)port;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return WEFT_SECONDS(now.tv_sec) + (weft_time)now.tv_nsec / 1000;
}

static void select_sleep(weft_port *port, weft_time until)
{
    const weft_time now = select_now(port);
    if (until <= now)
        return;
    const weft_time rest = until - now < LONGEST_SLEEP ? until - now : LONGEST_SLEEP;
    struct timeval timeout;
    timeout.tv_sec = (time_t)(rest / WEFT_SECONDS(1));
    timeout.tv_usec = (suseconds_t)(rest % WEFT_SECONDS(1));
    /* EINTR, its one error without descriptors, ends the sleep early: the loop comes back. */
    (void)select(0, NULL, NULL, NULL, &timeout);
}

void weft_select_init(weft_select *port)
{
    port->port.now = select_now;
    port->port.sleep = select_sleep;
    port->port.resolution = 1;
}
