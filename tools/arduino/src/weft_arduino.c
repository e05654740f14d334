/* SPDX-License-Identifier: MIT */
#include "weft_arduino.h"

#include <Arduino.h>
#include <avr/sleep.h>

/* By how many milliseconds millis() may be behind: the timer overflows each 1.024 ms, and one in 42
 * times millis() advances by 2. */
#define BEHIND_MS 2

#if WEFT_TIME_HZ % 1000
#error "weft: a millisecond must be a whole number of units of weft_time"
#endif

/* millis() becomes 0 again every 49 days. The loop looks at the clock more often than that, unless
 * no timer is armed. Then the clock may lose 49 days, which no timer notices. */
static weft_time arduino_now(weft_backend *backend)
{
    weft_arduino *const clock = WEFT_CONTAINER_(backend, weft_arduino, backend);
    const uint32_t now = millis(), passed = now - clock->seen;
    clock->seen = now;
    return clock->now += passed * WEFT_MS(1);
}

/* Interrupts stay off from the look at the loop until the processor sleeps. An interrupt that comes
 * in between is pending then, and ends the sleep at once. */
static void arduino_sleep(weft_backend *backend, weft_time until)
{
    if (!weft_time_left(until, arduino_now(backend)))
        return;
    const unsigned before = weft_disable_interrupts();
    if (!weft_has_been_called(backend->loop))
        weft_wait_for_interrupt();
    weft_restore_interrupts(before);
}

/* Does nothing: the interrupt that calls this function has ended the sleep. But with NULL, no run
 * would wait for a thread-safe call. */
static void arduino_wake(weft_backend *backend)
{
    (void)backend;
}

void weft_arduino_init(weft_arduino *backend)
{
    set_sleep_mode(SLEEP_MODE_IDLE);
    sleep_enable();
    *backend = (weft_arduino){.backend = {.now = arduino_now,
                                          .sleep = arduino_sleep,
                                          .resolution = WEFT_MS(BEHIND_MS),
                                          .wake = arduino_wake},
                              .seen = millis()};
}

void weft_arduino_run_once(weft_arduino *backend)
{
    arduino_sleep(&backend->backend, weft_next_run(backend->backend.loop));
    weft_run_once(backend->backend.loop);
}
