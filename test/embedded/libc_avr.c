/* SPDX-License-Identifier: MIT */
/* The bottom of avr-libc: standard output on the UART; the heap is the RAM behind .bss. */
#include <avr/io.h>
#include <stdio.h>
#include <stdlib.h>

#include "machine.h"

static int put(char byte, FILE *file)
{
    (void)file;
    machine_put(byte);
    return 0;
}

static FILE uart = FDEV_SETUP_STREAM(put, NULL, _FDEV_SETUP_WRITE);

void machine_open_stdio(void)
{
    stdout = &uart;
    __malloc_heap_end = (char *)RAMEND;
}
