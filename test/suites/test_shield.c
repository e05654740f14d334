/* SPDX-License-Identifier: MIT */
/* shield: a wait that can be cancelled without cancelling the awaitable. */
#include "helper.h"

WEFT_ASYNC(inner, weft_time delay; const weft_error *error; const weft_error *caught; int result;)
{
    weft_try {
        weft_sleep(self->delay);
        note(".");
        weft_check(self->error);
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        note("x");
        weft_raise(self->caught);
    }
    weft_end;
    weft_return_value(42);
}
WEFT_ASYNC_END

WEFT_ASYNC(outer, weft_future *of; weft_shield shield; const weft_error *caught;)
{
    weft_try {
        weft_await_shielded(&self->shield, self->of);
    }
    weft_catch(&weft_base_error, self->caught) {
    }
    weft_end;
    note_error(self->caught);
    if (self->caught)
        weft_raise(self->caught);
}
WEFT_ASYNC_END

enum { OUTERS = 2 };

static WEFT_TASK(inner) task;
static WEFT_TASK(outer) outers[OUTERS];
static weft_future future;

static void start_inner(weft_time delay, const weft_error *error)
{
    weft_loop_create_task(&loop, inner, &task, .delay = delay, .error = error);
    weft_loop_create_task(&loop, outer, &outers[0], .of = weft_as_future(&task));
    tick();
}

static void start_future(void)
{
    weft_loop_create_future(&loop, &future);
    weft_loop_create_task(&loop, outer, &outers[0], .of = &future);
    tick();
}

/* gh-79306 */
static bool nothing_is_linked(void)
{
    return !weft_handle_pending(&outers[0].frame.shield.handle) &&
           (!task.awaitable.waiters || weft_done(&task)) &&
           (!future.awaitable.waiters || weft_done(&future));
}

