/* SPDX-License-Identifier: MIT */
#include "blink.h"

#include <Arduino.h>
#include <weft_arduino.h>

WEFT_ASYNC(blink, uint8_t pin; uint16_t milliseconds;)
{
    pinMode(self->pin, OUTPUT);
    for (;;) {
        digitalWrite(self->pin, HIGH);
        weft_sleep(WEFT_MS(self->milliseconds));
        digitalWrite(self->pin, LOW);
        weft_sleep(WEFT_MS(self->milliseconds));
    }
}
WEFT_ASYNC_END

static weft_arduino board;
static weft_loop tasks;
static WEFT_TASK(blink) slow, fast;

void begin_blinking(uint8_t slow_pin, uint8_t fast_pin)
{
    weft_arduino_init(&board);
    weft_loop_init(&tasks, &board.backend);
    weft_loop_create_task(&tasks, blink, &slow, .pin = slow_pin, .milliseconds = 500);
    weft_loop_create_task(&tasks, blink, &fast, .pin = fast_pin, .milliseconds = 150);
}

void go_on_blinking(void)
{
    weft_arduino_run_once(&board);
}
