/* Tests that expect weft to panic. Linked into a program, panic.c takes the place of weft's own
 * weft_panic; a panic that nobody expects fails the test. */
#ifndef TEST_PANIC_H
#define TEST_PANIC_H

#include <check.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

#include "core/panic.h"

/* Of the last panic. */
struct panic {
    const char *file, *text;
    unsigned line;
};

extern struct panic panic;
extern bool panic_is_expected;
extern jmp_buf panic_exit;

/* Runs `statement`, which must panic with a text that contains `expected`. What it left behind is
 * not to be used any further. */
#define EXPECT_PANIC(statement, expected)                                                          \
    do {                                                                                           \
        panic_is_expected = true;                                                                  \
        if (!setjmp(panic_exit)) {                                                                 \
            statement;                                                                             \
            ck_abort_msg("no panic: %s", #statement);                                              \
        }                                                                                          \
        panic_is_expected = false;                                                                 \
        ck_assert_msg(strstr(panic.text, expected), "the panic was: %s", panic.text);              \
    } while (0)

#endif
