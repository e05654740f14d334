/* SPDX-License-Identifier: MIT */
#include "panic.h"

struct panic panic;
bool panic_is_expected;
jmp_buf panic_exit;

void weft_panic(const char *file, unsigned line, const char *text)
{
    if (!panic_is_expected)
        ck_abort_msg("panic at %s:%u: %s", file, line, text);
    panic.file = file;
    panic.line = line;
    panic.text = text;
    longjmp(panic_exit, 1);
}
