/* SPDX-License-Identifier: MIT */
/* Overflows the stack. */
#include "machine.h"

static int overflow(int depth);

/* The compiler cannot see which function this is. */
static int (*volatile again)(int depth) = overflow;

static int overflow(int depth)
{
    volatile int numbers[8] = {depth};
    return again(depth + 1) + numbers[0];
}

int main(void)
{
    machine_puts("begin\n");
    return overflow(0);
}
