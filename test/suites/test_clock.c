/* SPDX-License-Identifier: MIT */
/* Delays and deadlines in any unit and width of weft_time: rounding, the ends of a clock's range,
 * and WEFT_FOREVER. */
#include "core/backend/units.h"
#include "helper.h"
#include "panic.h"

#include <stdlib.h>

/* ---- Units ---- */

/* Returns how many units are n / by seconds, rounded up. */
static uint64_t units(uint64_t n, uint64_t by)
{
    return (n * WEFT_TIME_HZ + by - 1) / by;
}

START_TEST(a_delay_rounds_up)
{
    for (int n = 0; n < 30; n++) {
        ck_assert_uint_eq(WEFT_US(n), units((uint64_t)n, 1000000));
        ck_assert_uint_eq(WEFT_MS(n), units((uint64_t)n, 1000));
    }
    ck_assert_uint_eq(WEFT_US(1), units(1, 1000000));
    ck_assert_uint_eq(WEFT_US(7), units(7, 1000000));
    ck_assert_uint_eq(WEFT_MS(3), units(3, 1000));
    ck_assert_uint_eq(WEFT_MS(2.5), units(25, 10000));
    ck_assert_uint_eq(WEFT_MS(0.25f), units(25, 100000));
    ck_assert_uint_eq(WEFT_SECONDS(0.001), units(1, 1000));
}
END_TEST

START_TEST(a_delay_above_0_is_not_0)
{
    ck_assert_uint_gt(WEFT_US(1), 0);
    ck_assert_uint_gt(WEFT_MS(0.001), 0);
    ck_assert_uint_gt(WEFT_SECONDS(0.0001), 0);
    ck_assert(WEFT_US(0) == 0 && WEFT_MS(0) == 0 && WEFT_SECONDS(0) == 0);
}
END_TEST

START_TEST(a_delay_below_0_is_negative)
{
    const int n = -20;
    ck_assert(weft_is_negative_(WEFT_MS(-20)) && weft_is_negative_(WEFT_MS(n)));
    ck_assert(weft_is_negative_(WEFT_MS(-2.5)));
}
END_TEST

#if WEFT_TIME_BITS < 64
START_TEST(a_delay_beyond_half_the_range_panics_with_the_line_of_the_program)
{
    const long long longest = (long long)WEFT_FOREVER / WEFT_TIME_HZ, units_left = 1;
    ck_assert_uint_eq(WEFT_SECONDS(longest), longest * WEFT_TIME_HZ);
    ck_assert_uint_eq(WEFT_SECONDS(0 * units_left), 0);
    EXPECT_PANIC((void)WEFT_SECONDS(longest + 1), "longer than half the range");
    ck_assert_uint_eq(panic.line, __LINE__ - 1);
#if WEFT_TEXTS
    ck_panicked_in(__FILE__);
#endif
}
END_TEST

/* The largest sum of a delay and the backend's resolution is WEFT_FOREVER. */
START_TEST(a_delay_that_the_resolution_makes_too_long_panics)
{
    static weft_handle handle;
    memset(&handle, 0, sizeof(handle));
    backend.backend.resolution = 3;
    ck_no_error(weft_call_later(&loop, &handle, WEFT_FOREVER - 3, NULL));
    weft_handle_cancel(&loop, &handle);
    EXPECT_PANIC(weft_call_later(&loop, &handle, WEFT_FOREVER - 2, NULL),
                 "longer than half the range");
}
END_TEST
#endif

/* The low bits of wider numbers count. */
START_TEST(a_product_of_delays_may_be_a_wider_number)
{
    const unsigned long n = 3;
    const unsigned long long m = 2;
    const weft_time unit = WEFT_MS(1), thrice = WEFT_DELAY_(n * unit),
                    twice = WEFT_DELAY_(m * unit);
    ck_assert(thrice == unit + twice && twice == unit + unit);
    ck_assert_uint_eq(WEFT_DELAY_(0), 0);
    const weft_time negative = WEFT_DELAY_(0ULL - 5 * m);
    ck_assert(weft_is_negative_(negative));
    ck_assert(!weft_is_negative_(WEFT_DELAY_(WEFT_FOREVER)));
}
END_TEST

/* ---- What backends convert ---- */

START_TEST(a_systems_time_is_rounded_down_and_wraps)
{
    for (long long seconds = 0; seconds < 100000; seconds += 997) {
        const long ns = (long)(seconds * 7919 % 1000000000);
        const uint64_t exact =
            (uint64_t)seconds * WEFT_TIME_HZ + (uint64_t)ns * WEFT_TIME_HZ / 1000000000;
        ck_assert_uint_eq(weft_units_of_(seconds, ns), weft_wrap_((weft_time)exact));
    }
}
END_TEST

