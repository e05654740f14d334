/* SPDX-License-Identifier: MIT */
/* Has a file of its own, so that a program can define the function instead. */
#include <core/panic.h>

#include "machine.h"

void weft_panic(const char *file, unsigned line, const char *text)
{
    machine_puts("PANIC ");
    machine_puts(text ? text : "");
    machine_puts(" at ");
    machine_put_number(file ? file : "", line);
    machine_exit(MACHINE_PANICKED);
}
