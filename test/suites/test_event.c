/* SPDX-License-Identifier: MIT */
/* Events: waiters are woken in order, once. */
#include "helper.h"

static weft_event event;

struct waiter {
    weft_frame frame;
    char name;
    const weft_error *error;
};

WEFT_ASYNC_BODY(waiter)
{
    weft_try {
        weft_event_wait(&event);
        note_letter(self->name);
    }
    weft_catch(&weft_cancelled_error, self->error) {
        note_letter((char)(self->name - 'a' + 'A'));
        weft_raise(self->error);
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_TASK(waiter) a, b, c;

static void new_event(void)
{
    event = (weft_event){.set = false};
}

static void start_all(void)
{
    weft_loop_create_task(&loop, waiter, &a, .name = 'a');
    weft_loop_create_task(&loop, waiter, &b, .name = 'b');
    weft_loop_create_task(&loop, waiter, &c, .name = 'c');
    tick();
}

/* CPython: test_locks.EventTests.test_wait_on_set */
START_TEST(an_event_that_is_set_is_not_waited_for)
{
    weft_event_set(&event);
    ck_assert(weft_event_is_set(&event));
    start_all();
    ck_recorded("abc");
}
END_TEST

START_TEST(waiters_are_woken_in_the_order_in_which_they_came)
{
    start_all();
    ck_recorded("");
    weft_event_set(&event);
    weft_event_set(&event);
    tick();
    ck_recorded("abc");
    ck_assert_ptr_null(event.waiters.first);
}
END_TEST

/* CPython: test_locks.EventTests.test_wait */
START_TEST(a_task_that_comes_after_the_set_goes_on_before_woken_waiters)
{
    weft_loop_create_task(&loop, waiter, &a, .name = 'a');
    weft_loop_create_task(&loop, waiter, &b, .name = 'b');
    tick();
    weft_loop_create_task(&loop, waiter, &c, .name = 'c');
    weft_event_set(&event);
    tick();
    ck_recorded("cab");
}
END_TEST

/* CPython: test_locks.EventTests.test_clear
 * CPython: test_locks.EventTests.test_clear_with_waiters */
START_TEST(a_woken_waiter_goes_on_though_the_event_is_cleared_before_it_runs)
{
    start_all();
    weft_event_set(&event);
    weft_event_clear(&event);
    ck_assert(!weft_event_is_set(&event));
    if (_i)
        weft_event_set(&event); /* wakes no waiter a second time */
    tick();
    ck_recorded("abc");
    ck_assert_ptr_null(event.waiters.first);
    ck_assert(weft_event_is_set(&event) == _i);
}
END_TEST

START_TEST(a_task_that_comes_after_the_clear_waits_for_the_next_set)
{
    weft_loop_create_task(&loop, waiter, &a, .name = 'a');
    tick();
    weft_event_set(&event);
    weft_event_clear(&event);
    weft_loop_create_task(&loop, waiter, &b, .name = 'b');
    run_dry();
    ck_recorded("a");
    weft_event_clear(&event);
    run_dry();
    ck_recorded("");
    weft_event_set(&event);
    run_dry();
    ck_recorded("b");
    ck_assert_ptr_null(event.waiters.first);
}
END_TEST

/* CPython: test_locks.EventTests.test_wait_cancel */
START_TEST(a_cancelled_waiter_is_gone_and_the_others_are_woken)
{
    start_all();
    weft_cancel(&b);
    weft_event_set(&event);
    tick();
    ck_recorded("Bac");
    ck_assert(weft_cancelled(&b));
    ck_assert_ptr_null(event.waiters.first);
}
END_TEST

START_TEST(a_woken_waiter_that_is_cancelled_raises_the_cancellation)
{
    start_all();
    weft_event_set(&event);
    weft_cancel(&b);
    tick();
    ck_recorded("aBc");
    ck_assert_ptr_null(event.waiters.first);
}
END_TEST

/* Cancels each waiter in each tick, before and after the event is set. Nothing must stay linked. */
START_TEST(no_waiter_is_left_under_cancellation_at_any_tick)
{
    for (int ticks = 0; ticks < 4; ticks++) {
        for (unsigned victims = 0; victims < 8; victims++) {
            weft_event_clear(&event);
            start_all();
            if (_i)
                weft_event_set(&event);
            for (int i = 0; i < ticks; i++)
                tick();
            weft_cancel((victims & 1) ? &a : &b);
            weft_cancel((victims & 2) ? &b : &c);
            weft_cancel((victims & 4) ? &c : &a);
            weft_event_set(&event);
            run_dry();
            ck_assert(loop_is_idle() && !event.waiters.first);
            record[0] = '\0';
        }
    }
}
END_TEST

START_TEST(a_deadlock_names_the_event)
{
    start_all();
    run_dry();
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&a.task).what, "event"));
    IF_TEXTS(ck_assert_ptr_eq(weft_task_waits_for(&a.task).object, &event));
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("event");
    tcase_add_checked_fixture(tests, new_event, NULL);
    tcase_add_test(tests, an_event_that_is_set_is_not_waited_for);
    tcase_add_test(tests, waiters_are_woken_in_the_order_in_which_they_came);
    tcase_add_test(tests, a_task_that_comes_after_the_set_goes_on_before_woken_waiters);
    tcase_add_loop_test(tests, a_woken_waiter_goes_on_though_the_event_is_cleared_before_it_runs, 0,
                        2);
    tcase_add_test(tests, a_task_that_comes_after_the_clear_waits_for_the_next_set);
    tcase_add_test(tests, a_cancelled_waiter_is_gone_and_the_others_are_woken);
    tcase_add_test(tests, a_woken_waiter_that_is_cancelled_raises_the_cancellation);
    tcase_add_loop_test(tests, no_waiter_is_left_under_cancellation_at_any_tick, 0, 2);
    tcase_add_test(tests, a_deadlock_names_the_event);
    return run_suite();
}
