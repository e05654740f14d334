/* SPDX-License-Identifier: MIT */
/* Futures: set once; awaited before and after, by any number of tasks; cancelled by any waiter. */
#include "helper.h"

typedef WEFT_FUTURE(int) int_future;

struct point {
    int x, y;
};

static int_future number;

static void new_future(void)
{
    number.result = 0;
    weft_loop_create_future(&loop, &number);
}

/* Awaits the future, and records the result. */
struct teller {
    weft_frame frame;
    const char *name;
    const weft_error *caught;
};

WEFT_ASYNC_BODY(teller)
{
    weft_try {
        weft_await(&number);
        ck_assert_int_eq(number.result, 42);
    }
    weft_catch(&weft_base_error, self->caught) {
    }
    weft_end;
    note(self->name);
    note_error(self->caught);
}
WEFT_ASYNC_END

static WEFT_TASK(teller) a, b, c;

static void start_tellers(void)
{
    weft_loop_create_task(&loop, teller, &a, .name = "a");
    weft_loop_create_task(&loop, teller, &b, .name = "b");
    weft_loop_create_task(&loop, teller, &c, .name = "c");
    tick();
    ck_recorded("");
}

START_TEST(a_result_has_a_type)
{
    WEFT_FUTURE(struct point) where;
    WEFT_FUTURE(const char *) what;
    weft_loop_create_future(&loop, &where);
    weft_loop_create_future(&loop, &what);
    const struct point point = {3, 4};
    ck_no_error(weft_set_result(&where, point));
    ck_no_error(weft_set_result(&what, "text"));
    ck_assert(where.result.x == 3 && where.result.y == 4);
    ck_assert_str_eq(what.result, "text");
}
END_TEST

struct creating {
    weft_frame frame;
    int_future own;
};

WEFT_ASYNC_BODY(creating)
{
    weft_create_future(&self->own);
    weft_check(weft_set_result(&self->own, 6));
    weft_await(&self->own);
    ck_assert_int_eq(self->own.result, 6);
    note("awaited");
}
WEFT_ASYNC_END

/* CPython: test_futures.BaseFutureTests.test_constructor_use_running_loop */
START_TEST(a_coroutine_creates_a_future_of_its_loop)
{
    static WEFT_TASK(creating) task;
    ck_no_error(weft_run(&loop, creating, &task));
    ck_recorded("awaited");
}
END_TEST

/* CPython: test_futures.BaseFutureTests.test_initial_state */
/* CPython: test_futures.BaseFutureTests.test_cancel */
/* CPython: test_futures.BaseFutureTests.test_result */
/* CPython: test_futures.BaseFutureTests.test_exception */
START_TEST(what_can_be_asked_of_a_future_over_its_life)
{
    ck_assert(!weft_done(&number) && !weft_cancelled(&number) && !weft_error_of(&number));
    weft_set_result(&number, 42);
    ck_assert(weft_done(&number) && !weft_cancelled(&number) && !weft_error_of(&number));
    new_future();
    weft_set_error(&number, &fail);
    ck_assert(weft_done(&number) && !weft_cancelled(&number));
    ck_error(weft_error_of(&number), &fail);
    new_future();
    ck_assert(weft_cancel(&number));
    ck_assert(weft_done(&number) && weft_cancelled(&number));
    ck_error(weft_error_of(&number), &weft_cancelled_error);
}
END_TEST

static const weft_error *set_result(void)
{
    return weft_set_result(&number, 42);
}

static const weft_error *set_error(void)
{
    return weft_set_error(&number, &fail);
}

static const weft_error *set_no_error(void)
{
    return weft_set_error(&number, NULL); /* the program set no error, which is an error too */
}

static const weft_error *cancel(void)
{
    return weft_cancel(&number) ? NULL : &weft_invalid_state_error;
}

static const struct {
    const weft_error *(*end)(void);
    const char *recorded;
} ends[] = {
    {set_result, "a=okb=okc=ok"},
    {set_error, "a=failb=failc=fail"},
    {set_no_error, "a=invalid stateb=invalid statec=invalid state"},
    {cancel, "a=cancelledb=cancelledc=cancelled"},
};
enum { ENDS = sizeof(ends) / sizeof(ends[0]) };

/* CPython: test_tasks.BaseTaskTests.test_cancel_inner_future */
/* CPython: test_tasks.BaseTaskTests.test_step_result_future */
START_TEST(all_waiters_of_a_future_are_woken_in_order)
{
    start_tellers();
    ck_no_error(ends[_i].end());
    ck_recorded("");
    tick();
    ck_recorded(ends[_i].recorded);
    ck_assert(loop_is_idle());
}
END_TEST

/* CPython: test_futures.BaseFutureTests.test_yield_from_twice */
START_TEST(an_await_of_a_future_that_has_ended_does_not_wait)
{
    ck_no_error(ends[_i].end());
    weft_loop_create_task(&loop, teller, &a, .name = "a");
    weft_loop_create_task(&loop, teller, &b, .name = "b");
    weft_loop_create_task(&loop, teller, &c, .name = "c");
    tick();
    ck_recorded(ends[_i].recorded);
}
END_TEST

