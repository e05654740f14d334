/* SPDX-License-Identifier: MIT */
/* What does not depend on the machine. */
#include "machine.h"

__attribute__((weak)) void machine_on_byte(unsigned char byte)
{
    (void)byte;
}

__attribute__((weak)) void machine_on_tick(void)
{
}

__attribute__((weak)) void machine_on_alarm(void)
{
}

__attribute__((weak)) void machine_on_after(void)
{
}

void machine_puts(const char *text)
{
    while (*text)
        machine_put(*text++);
}

void machine_put_number(const char *name, unsigned long number)
{
    char digits[12], *at = digits + sizeof(digits) - 1;
    *at = '\0';
    *--at = '\n';
    do
        *--at = (char)('0' + number % 10);
    while (number /= 10);
    machine_puts(name);
    machine_put(' ');
    machine_puts(at);
}
