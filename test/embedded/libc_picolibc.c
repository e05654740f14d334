/* SPDX-License-Identifier: MIT */
/* The bottom of picolibc: standard output on the UART. */
#include <stdio.h>

#include "machine.h"

static int put(char byte, FILE *file)
{
    (void)file;
    machine_put(byte);
    return 0;
}

static FILE uart = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);
FILE *const stdout = &uart;
FILE *const stderr = &uart;

void machine_open_stdio(void)
{
}
