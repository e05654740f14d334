/* SPDX-License-Identifier: MIT */
/* 2,000 bytes from outside, through the UART's own interrupt, as fast as the UART delivers them: 0,
 * 1, ... 250, 0, 1, ... The ring is small. Each byte is either taken, in order, or counted as
 * lost. */
#include <primitives/byte_ring.h>

#include "clock.h"

enum { BYTES = 2000, PRIME = 251 };

static weft_byte_ring received;

void machine_on_byte(unsigned char byte)
{
    (void)weft_byte_ring_put(&received, byte);
}

/* Ends when each byte was taken or lost. Only a full ring loses bytes, so a get follows. */
WEFT_ASYNC(take, unsigned char array[8], byte, expected; uint16_t taken, skipped;)
{
    weft_check(
        weft_byte_ring_open(weft_running_loop(), &received, self->array, sizeof(self->array)));
    machine_listen();
    while (self->taken + weft_byte_ring_lost(&received) < BYTES) {
        weft_byte_ring_get(&received, &self->byte);
        self->taken++;
        self->skipped = (uint16_t)(self->skipped + (self->byte + PRIME - self->expected) % PRIME);
        self->expected = (unsigned char)((self->byte + 1) % PRIME);
    }
    weft_byte_ring_close(&received);
}
WEFT_ASYNC_END

static weft_loop loop;
static WEFT_TASK(take) task;

int main(void)
{
    weft_loop_init(&loop, start_clock());
    const weft_error *const error = weft_run(&loop, take, &task);
    const unsigned lost = weft_byte_ring_lost(&received);
    machine_put_number("taken", task.frame.taken);
    machine_put_number("lost", lost);
    if (task.frame.taken + lost != BYTES || task.frame.skipped > lost)
        return 2;
    return error != NULL;
}
