/* SPDX-License-Identifier: MIT */
/* For tests that expect a panic. panic.c replaces weft's weft_panic in the program. A panic that
 * no test expects fails the test. */
#ifndef TEST_PANIC_H
#define TEST_PANIC_H

#include <check.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

#include "core/config.h"
#include "core/panic.h"

/* The last panic. */
struct panic {
    const char *file, *text;
    unsigned line;
};

extern struct panic panic;
extern bool panic_is_expected;
extern jmp_buf panic_exit;

/* Runs `statement`, which must panic with a text that contains `expected`. The objects it used
 * must not be used again. */
#define EXPECT_PANIC(statement, expected)                                                          \
    do {                                                                                           \
        panic_is_expected = true;                                                                  \
        if (!setjmp(panic_exit)) {                                                                 \
            statement;                                                                             \
            ck_abort_msg("no panic: %s", #statement);                                              \
        }                                                                                          \
        panic_is_expected = false;                                                                 \
        if (WEFT_TEXTS)                                                                            \
            ck_assert_msg(strstr(panic.text, expected), "the panic was: %s", panic.text);          \
    } while (0)

#define ck_panicked_in(name)                                                                       \
    do {                                                                                           \
        if (WEFT_TEXTS)                                                                            \
            ck_assert_str_eq(panic.file, (name));                                                  \
    } while (0)

#endif
