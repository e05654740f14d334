/* SPDX-License-Identifier: MIT */
/* Stands in for core/backend/tickless.c. */
#include "backend.h"

#include "machine.h"
#include <core/threadsafe.h>

enum { PER_US = MACHINE_CLOCK_HZ / 1000000 };

static weft_time now(weft_backend *backend)
{
    static machine_count seen;
    static weft_time us;
    (void)backend;
    const machine_count counts = (machine_clock() - seen) / PER_US;
    seen += counts * PER_US;
    return us += counts;
}

static void sleep(weft_backend *backend, weft_time until)
{
    const weft_time time = now(backend);
    if (until <= time)
        return;
    const unsigned before = weft_disable_interrupts();
    if (!weft_has_been_called(backend->loop)) {
        const weft_time longest = MACHINE_ALARM_MAX / PER_US;
        machine_set_alarm((machine_count)(until - time < longest ? until - time : longest) *
                          PER_US);
        weft_wait_for_interrupt();
        machine_clear_alarm();
    }
    weft_restore_interrupts(before);
}

weft_backend *machine_backend(void)
{
    static weft_backend backend = {.now = now, .sleep = sleep, .resolution = 1};
    return &backend;
}
