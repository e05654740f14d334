/* SPDX-License-Identifier: MIT */
/* A station: a sensor that is read every 10 ms, and commands from the UART. An interrupt puts each
 * byte into a byte ring. A parser makes packets of the bytes, and puts them into a queue. A packet
 * that does not end in 20 ms is dropped. The commands cancel the group of the sensor, and start it
 * again. Packet: START, length, bytes, sum of length and bytes. */
#include <primitives/byte_ring.h>
#include <primitives/group.h>
#include <primitives/queue.h>
#include <primitives/timeout.h>

#include "clock.h"

enum { START = 2, LONGEST = 4, PAUSE_MS = 100 };

struct packet {
    unsigned char length, bytes[LONGEST];
};

static weft_byte_ring received;
static WEFT_QUEUE(struct packet, 2) packets;
static unsigned samples, beats, started, closed, timeouts, bad;

/* ---- The world around the machine ---- */

/* What comes from outside, a byte each 500 us. '~' is a pause. */
static const char script[] = "~\2\1st"    /* stop */
                             "~\2\1gh"    /* go */
                             "~noise"     /* no packet */
                             "\2\3ab~"    /* does not end */
                             "\2\1sz"     /* has a wrong sum */
                             "\2\x63"     /* is too long */
                             "\2\2xx\xF2" /* an unknown command */
                             "\2\1st"     /* stop */
                             "\2\1gh~~"   /* go */
                             "\2\1ef";    /* end */
static const char *next = script;

void machine_on_after(void)
{
    if (!*next)
        return;
    if (*next != '~')
        (void)machine_receive((unsigned char)*next);
    machine_after(*next == '~' ? PAUSE_MS * UINT32_C(1000) : 500);
    next++;
}

void machine_on_byte(unsigned char byte)
{
    (void)weft_byte_ring_put(&received, byte);
}

/* ---- The station ---- */

WEFT_ASYNC(sense)
{
    for (;;) {
        weft_sleep(WEFT_MS(10));
        samples++;
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(beat, weft_exit left;)
{
    weft_try {
        for (;;) {
            weft_sleep(WEFT_MS(7));
            beats++;
        }
    }
    weft_finally(&self->left) {
        closed++;
        weft_sleep(WEFT_MS(1)); /* turns something off, which takes its time */
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(work, weft_group group; WEFT_TASK(sense) sense; WEFT_TASK(beat) beat;)
{
    started++;
    weft_with_group(&self->group) {
        weft_group_create_task(&self->group, sense, &self->sense);
        weft_group_create_task(&self->group, beat, &self->beat);
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(parse, struct packet packet; unsigned char byte, i, sum; weft_timeout limit;)
{
    for (;;) {
        do
            weft_byte_ring_get(&received, &self->byte);
        while (self->byte != START);
        weft_try {
            weft_with_timeout(&self->limit, WEFT_MS(20)) {
                weft_byte_ring_get(&received, &self->packet.length);
                if (self->packet.length > LONGEST) {
                    bad++;
                    continue; /* with the next START */
                }
                self->sum = self->packet.length;
                for (self->i = 0; self->i < self->packet.length; self->i++) {
                    weft_byte_ring_get(&received, &self->packet.bytes[self->i]);
                    self->sum = (unsigned char)(self->sum + self->packet.bytes[self->i]);
                }
                weft_byte_ring_get(&received, &self->byte);
            }
            weft_end;
            if (self->byte == self->sum)
                weft_queue_put(&packets, self->packet);
            else
                bad++;
        }
        weft_catch(&weft_timeout_error) {
            timeouts++;
        }
        weft_end;
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(serve, unsigned char array[16]; WEFT_TASK(parse) parse; WEFT_TASK(work) work;
           struct packet packet;)
{
    weft_check(
        weft_byte_ring_open(weft_running_loop(), &received, self->array, sizeof(self->array)));
    machine_listen();
    weft_create_task(parse, &self->parse);
    weft_create_task(work, &self->work);
    for (;;) {
        weft_queue_get(&packets, &self->packet);
        if (self->packet.bytes[0] == 's') {
            weft_cancel(&self->work);
            weft_try {
                weft_await(&self->work);
            }
            weft_catch(&weft_cancelled_error) {
                machine_put_number("samples", samples);
            }
            weft_end;
        } else if (self->packet.bytes[0] == 'g') {
            weft_create_task(work, &self->work);
        } else if (self->packet.bytes[0] == 'e') {
            weft_return;
        } else {
            machine_puts("unknown\n");
        }
    }
}
WEFT_ASYNC_END

static weft_loop loop;
static WEFT_TASK(serve) task;

int main(void)
{
    weft_loop_init(&loop, start_clock());
    weft_queue_init(&packets);
    machine_after(1000);
    const weft_error *const error = weft_run(&loop, serve, &task);
    machine_put_number("samples", samples);
    machine_put_number("beats", beats);
    machine_put_number("started", started);
    machine_put_number("closed", closed);
    machine_put_number("timeouts", timeouts);
    machine_put_number("bad", bad);
    machine_put_number("lost", weft_byte_ring_lost(&received));
    machine_put_number("stack", (unsigned long)machine_stack_used());
    /* The sensor works for 100, 200 and 200 ms. A sample takes 10 ms and the clock's resolution. */
    if (samples < 42 || samples > 52 || beats < samples || beats > 74)
        return 2;
    if (started != 3 || closed != 3 || timeouts != 1 || bad != 2 || weft_byte_ring_lost(&received))
        return 3;
    return error != NULL;
}
