#include "core/backend/virtual.h"

static weft_time virtual_now(weft_port *port)
{
    return WEFT_CONTAINER_(port, weft_virtual, port)->now;
}

static void virtual_sleep(weft_port *port, weft_time until)
{
    weft_virtual *const clock = WEFT_CONTAINER_(port, weft_virtual, port);
    if (until > clock->now)
        clock->now = until;
}

void weft_virtual_init(weft_virtual *port)
{
    *port = (weft_virtual){.port = {.now = virtual_now, .sleep = virtual_sleep}};
}
