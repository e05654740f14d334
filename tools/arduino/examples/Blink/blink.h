/* SPDX-License-Identifier: MIT */
#ifndef BLINK_H
#define BLINK_H

#include <stdint.h>

/* Starts two tasks that make the LEDs at these pins blink. */
void begin_blinking(uint8_t slow_pin, uint8_t fast_pin);

/* Runs what can run, or sleeps until the next interrupt. */
void go_on_blinking(void);

#endif
