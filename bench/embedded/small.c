/* SPDX-License-Identifier: MIT */
/* Programs that make size measures. PROGRAM says what the program uses:
 *   1: the loop, tasks, weft_sleep, a lock
 *   2: also a queue and an event
 *   3: also a timeout and a group
 * With RUN, the program calls weft_run instead of weft_run_forever. The programs print nothing, so
 * that almost all code in flash is weft's. */
#include <core/task.h>
#include <primitives/lock.h>
#if PROGRAM >= 2
#include <primitives/event.h>
#include <primitives/queue.h>
#endif
#if PROGRAM >= 3
#include <primitives/group.h>
#include <primitives/timeout.h>
#endif
extern weft_backend ticks;
extern volatile unsigned char out;
volatile unsigned char out;
static weft_lock lock;
static weft_loop loop;

WEFT_ASYNC(blink, unsigned char led; uint16_t period;)
{
    for (;;) {
        weft_with_lock(&lock) {
            out ^= self->led;
            weft_sleep(WEFT_MS((weft_time)self->period));
        }
        weft_end;
        weft_sleep(0);
    }
}
WEFT_ASYNC_END

#if PROGRAM >= 2
static WEFT_QUEUE(unsigned char, 8) bytes;
static weft_event go;
WEFT_ASYNC(produce, unsigned char c;)
{
    weft_event_wait(&go);
    for (;;) {
        weft_queue_put(&bytes, self->c++);
        weft_sleep(WEFT_MS(10));
    }
}
WEFT_ASYNC_END
WEFT_ASYNC(consume, unsigned char c;)
{
    weft_event_set(&go);
    for (;;) {
        weft_queue_get(&bytes, &self->c);
        out = self->c;
    }
}
WEFT_ASYNC_END
#endif

#if PROGRAM >= 3
WEFT_ASYNC(serve, weft_timeout limit; weft_group group; WEFT_TASK(produce) produce;
           WEFT_TASK(consume) consume;)
{
    for (;;) {
        weft_try {
            weft_with_timeout(&self->limit, WEFT_SECONDS(1)) {
                weft_with_group(&self->group) {
                    weft_group_create_task(&self->group, produce, &self->produce);
                    weft_group_create_task(&self->group, consume, &self->consume);
                }
                weft_end;
            }
            weft_end;
        }
        weft_catch(&weft_timeout_error)
            out = 1;
        weft_end;
    }
}
WEFT_ASYNC_END
static WEFT_TASK(serve) server;
#elif PROGRAM >= 2
static WEFT_TASK(produce) producer;
static WEFT_TASK(consume) consumer;
#endif
static WEFT_TASK(blink) a, b;

int main(void)
{
    weft_loop_init(&loop, &ticks);
    weft_loop_create_task(&loop, blink, &b, 2, 300);
#if PROGRAM >= 2
    weft_queue_init(&bytes);
#endif
#if PROGRAM >= 3
    weft_loop_create_task(&loop, serve, &server);
#elif PROGRAM >= 2
    weft_loop_create_task(&loop, produce, &producer);
    weft_loop_create_task(&loop, consume, &consumer);
#endif
#ifdef RUN
    return weft_run(&loop, blink, &a, 1, 500) != NULL;
#else
    weft_loop_create_task(&loop, blink, &a, 1, 500);
    return weft_run_forever(&loop) != NULL;
#endif
}