START_TEST(milliseconds_of_a_sleep_are_rounded_up)
{
    static const uint64_t lefts[] = {0, 1, 2, 999, 1000, 1001, 30000, INT32_MAX / 2};
    for (size_t i = 0; i < sizeof(lefts) / sizeof(*lefts); i++) {
        const uint64_t left = lefts[i] < WEFT_FOREVER ? lefts[i] : WEFT_FOREVER - 1;
        ck_assert_uint_eq((uint64_t)weft_ms_of_((weft_time)left),
                          (left * 1000 + WEFT_TIME_HZ - 1) / WEFT_TIME_HZ);
    }
    ck_assert_int_gt(weft_ms_of_(WEFT_FOREVER - 1), 0);
#if WEFT_TIME_BITS == 64
    const weft_time most = WEFT_SECONDS(INT_MAX / 1000);
    ck_assert_int_eq(weft_ms_of_(most + WEFT_SECONDS(1) - 1), INT_MAX);
    ck_assert_int_eq(weft_ms_of_(most - WEFT_SECONDS(1)), (INT_MAX / 1000 - 1) * 1000);
#endif
}
END_TEST

START_TEST(the_time_left_is_0_when_the_time_has_come)
{
    const weft_time now = clock_at(100);
    ck_assert_uint_eq(weft_time_left(0, now), 0);
    ck_assert_uint_eq(weft_time_left(WEFT_FOREVER, now), WEFT_FOREVER);
    ck_assert_uint_eq(weft_time_left(clock_at(100), now), 0);
    ck_assert_uint_eq(weft_time_left(clock_at(99), now), 0);
    ck_assert_uint_eq(weft_time_left(clock_at(101), now), 1);
    ck_assert_uint_eq(weft_time_left(clock_at(3000), now), 2900);
}
END_TEST

/* ---- Deadlines over the whole range of the clock ---- */

#if WEFT_TIME_BITS < 64
static weft_handle handles[26];
static weft_time called_at[26];

static void called(weft_loop *of, weft_handle *handle)
{
    called_at[handle - handles] = weft_loop_time(of);
    note_letter((char)('a' + (handle - handles)));
}

static void later(int i, weft_time delay)
{
    ck_no_error(weft_call_later(&loop, &handles[i], delay, called));
}

static void forget_handles(void)
{
    memset(handles, 0, sizeof(handles));
}

/* A deadline of 0 or of WEFT_FOREVER is a time like any other. */
START_TEST(a_deadline_of_any_value_is_due_at_its_time)
{
    static const weft_time around[] = {0, WEFT_FOREVER};
    for (weft_time before = 0; before < 4; before++) {
        for (weft_time delay = 0; delay < 8; delay++) {
            backend.now = weft_wrap_(around[_i] - before);
            const weft_time began = backend.now;
            later(0, delay);
            later(1, delay + 1);
            later(2, delay);
            run_dry();
            ck_recorded("acb");
            ck_assert_uint_eq(weft_wrap_(called_at[0] - began), delay);
            ck_assert_uint_eq(weft_wrap_(called_at[2] - began), delay);
            ck_assert_uint_eq(weft_wrap_(called_at[1] - began), delay + 1);
        }
    }
}
END_TEST

WEFT_ASYNC(limited, weft_time delay; weft_timeout timeout; const weft_error *caught;)
{
    weft_try {
        weft_with_timeout(&self->timeout, self->delay) {
            weft_sleep(UNITS(100));
        }
        weft_end;
    }
    weft_catch(&weft_timeout_error, self->caught) {
        note("x");
    }
    weft_end;
}
WEFT_ASYNC_END

/* The limit of a block may fall on WEFT_FOREVER by chance. */
START_TEST(a_limit_of_any_value_expires)
{
    static const weft_time around[] = {0, WEFT_FOREVER};
    for (weft_time before = 0; before < 12; before++) {
        static WEFT_TASK(limited) task;
        backend.now = weft_wrap_(around[_i] - before);
        const weft_time began = backend.now;
        ck_no_error(weft_run(&loop, limited, &task, .delay = 6));
        ck_recorded("x");
        ck_assert_uint_eq(weft_wrap_(backend.now - began), 6);
    }
}
END_TEST