/* CPython: test_tasks.BaseTaskTests.test_shield_result */
/* CPython: test_tasks.BaseTaskTests.test_shield_exception */
START_TEST(a_shield_ends_with_its_awaitable)
{
    start_inner(3, _i ? &fail : NULL);
    run_dry();
    ck_recorded(_i ? ".=fail" : ".=ok");
    ck_assert(nothing_is_linked());
    /* The error of the inner task was retrieved. */
    ck_assert(!loop.failed || loop.failed == &outers[0].task);
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_shield_shortcut */
START_TEST(a_shield_of_an_ended_awaitable_does_not_wait)
{
    weft_loop_create_future(&loop, &future);
    weft_set_error(&future, _i ? &fail : &other_fail);
    weft_loop_create_task(&loop, outer, &outers[0], .of = &future);
    tick();
    ck_recorded(_i ? "=fail" : "=other");
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_shield_cancel_inner */
START_TEST(a_shield_ends_when_its_awaitable_is_cancelled)
{
    start_future();
    weft_cancel(&future);
    run_dry();
    ck_recorded("=cancelled");
    ck_assert(weft_cancelled(&outers[0]));
    ck_assert_uint_eq(weft_cancelling(&outers[0].task), 0);
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_shield_cancel_outer */
/* CPython: test_tasks.BaseTaskTests.test_shield_effect */
START_TEST(gh_79306_a_cancelled_shield_leaves_its_awaitable_running_and_unlinked)
{
    start_inner(3, NULL);
    weft_cancel(&outers[0]);
    tick();
    ck_recorded("=cancelled");
    ck_assert_uint_eq(elapsed(), 0);
    ck_assert(nothing_is_linked());
    ck_assert(!weft_done(&task) && weft_cancelling(&task.task) == 0);
    memset(&outers[0], 0xFF, sizeof(outers[0])); /* the memory may be used for anything */
    run_dry();
    ck_recorded(".");
    ck_assert_int_eq(task.frame.result, 42);
    memset(&outers[0], 0, sizeof(outers[0]));
}
END_TEST

static void record_error(weft_loop *of, weft_task *failed, const weft_error *error)
{
    (void)of;
    note(failed == &task.task ? "!" : "?");
    note_error(error);
}

START_TEST(an_error_behind_a_cancelled_wait_goes_to_the_exception_handler)
{
    weft_set_exception_handler(&loop, record_error);
    start_inner(3, &fail);
    weft_cancel(&outers[0]);
    run_dry();
    ck_recorded("=cancelled.");
    weft_loop_close(&loop);
    ck_recorded("!=fail");
}
END_TEST

START_TEST(an_error_while_a_shield_waits_is_retrieved_by_the_shield)
{
    weft_set_exception_handler(&loop, record_error);
    start_inner(3, &fail);
    run_dry();
    ck_recorded(".=fail");
    weft_loop_close(&loop);
    ck_recorded("?=fail"); /* of the outer task, whose error nobody retrieved */
}
END_TEST

/* Both happen in one tick: the wait is cancelled, and the inner task ends. */
START_TEST(gh_86296_a_result_and_a_cancellation_in_one_tick)
{
    start_inner(3, NULL);
    while (!weft_done(&task))
        tick();
    if (_i)
        tick(); /* and runs its callback */
    ck_assert(!weft_done(&outers[0]) && weft_cancel(&outers[0]));
    run_dry();
    ck_recorded(".=cancelled");
    ck_assert(!weft_cancelled(&task));
    ck_assert(nothing_is_linked());
}
END_TEST

START_TEST(several_shields_of_one_awaitable_are_independent)
{
    start_inner(3, NULL);
    weft_loop_create_task(&loop, outer, &outers[1], .of = weft_as_future(&task));
    tick();
    weft_cancel(&outers[0]);
    run_dry();
    ck_recorded("=cancelled.=ok");
    ck_assert(weft_cancelled(&outers[0]) && !weft_cancelled(&outers[1]));
}
END_TEST

START_TEST(an_awaitable_that_cannot_be_awaited_cannot_be_shielded)
{
    static weft_future never;
    weft_loop_create_task(&loop, outer, &outers[0], .of = _i ? &never : weft_as_future(&outers[0]));
    tick();
    ck_recorded("=invalid state");
    ck_assert(nothing_is_linked());
}
END_TEST

static weft_shield shared;

WEFT_ASYNC(sharing, char name; const weft_error *caught;)
{
    weft_try {
        weft_await_shielded(&shared, &future);
    }
    weft_catch(&weft_base_error, self->caught) {
    }
    weft_end;
    note_letter(self->name);
    note_error(self->caught);
}
WEFT_ASYNC_END

START_TEST(a_shield_that_is_in_use_is_refused_and_goes_on)
{
    static WEFT_TASK(sharing) sharers[2];
    memset(&shared, 0, sizeof(shared));
    weft_loop_create_future(&loop, &future);
    for (int i = 0; i < 2; i++)
        weft_loop_create_task(&loop, sharing, &sharers[i], .name = (char)('a' + i));
    tick();
    ck_recorded("b=invalid state");
    ck_no_error(weft_set_done(&future));
    run_dry();
    ck_recorded("a=ok");
    weft_loop_create_task(&loop, sharing, &sharers[1], .name = 'c');
    run_dry();
    ck_recorded("c=ok");
}
END_TEST

START_TEST(a_task_waits_for_its_shield)
{
    start_future();
    const weft_wait_info waiting = weft_task_waits_for(&outers[0].task);
    ck_assert_str_eq(waiting.what, "shield");
    ck_assert_ptr_eq(waiting.object, &outers[0].frame.shield);
    ck_assert_ptr_null(waiting.holder);
}
END_TEST

/* ---- With other waits ---- */

WEFT_ASYNC(gathering, WEFT_GATHER(OUTERS) gather; int i; const weft_error *caught;)
{
    for (self->i = 0; self->i < OUTERS; self->i++)
        weft_check(weft_gather_add(&self->gather, &outers[self->i]));
    weft_try {
        weft_gather_all(&self->gather);
    }
    weft_catch(&weft_base_error, self->caught) {
    }
    weft_end;
    note("gather");
    note_error(self->caught);
}
WEFT_ASYNC_END

static WEFT_TASK(gathering) gatherer;

/* CPython: test_tasks.BaseTaskTests.test_gather_shield */
START_TEST(a_cancelled_gather_of_shields_leaves_their_awaitables_running)
{
    weft_loop_create_future(&loop, &future);
    for (int i = 0; i < OUTERS; i++)
        weft_loop_create_task(&loop, outer, &outers[i], .of = &future);
    weft_loop_create_task(&loop, gathering, &gatherer);
    tick();
    weft_cancel(&gatherer);
    run_dry();
    ck_recorded("=cancelled=cancelledgather=cancelled");
    ck_assert(!weft_done(&future) && nothing_is_linked());
}
END_TEST

WEFT_ASYNC(shielding_gather, weft_shield shield;)
{
    weft_await_shielded(&self->shield, &gatherer);
}
WEFT_ASYNC_END

/* CPython: test_tasks.BaseTaskTests.test_shield_gather */
START_TEST(a_shielded_gather_goes_on)
{
    static WEFT_TASK(shielding_gather) shielder;
    weft_loop_create_future(&loop, &future);
    for (int i = 0; i < OUTERS; i++)
        weft_loop_create_task(&loop, outer, &outers[i], .of = &future);
    weft_loop_create_task(&loop, gathering, &gatherer);
    weft_loop_create_task(&loop, shielding_gather, &shielder);
    tick();
    weft_cancel(&shielder);
    tick();
    ck_assert(weft_cancelled(&shielder));
    weft_set_done(&future);
    run_dry();
    ck_recorded("=ok=okgather=ok");
}
END_TEST

WEFT_ASYNC(in_time, weft_time limit; weft_timeout timeout; weft_shield shield;
           const weft_error *caught;)
{
    weft_try {
        weft_with_timeout(&self->timeout, self->limit) {
            weft_await_shielded(&self->shield, &task);
        }
        weft_end;
    }
    weft_catch(&weft_timeout_error, self->caught) {
    }
    weft_end;
    note_error(self->caught);
    weft_await(&task);
    note(weft_cancelled(&task) ? "cancelled" : "done");
}
WEFT_ASYNC_END

/* CPython: test_waitfor.WaitForShieldTests.test_zero_timeout */
/* CPython: test_waitfor.WaitForShieldTests.test_none_timeout */
/* CPython: test_waitfor.WaitForShieldTests.test_shielded_timeout */
START_TEST(a_shielded_wait_for_that_times_out_leaves_its_task_running)
{
    static const weft_time limits[] = {0, 1, WEFT_FOREVER};
    static WEFT_TASK(in_time) waiter;
    weft_loop_create_task(&loop, inner, &task, .delay = 3);
    ck_no_error(weft_run(&loop, in_time, &waiter, .limit = limits[_i]));
    ck_recorded(_i == 2 ? ".=okdone" : "=timeout.done");
    ck_assert_uint_eq(elapsed(), 3);
}
END_TEST

START_TEST(a_loop_may_be_closed_under_a_shield)
{
    start_inner(3, NULL);
    ck_no_error(weft_loop_close(&loop));
    ck_assert(weft_done(&task) && weft_done(&outers[0]) && nothing_is_linked());
    start_inner(3, NULL);
    run_dry();
    ck_recorded(".=ok");
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("shield");
    tcase_add_loop_test(tests, a_shield_ends_with_its_awaitable, 0, 2);
    tcase_add_loop_test(tests, a_shield_of_an_ended_awaitable_does_not_wait, 0, 2);
    tcase_add_test(tests, a_shield_ends_when_its_awaitable_is_cancelled);
    tcase_add_test(tests, gh_79306_a_cancelled_shield_leaves_its_awaitable_running_and_unlinked);
    tcase_add_test(tests, an_error_behind_a_cancelled_wait_goes_to_the_exception_handler);
    tcase_add_test(tests, an_error_while_a_shield_waits_is_retrieved_by_the_shield);
    tcase_add_loop_test(tests, gh_86296_a_result_and_a_cancellation_in_one_tick, 0, 2);
    tcase_add_test(tests, several_shields_of_one_awaitable_are_independent);
    tcase_add_loop_test(tests, an_awaitable_that_cannot_be_awaited_cannot_be_shielded, 0, 2);
    tcase_add_test(tests, a_shield_that_is_in_use_is_refused_and_goes_on);
    tcase_add_test(tests, a_task_waits_for_its_shield);
    tcase_add_test(tests, a_cancelled_gather_of_shields_leaves_their_awaitables_running);
    tcase_add_test(tests, a_shielded_gather_goes_on);
    tcase_add_loop_test(tests, a_shielded_wait_for_that_times_out_leaves_its_task_running, 0, 3);
    tcase_add_test(tests, a_loop_may_be_closed_under_a_shield);
    return run_suite();
}