/* CPython: test_futures.BaseFutureTests.test_set_result_unless_cancelled */
START_TEST(a_future_that_has_ended_keeps_its_result)
{
    start_tellers();
    ck_no_error(ends[_i].end());
    const int result = number.result;
    const weft_error *const error = weft_error_of(&number);
    ck_error(weft_set_result(&number, 7), &weft_invalid_state_error);
    ck_error(weft_set_error(&number, &other_fail), &weft_invalid_state_error);
    ck_assert(!weft_cancel(&number));
    ck_assert(number.result == result && weft_error_of(&number) == error);
    tick();
    ck_recorded(ends[_i].recorded);
}
END_TEST

START_TEST(a_future_without_a_result_is_set_done_once)
{
    weft_future future = {.awaitable = {.scope = NULL}};
    ck_error(weft_set_done(&future), &weft_invalid_state_error);
    weft_loop_create_future(&loop, &future);
    ck_assert(!weft_done(&future));
    ck_no_error(weft_set_done(&future));
    ck_assert(weft_done(&future) && !weft_error_of(&future));
    ck_error(weft_set_done(&future), &weft_invalid_state_error);
    ck_error(weft_set_error(&future, &fail), &weft_invalid_state_error);
    ck_no_error(weft_error_of(&future));
}
END_TEST

START_TEST(a_future_that_was_never_started_cannot_be_set)
{
    int_future never = {.result = 1};
    ck_error(weft_set_result(&never, 7), &weft_invalid_state_error);
    ck_error(weft_set_error(&never, &fail), &weft_invalid_state_error);
    ck_assert(!weft_cancel(&never) && !weft_done(&never) && never.result == 1);
}
END_TEST

/* Code that has a task as a future can wait for its end, but cannot end it. */
START_TEST(a_task_is_not_set_as_a_future)
{
    start_tellers();
    ck_error(weft_set_done(weft_as_future(&a)), &weft_invalid_state_error);
    ck_error(weft_set_error(weft_as_future(&a), &fail), &weft_invalid_state_error);
    ck_assert(!weft_done(&a));
    ck_no_error(weft_set_result(&number, 42));
    run_dry();
    ck_recorded("a=okb=okc=ok");
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_yield_future_passes_cancel */
START_TEST(a_cancelled_waiter_cancels_the_future_for_all)
{
    start_tellers();
    ck_assert(weft_cancel(&b));
    tick();
    ck_recorded("a=cancelledb=cancelledc=cancelled");
    ck_assert(weft_cancelled(&number));
    ck_error(weft_set_result(&number, 42), &weft_invalid_state_error);
}
END_TEST

START_TEST(a_cancelled_waiter_that_was_woken_leaves_the_future_and_the_others_alone)
{
    start_tellers();
    weft_set_result(&number, 42);
    ck_assert(weft_cancel(&b));
    tick();
    ck_recorded("a=okb=cancelledc=ok");
    ck_assert(!weft_cancelled(&number));
}
END_TEST

struct setter {
    weft_frame frame;
};

WEFT_ASYNC_BODY(setter)
{
    weft_check(weft_set_result(&number, 42));
    note("set");
    weft_check(weft_set_result(&number, 43));
    note("never");
}
WEFT_ASYNC_END

WEFT_LAMBDA(note_number, int_future, f, note(f->result == 42 ? "42" : "other"));

START_TEST(a_lambda_is_given_the_future_that_has_ended)
{
    weft_handle handle = {.function = NULL};
    new_future();
    ck_no_error(weft_add_done_callback(&number, &handle, note_number));
    ck_no_error(weft_set_result(&number, 42));
    ck_recorded("");
    tick();
    ck_recorded("42");
}
END_TEST

START_TEST(weft_check_raises_that_a_future_was_set_twice)
{
    static WEFT_TASK(setter) task;
    start_tellers();
    ck_error(weft_run(&loop, setter, &task), &weft_invalid_state_error);
    ck_recorded("seta=okb=okc=ok");
}
END_TEST

START_TEST(a_future_can_be_reused_before_its_waiters_have_run)
{
    start_tellers();
    weft_set_result(&number, 42);
    weft_loop_create_future(&loop, &number);
    tick();
    ck_recorded("a=okb=okc=ok");
    ck_assert(!weft_done(&number));
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("future");
    tcase_add_checked_fixture(tests, new_future, NULL);
    tcase_add_test(tests, a_result_has_a_type);
    tcase_add_test(tests, a_coroutine_creates_a_future_of_its_loop);
    tcase_add_test(tests, what_can_be_asked_of_a_future_over_its_life);
    tcase_add_loop_test(tests, all_waiters_of_a_future_are_woken_in_order, 0, ENDS);
    tcase_add_loop_test(tests, an_await_of_a_future_that_has_ended_does_not_wait, 0, ENDS);
    tcase_add_loop_test(tests, a_future_that_has_ended_keeps_its_result, 0, ENDS);
    tcase_add_test(tests, a_future_without_a_result_is_set_done_once);
    tcase_add_test(tests, a_future_that_was_never_started_cannot_be_set);
    tcase_add_test(tests, a_task_is_not_set_as_a_future);
    tcase_add_test(tests, a_cancelled_waiter_cancels_the_future_for_all);
    tcase_add_test(tests, a_cancelled_waiter_that_was_woken_leaves_the_future_and_the_others_alone);
    tcase_add_test(tests, weft_check_raises_that_a_future_was_set_twice);
    tcase_add_test(tests, a_future_can_be_reused_before_its_waiters_have_run);
    tcase_add_test(tests, a_lambda_is_given_the_future_that_has_ended);
    return run_suite();
}