/* A loop that runs late finds several timers overdue, some from before the wrap. */
START_TEST(overdue_timers_keep_their_order_across_a_wrap)
{
    for (weft_time before = 0; before < 60; before++) {
        backend.now = weft_wrap_(0 - before);
        later(0, 40);
        later(1, 10);
        later(2, 30);
        later(3, 10);
        backend.now = weft_wrap_(backend.now + 35);
        later(4, 2);
        ck_no_error(weft_call_at(&loop, &handles[5], weft_wrap_(backend.now + 5), called));
        backend.now = weft_wrap_(backend.now + 20);
        run_dry();
        ck_recorded("bdceaf");
    }
}
END_TEST
#endif

/* ---- WEFT_FOREVER ---- */

#if WEFT_TIME_BITS < 64
WEFT_ASYNC(forever_asleep, char unused;)
{
    weft_sleep(WEFT_FOREVER);
    note("slept");
}
WEFT_ASYNC_END

WEFT_ASYNC(forever_limited, weft_future *never; weft_timeout timeout;)
{
    weft_with_timeout(&self->timeout, WEFT_FOREVER) {
        weft_await(self->never);
    }
    weft_end;
    note("awaited");
}
WEFT_ASYNC_END

WEFT_ASYNC(naps, int count;)
{
    for (; self->count; self->count--)
        weft_sleep(WEFT_FOREVER - 1);
}
WEFT_ASYNC_END

/* Naps over several ranges of the clock. */
START_TEST(forever_is_for_ever_while_the_clock_wraps)
{
    static WEFT_TASK(forever_asleep) asleep;
    static WEFT_TASK(forever_limited) waiter;
    static WEFT_TASK(naps) naps_task;
    weft_future never;
    weft_loop_create_future(&loop, &never);
    weft_loop_create_task(&loop, forever_asleep, &asleep);
    weft_loop_create_task(&loop, forever_limited, &waiter, .never = &never);
    later(0, WEFT_FOREVER);
    ck_no_error(weft_call_at(&loop, &handles[1], clock_at(3), called));
    weft_loop_create_task(&loop, naps, &naps_task, .count = 9);
    ck_no_error(weft_run_until_complete(&loop, &naps_task));
    ck_recorded("b");
    ck_assert(weft_handle_pending(&handles[0]) && !weft_done(&asleep) && !weft_done(&waiter));
    ck_assert(weft_handle_cancel(&loop, &handles[0]));
    weft_cancel(&asleep);
    weft_cancel(&waiter);
    run_dry();
    ck_assert(weft_cancelled(&asleep) && weft_cancelled(&waiter) && loop_is_idle());
}
END_TEST

/* While nothing is armed, the clock may wrap unseen. */
START_TEST(a_clock_that_wrapped_unseen_loses_nothing)
{
    for (weft_time passed = 0; passed < 5; passed++) {
        later(0, 7);
        run_dry();
        backend.now = weft_wrap_(backend.now + WEFT_FOREVER + passed - 2);
        const weft_time began = backend.now;
        later(1, 4);
        later(2, 3);
        run_dry();
        ck_recorded("acb");
        ck_assert_uint_eq(weft_wrap_(backend.now - began), 4);
    }
}
END_TEST
#endif

int main(void)
{
    TCase *const tests = begin_suite("clock");
    tcase_add_test(tests, a_delay_rounds_up);
    tcase_add_test(tests, a_delay_above_0_is_not_0);
    tcase_add_test(tests, a_delay_below_0_is_negative);
    tcase_add_test(tests, a_product_of_delays_may_be_a_wider_number);
    tcase_add_test(tests, a_systems_time_is_rounded_down_and_wraps);
    tcase_add_test(tests, milliseconds_of_a_sleep_are_rounded_up);
    tcase_add_test(tests, the_time_left_is_0_when_the_time_has_come);
#if WEFT_TIME_BITS < 64
    tcase_add_checked_fixture(tests, forget_handles, NULL);
    tcase_add_test(tests, a_delay_beyond_half_the_range_panics_with_the_line_of_the_program);
    tcase_add_test(tests, a_delay_that_the_resolution_makes_too_long_panics);
    tcase_add_loop_test(tests, a_deadline_of_any_value_is_due_at_its_time, 0, 2);
    tcase_add_loop_test(tests, a_limit_of_any_value_expires, 0, 2);
    tcase_add_test(tests, overdue_timers_keep_their_order_across_a_wrap);
    tcase_add_test(tests, forever_is_for_ever_while_the_clock_wraps);
    tcase_add_test(tests, a_clock_that_wrapped_unseen_loses_nothing);
#endif
    return run_suite();
}
