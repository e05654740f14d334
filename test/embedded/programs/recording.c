/* SPDX-License-Identifier: MIT */
/* Records the tasks of a small program on the virtual clock, and writes the recording to the UART;
 * if NATIVE is defined, to standard output. */
#ifdef NATIVE
#include <stdio.h>
#else
#include "machine.h"
#endif
#include <core/backend/virtual.h>
#include <core/inspect/recorder.h>
#include <primitives/event.h>
#include <primitives/group.h>
#include <primitives/lock.h>
#include <primitives/timeout.h>

/* The check defines these. */
#ifndef RECORDS
#define RECORDS 400
#define KEEP WEFT_KEEP_FIRST
#endif

#ifdef NATIVE
static void write_byte(char byte)
{
    putchar((unsigned char)byte);
}
#else
#define write_byte machine_put
#endif

static void write_bytes(const void *bytes, size_t size, void *to)
{
    const char *const byte = bytes;
    (void)to;
    for (size_t i = 0; i < size; i++)
        write_byte(byte[i]);
}

static const weft_error no_reply = {.text = "the sensor does not reply, so that is an error"};
static weft_lock bus;
static weft_event done;

WEFT_ASYNC(transfer, weft_time duration;)
{
    weft_with_lock(&bus)
        weft_sleep(self->duration);
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC_NAMED(sensor, name, const char *name; weft_time duration; bool fails;
                 struct transfer transfer;)
{
    weft_call(transfer, &self->transfer, .duration = self->duration);
    weft_sleep(0);
    if (self->fails)
        weft_raise(&no_reply);
    weft_event_set(&done);
}
WEFT_ASYNC_END

WEFT_ASYNC(watch)
{
    weft_event_wait(&done);
}
WEFT_ASYNC_END

typedef WEFT_TASK(sensor) sensor_task;

WEFT_ASYNC(station, weft_timeout limit; weft_group group; sensor_task sensors[3];
           WEFT_TASK(watch) watch; char names[3][8]; int round;)
{
    for (self->round = 0; self->round < 2; self->round++) {
        weft_try {
            weft_with_timeout(&self->limit, WEFT_MS(50)) {
                weft_with_group(&self->group) {
                    weft_group_create_eager_task(&self->group, watch, &self->watch);
                    for (int i = 0; i < 3; i++) {
                        self->names[i][0] = (char)('A' + i);
                        weft_group_create_task(
                            &self->group, sensor, &self->sensors[i], .name = self->names[i],
                            .duration = WEFT_MS(10 * (i + 1)), .fails = self->round && i);
                    }
                }
                weft_end;
            }
            weft_end;
        }
        weft_catch(&weft_any_error) {
            weft_event_clear(&done);
        }
        weft_end;
    }
}
WEFT_ASYNC_END

static WEFT_TASK(station) station_task;
static weft_virtual backend;
static weft_loop loop;
static weft_recorder recorder;
static weft_record records[RECORDS];

int main(void)
{
    weft_virtual_init(&backend);
    weft_loop_init(&loop, &backend.backend);
    weft_recorder_init(&recorder, records, RECORDS, KEEP);
    weft_set_observer(&loop, &recorder.observer);
    if (weft_run(&loop, station, &station_task))
        return 1;
    weft_recorder_write(&recorder, write_bytes, NULL);
    return 0;
}
