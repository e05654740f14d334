/* SPDX-License-Identifier: MIT */
/* Weft's own panic, for programs that define none. Only this suite links it. */
#define _POSIX_C_SOURCE 200809L
#include "helper.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static jmp_buf aborted;

static void leave(int signal)
{
    (void)signal;
    longjmp(aborted, 1);
}

static bool panic_aborts(void)
{
    if (setjmp(aborted))
        return true;
    weft_panic("file.c", 42, "what is wrong");
}

START_TEST(a_panic_prints_its_location_and_text_in_one_line_and_aborts)
{
    char text[100];
    FILE *const printed = tmpfile();
    ck_assert_ptr_nonnull(printed);
    const int standard_error = dup(STDERR_FILENO);
    dup2(fileno(printed), STDERR_FILENO);
    signal(SIGABRT, leave);
    const bool has_aborted = panic_aborts();
    signal(SIGABRT, SIG_DFL);
    dup2(standard_error, STDERR_FILENO);
    close(standard_error);
    rewind(printed);
    text[fread(text, 1, sizeof(text) - 1, printed)] = '\0';
    fclose(printed);
    ck_assert_str_eq(text, "file.c:42: weft: what is wrong\n");
    ck_assert(has_aborted);
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("panic");
    tcase_add_test(tests, a_panic_prints_its_location_and_text_in_one_line_and_aborts);
    return run_suite();
}
