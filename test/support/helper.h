/* What the suites share: a loop on the virtual clock, a record of what happened in which order, and
 * the frame of a suite. */
#ifndef TEST_HELPER_H
#define TEST_HELPER_H

#include <check.h>

#include "weft.h"

extern weft_loop loop;
extern weft_virtual backend; /* loop's */
extern char record[1 << 14];

extern const weft_error fail, other_fail;

/* Append to the record; of an error "=" and its text, "=ok" for NULL. */
void note(const char *text);
void note_error(const weft_error *error);
void note_letter(char letter);

/* What has been recorded is `expected`; and the record is empty again. */
#define ck_recorded(expected)                                                                      \
    do {                                                                                           \
        ck_assert_str_eq(record, expected);                                                        \
        record[0] = '\0';                                                                          \
    } while (0)

#define ck_no_error(error) ck_assert_ptr_null(error)
/* It is the expected error, or one of that kind. */
#define ck_error(error, expected)                                                                  \
    do {                                                                                           \
        const weft_error *const ck_error_ = (error);                                               \
        ck_assert_msg(ck_error_ == (expected) || weft_error_is(ck_error_, (expected)),             \
                      "the error was: %s", ck_error_ ? weft_error_text(ck_error_) : "none");       \
    } while (0)

/* Has the task cancelled in the next tick; a time to sleep meanwhile. */
weft_time cancelled_soon(weft_task *task);

/* One iteration of the loop; where it would sleep, the time is what it would then be. */
void tick(void);

/* Iterations until nothing can ever run again. */
void run_dry(void);

size_t count_tasks(void);
bool loop_is_idle(void); /* no task, nothing armed */

/* One suite a program. Before each of its tests the loop is new, its clock at 0, the record empty.
 */
TCase *begin_suite(const char *name);

/* Another case of that suite: `before` runs before each of its tests has a loop, `after` when it
 * has none any more. */
TCase *begin_case(const char *name, void (*before)(void), void (*after)(void));
int run_suite(void);

#endif
