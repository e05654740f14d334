/* SPDX-License-Identifier: MIT */
/* What the suites share: a loop on the virtual clock, a record of events in their order, and the
 * main program of a suite. */
#ifndef TEST_HELPER_H
#define TEST_HELPER_H

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "weft.h"

extern weft_loop loop;
extern weft_virtual backend; /* the loop's */
extern char record[1 << 14];

extern const weft_error fail, other_fail;

/* Returns the text of an error. If the program has no texts (WEFT_TEXTS), returns what the text
 * would be. */
const char *text_of(const weft_error *error);

/* Appends to the record. note_error appends "=" and the error's text, or "=ok" for NULL. */
void note(const char *text);
void note_error(const weft_error *error);
void note_letter(char letter);

/* Asserts that the record is `expected`, and empties it. */
#define ck_recorded(expected)                                                                      \
    do {                                                                                           \
        ck_assert_str_eq(record, expected);                                                        \
        record[0] = '\0';                                                                          \
    } while (0)

/* An assertion about names or texts. A program without texts has neither. */
#define IF_TEXTS(assertion)                                                                        \
    do {                                                                                           \
        if (WEFT_TEXTS)                                                                            \
            assertion;                                                                             \
    } while (0)

#define ck_no_error(error) ck_assert_ptr_null(error)
/* Asserts that the error is `expected`, or of that kind. */
#define ck_error(error, expected)                                                                  \
    do {                                                                                           \
        const weft_error *const ck_error_ = (error);                                               \
        ck_assert_msg(ck_error_ == (expected) || weft_error_is(ck_error_, (expected)),             \
                      "the error was: %s", ck_error_ ? text_of(ck_error_) : "none");               \
    } while (0)

/* Cancels the task in the next tick. Returns how long to sleep until then. */
weft_time cancelled_soon(weft_task *task);

/* Returns how many units of time have passed on the loop's clock since the test began. */
weft_time elapsed(void);

/* Runs one iteration of the loop. Where the loop would sleep, moves the clock instead. */
void tick(void);

/* Runs iterations until nothing can run any more. */
void run_dry(void);

size_t count_tasks(void);
bool loop_is_idle(void); /* no task, no timer */

/* Begins the suite; there is one a program. Before each of its tests the loop is new, its clock
 * at its start (clock.h) and the record empty. */
TCase *begin_suite(const char *name);

/* Begins another case of the suite. In each of its tests, `before` runs before the loop is made,
 * and `after` when the loop is gone. */
TCase *begin_case(const char *name, void (*before)(void), void (*after)(void));
int run_suite(void);

/* Adds a test to a case if its times fit into the clock. Otherwise prints that it is left out. */
#define ADD_TEST_IF(fits, tests, test)                                                             \
    do {                                                                                           \
        if (fits)                                                                                  \
            tcase_add_test((tests), test);                                                         \
        else                                                                                       \
            LEAVE_OUT(#test);                                                                      \
    } while (0)
#if !WEFT_TEXTS
/* Leaves out the tests whose subject is names and texts: text_tests.h. */
bool is_about_texts(const char *test);
#undef tcase_add_test
#undef tcase_add_loop_test
#define tcase_add_test(tests, test)                                                                \
    do {                                                                                           \
        if (!is_about_texts(#test))                                                                \
            tcase_add_test_raise_signal((tests), test, 0);                                         \
    } while (0)
#define tcase_add_loop_test(tests, test, begin, end)                                               \
    do {                                                                                           \
        if (!is_about_texts(#test))                                                                \
            tcase_add_loop_test_raise_signal((tests), test, 0, (begin), (end));                    \
    } while (0)
#endif
#define LEAVE_OUT(name) printf("left out: %s: its times do not fit into the clock\n", name)

#endif
