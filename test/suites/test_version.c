/* SPDX-License-Identifier: MIT */
/* The version of the headers and of the library. */
#include "core/version.h"

#include <stdio.h>

#include "helper.h"

START_TEST(the_librarys_version_is_that_of_the_headers)
{
    char numbers[32];
    snprintf(numbers, sizeof(numbers), "%d.%d.%d", WEFT_VERSION_MAJOR, WEFT_VERSION_MINOR,
             WEFT_VERSION_PATCH);
    ck_assert_str_eq(weft_version(), WEFT_VERSION);
    ck_assert_str_eq(weft_version(), numbers);
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("version");
    tcase_add_test(tests, the_librarys_version_is_that_of_the_headers);
    return run_suite();
}
