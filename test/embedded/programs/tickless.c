/* SPDX-License-Identifier: MIT */
/* How often a tickless machine wakes in an hour: never while no timer is armed; and with one timer
 * an hour away, once for each range of the hardware's timer, and once more. */
#include <primitives/byte_ring.h>

#include "clock.h"

#if WEFT_TIME_BITS == 16 || (WEFT_TIME_BITS == 32 && WEFT_TIME_HZ > 500000)
enum { LONG_S = 20 }; /* half the range of 16 bits of 1 ms is 32 s */
#else
enum { LONG_S = 3600 };
#endif

static weft_byte_ring received;
static weft_loop loop;
static weft_backend *backend;
static void (*real_sleep)(weft_backend *of, weft_time until);
static unsigned long sleeps, alarms;

static void count_sleep(weft_backend *of, weft_time until)
{
    sleeps++;
    real_sleep(of, until);
}

void machine_on_alarm(void)
{
    alarms++;
}

void machine_on_byte(unsigned char byte)
{
    (void)weft_byte_ring_put(&received, byte);
}

void machine_on_after(void)
{
    (void)machine_receive('x');
}

WEFT_ASYNC(listen, unsigned char byte; unsigned char array[4];)
{
    weft_check(
        weft_byte_ring_open(weft_running_loop(), &received, self->array, sizeof(self->array)));
    machine_listen();
    machine_after(LONG_S * UINT32_C(1000000));
    weft_byte_ring_get(&received, &self->byte);
    weft_byte_ring_close(&received);
}
WEFT_ASYNC_END

WEFT_ASYNC(doze)
{
    weft_sleep(WEFT_SECONDS(LONG_S));
}
WEFT_ASYNC_END

static WEFT_TASK(listen) listening;
static WEFT_TASK(doze) dozing;

int main(void)
{
    backend = start_clock();
    real_sleep = backend->sleep;
    backend->sleep = count_sleep;
    weft_loop_init(&loop, backend);
    if (weft_run(&loop, listen, &listening))
        return 1;
    /* The byte ends the one sleep. */
    machine_put_number("wake-ups without a timer:", sleeps - 1 + alarms);
    if (sleeps != 1 || alarms)
        return 5;
    sleeps = alarms = 0;
    const weft_time began = weft_loop_time(&loop);
    if (weft_run(&loop, doze, &dozing))
        return 2;
    const weft_time took = (weft_time)(weft_loop_time(&loop) - began);
    const uint64_t range = (uint64_t)MACHINE_ALARM_MAX * WEFT_SECONDS(1) / MACHINE_CLOCK_HZ;
    const unsigned long most = (unsigned long)(WEFT_SECONDS(LONG_S) / range + 1);
    machine_put_number("wake-ups with a timer:", alarms);
    machine_put_number("at most:", most);
    if (took < WEFT_SECONDS(LONG_S) || took > WEFT_SECONDS(LONG_S) + WEFT_SECONDS(1))
        return 3;
    /* A little time passes between two sleeps: in many of them, a wake-up or two less. */
    return sleeps == alarms && alarms <= most && alarms >= most - most / 1000 ? 0 : 4;
}
