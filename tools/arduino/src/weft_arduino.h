/* SPDX-License-Identifier: MIT */
/* weft on an Arduino: the backend on millis().
 *
 * Coroutines must be in .c files of the sketch. The .ino file is C++: it can call weft's functions,
 * and it calls functions of those .c files that it declares as extern "C". The example Blink does
 * so.
 */
#ifndef WEFT_ARDUINO_H
#define WEFT_ARDUINO_H

#include "weft.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The backend's memory. It has no descriptors. An interrupt's handler may make thread-safe
 * calls. */
typedef struct weft_arduino {
    weft_backend backend;
    uint32_t seen; /* millis() at the last look at the clock */
    weft_time now; /* in units of weft_time */
} weft_arduino;

/* Initialises the backend. Its clock is millis(), extended to the width of weft_time. While no task
 * can run, the processor sleeps in the mode "idle" until the next interrupt; the timer of millis()
 * interrupts each millisecond. The program owns the backend, and must keep it until its loop is
 * closed. O(1). */
void weft_arduino_init(weft_arduino *backend);

/* Sleeps until the next interrupt if no task can run, and runs one tick of the backend's loop
 * otherwise. A sketch calls this function from loop(), and may do other things there. A sketch that
 * does nothing else can call weft_run instead. */
void weft_arduino_run_once(weft_arduino *backend);

#ifdef __cplusplus
}
#endif
#endif
