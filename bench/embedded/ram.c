/* SPDX-License-Identifier: MIT */
/* Eight tasks, a lock and a queue, for a second: how much RAM they take. Six tasks blink, and three
 * of those share the lock; one task puts bytes into the queue, and one takes them out. Prints the
 * bytes of stack that the program used. */
#include <core/backend/periodic.h>
#include <machine.h>
#include <primitives/lock.h>
#include <primitives/queue.h>

static weft_periodic clock;
static weft_loop loop;
static weft_lock lock;
static WEFT_QUEUE(uint8_t, 4) queue;
static volatile uint8_t led;

WEFT_ASYNC(blink, uint8_t which; uint8_t times;)
{
    for (self->times = 0; self->times < 10; self->times++) {
        if (self->which & 1) {
            weft_with_lock(&lock)
                weft_sleep(WEFT_MS(7));
            weft_end;
        } else {
            weft_sleep(WEFT_MS(100));
        }
        led ^= self->which;
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(produce, uint8_t times;)
{
    for (self->times = 0; self->times < 20; self->times++) {
        weft_queue_put(&queue, self->times);
        if (self->times & 1)
            weft_sleep(WEFT_MS(100));
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(consume, uint8_t byte;)
{
    do {
        weft_queue_get(&queue, &self->byte);
        led = self->byte;
    } while (self->byte != 19);
}
WEFT_ASYNC_END

static WEFT_TASK(blink) blinking[6];
static WEFT_TASK(produce) producing;
static WEFT_TASK(consume) consuming;

void machine_on_tick(void)
{
    weft_periodic_tick(&clock);
}

int main(void)
{
    weft_periodic_init(&clock, WEFT_MS(1));
    machine_start_tick();
    weft_loop_init(&loop, &clock.backend);
    weft_queue_init(&queue);
    for (uint8_t i = 0; i < 6; i++)
        weft_loop_create_task(&loop, blink, &blinking[i], i);
    weft_loop_create_task(&loop, produce, &producing);
    weft_loop_create_task(&loop, consume, &consuming);
    (void)weft_run_forever(&loop);
    machine_put_number("stack", (unsigned long)machine_stack_used());
    return weft_done(&consuming) ? 0 : 1;
}
