/* SPDX-License-Identifier: MIT */
/* Barriers: all tasks pass together, and each gets another index. A cancellation, a reset or an
 * abort leaves nothing behind. */
#include "helper.h"

#include <ctype.h>
#include <string.h>

enum { PARTIES = 3, TASKS = 6 };

static weft_barrier barrier;
static weft_task some_task; /* holds the lock in tests that need no real holder */

static void new_barrier(void)
{
    barrier = (weft_barrier)WEFT_BARRIER(PARTIES);
}

static char digit(size_t n)
{
    return (char)('0' + n);
}

/* Waits `times` times. Records its letter and its index after a pass, "!" and its letter for a
 * broken barrier, and its capital after a cancellation. */
WEFT_ASYNC(waiter, char name; int times; int passed; struct weft_barrier_wait wait; int i;
           const weft_error *caught;)
{
    weft_try {
        for (self->i = 0; self->i < self->times; self->i++) {
            weft_barrier_wait(&barrier, &self->wait);
            note_letter(self->name);
            note_letter(digit(self->wait.result));
            self->passed++;
        }
    }
    weft_catch(&weft_broken_barrier_error, self->caught) {
        note("!");
        note_letter(self->name);
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        note_letter((char)toupper(self->name));
        weft_raise(self->caught);
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_TASK(waiter) tasks[TASKS];

static void start_times(int i, int times)
{
    weft_loop_create_task(&loop, waiter, &tasks[i], .name = (char)('a' + i), .times = times);
}

static void start(int i)
{
    start_times(i, 1);
}

/* Starts n waiters, from letter `first` on, and runs until all wait at the barrier. */
static void start_some(int first, int n)
{
    for (int i = first; i < first + n; i++)
        start(i);
    tick();
}

static bool lock_is_free(void)
{
    return !weft_condition_locked(&barrier.condition) && !barrier.condition.lock.waiters.first;
}

static bool barrier_is_empty(void)
{
    return !barrier.count && !weft_barrier_waiting(&barrier) && lock_is_free() &&
           !barrier.condition.waiters.first;
}

static bool barrier_is_as_new(void)
{
    return barrier_is_empty() && !weft_barrier_broken(&barrier);
}

WEFT_ASYNC(resetting)
{
    weft_barrier_reset(&barrier);
    note("reset,");
}
WEFT_ASYNC_END

WEFT_ASYNC(aborting)
{
    weft_barrier_abort(&barrier);
    note("abort,");
}
WEFT_ASYNC_END

static WEFT_TASK(resetting) resets[2];
static WEFT_TASK(aborting) aborts[2];

static void start_reset(void)
{
    weft_loop_create_task(&loop, resetting, &resets[0]);
}

static void start_abort(void)
{
    weft_loop_create_task(&loop, aborting, &aborts[0]);
}

/* ---- Passing ---- */

/* CPython: test_locks.BarrierTests.test_filling_task_by_task */
START_TEST(all_waiters_pass_when_the_last_one_comes)
{
    ck_assert_uint_eq(weft_barrier_parties(&barrier), PARTIES);
    for (int i = 0; i < PARTIES - 1; i++) {
        ck_assert_uint_eq(weft_barrier_waiting(&barrier), (size_t)i);
        start_some(i, 1);
        ck_recorded("");
    }
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), PARTIES - 1);
    start_some(PARTIES - 1, 1);
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), 0);
    run_dry();
    ck_recorded("c2a0b1");
    ck_assert(barrier_is_as_new());
}
END_TEST

/* CPython: test_locks.BarrierTests.test_context_manager */
START_TEST(each_index_is_the_position_in_the_order_of_coming)
{
    start_some(3, 1);
    start_some(0, 1);
    start_some(2, 1);
    run_dry();
    ck_recorded("c2d0a1");
}
END_TEST

/* CPython: test_locks.BarrierTests.test_barrier_parties */
START_TEST(a_barrier_for_no_task_is_an_error)
{
    weft_barrier_init(&barrier, 0);
    start_some(0, 1);
    ck_error(weft_error_of(&tasks[0]), &weft_invalid_state_error);
    ck_assert(barrier_is_as_new());
    weft_barrier_init(&barrier, 2);
    ck_assert_uint_eq(weft_barrier_parties(&barrier), 2);
    start_some(0, 2);
    run_dry();
    ck_recorded("b1a0");
}
END_TEST

/* CPython: test_locks.BarrierTests.test_filling_one_task
 * CPython: test_locks.BarrierTests.test_filling_one_task_twice */
START_TEST(a_barrier_for_one_task_never_waits)
{
    barrier = (weft_barrier)WEFT_BARRIER(1);
    start_times(0, 2);
    tick();
    ck_recorded("a0a0");
    start_some(1, 2);
    ck_recorded("b0c0");
    ck_assert(barrier_is_as_new());
}
END_TEST

/* CPython: test_locks.BarrierTests.test_filling_tasks_wait_twice
 * CPython: test_locks.BarrierTests.test_filling_tasks_check_return_value */
START_TEST(a_barrier_may_be_passed_again_and_again)
{
    enum { TIMES = 5 };
    for (int i = 0; i < PARTIES; i++)
        start_times(i, TIMES);
    run_dry();
    for (int i = 0; i < PARTIES; i++)
        ck_assert_int_eq(tasks[i].frame.passed, TIMES);
    for (size_t i = 0; i < TIMES; i++) {
        char indexes[PARTIES + 1] = "";
        for (size_t j = 0; j < PARTIES; j++)
            indexes[record[(i * PARTIES + j) * 2 + 1] - '0']++;
        ck_assert_str_eq(indexes, "\1\1\1"); /* each index once a round */
    }
    ck_assert(barrier_is_as_new());
}
END_TEST

/* CPython: test_locks.BarrierTests.test_blocking_tasks_while_draining
 * CPython: test_locks.BarrierTests.test_draining_state */
START_TEST(a_waiter_that_comes_while_others_leave_waits_for_the_next_round)
{
    start_some(0, PARTIES + 1);
    ck_recorded("c2");
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), 0);
    run_dry();
    ck_recorded("a0b1");
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), 1);
    start_some(4, 2);
    run_dry();
    ck_recorded("f2d0e1");
    ck_assert(barrier_is_as_new());
}
END_TEST

/* ---- Cancelled ---- */

/* CPython: test_locks.BarrierTests.test_filling_tasks_cancel_one */
START_TEST(a_cancelled_waiter_is_not_counted_any_more)
{
    start_some(0, 2);
    weft_cancel(&tasks[0]);
    tick();
    ck_recorded("A");
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), 1);
    run_dry();
    start_some(2, 1);
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), 2);
    ck_recorded("");
    start_some(3, 1);
    run_dry();
    ck_assert_uint_eq(strlen(record), 2 * PARTIES);
    ck_assert(barrier_is_as_new());
}
END_TEST

/* gh-155233: asyncio returns one index twice here. */
START_TEST(no_index_is_given_twice_after_a_cancelled_wait)
{
    start_some(0, 2);
    weft_cancel(&tasks[_i]);
    run_dry();
    record[0] = '\0';
    start_some(3, 2);
    run_dry();
    char indexes[PARTIES + 1] = "";
    for (size_t i = 0; i < PARTIES; i++)
        indexes[record[2 * i + 1] - '0']++;
    ck_assert_str_eq(indexes, "\1\1\1");
    record[0] = '\0';
}
END_TEST

START_TEST(all_are_cancelled)
{
    start_some(0, 2);
    weft_cancel(&tasks[0]), weft_cancel(&tasks[1]);
    run_dry();
    ck_recorded("AB");
    ck_assert(barrier_is_as_new());
}
END_TEST

/* The waiter takes the lock again after the barrier was filled. The others must pass. */
START_TEST(a_waiter_that_is_cancelled_while_it_passes_delays_no_other)
{
    start_some(0, PARTIES);
    ck_recorded("c2");
    weft_cancel(&tasks[_i]);
    run_dry();
    ck_recorded(_i == 0 ? "Ab0" : "a0B");
    ck_assert(barrier_is_as_new());
    start_some(3, PARTIES);
    run_dry();
    ck_recorded("f2d0e1");
}
END_TEST

START_TEST(a_waiter_that_waits_for_others_to_leave_can_be_cancelled)
{
    start_some(0, PARTIES + 2);
    ck_recorded("c2");
    weft_cancel(&tasks[3]);
    run_dry();
    ck_recorded("a0b1D");
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), 1);
    start_some(0, 2);
    run_dry();
    ck_recorded("b2e0a1");
    ck_assert(barrier_is_as_new());
}
END_TEST

/* Cancels each waiter in each tick. The barrier must not count a waiter that is gone. */
START_TEST(a_barrier_survives_cancellation_at_any_tick)
{
    for (int ticks = 0; ticks < 8; ticks++) {
        for (unsigned victims = 0; victims < 1u << TASKS; victims++) {
            for (int i = 0; i < TASKS; i++)
                start(i);
            for (int i = 0; i < ticks; i++)
                tick();
            for (int i = 0; i < TASKS; i++)
                if (victims >> i & 1)
                    weft_cancel(&tasks[i]);
            run_dry();
            ck_assert_uint_eq(barrier.count, count_tasks());
            ck_assert_uint_lt(barrier.count, PARTIES);
            ck_assert(lock_is_free() && !weft_barrier_broken(&barrier));
            for (int i = 0; i < TASKS; i++)
                weft_cancel(&tasks[i]);
            run_dry();
            ck_assert(barrier_is_as_new() && loop_is_idle());
            record[0] = '\0';
        }
    }
}
END_TEST

START_TEST(a_wait_can_be_a_task_and_be_cancelled_before_its_first_step)
{
    static WEFT_TASK(weft_barrier_wait) waits[PARTIES + 1];
    for (int i = 0; i <= PARTIES; i++)
        weft_loop_create_task(&loop, weft_barrier_wait, &waits[i], .barrier = &barrier);
    weft_cancel(&waits[0]);
    run_dry();
    ck_assert(weft_cancelled(&waits[0]) && barrier_is_as_new());
    for (int i = 1; i <= PARTIES; i++)
        ck_no_error(weft_error_of(&waits[i]));
    ck_assert_uint_eq(waits[PARTIES].frame.result, PARTIES - 1);
}
END_TEST

/* ---- The barrier's lock is held ---- */

START_TEST(waiters_that_come_while_the_lock_is_held_can_be_cancelled)
{
    barrier.condition.lock.holder = &some_task;
    start_some(0, PARTIES + 1);
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&tasks[0].task).what, "lock"));
    weft_cancel(&tasks[0]);
    tick();
    ck_recorded("A");
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), 0);
    ck_no_error(weft_condition_release(&barrier.condition));
    run_dry();
    ck_recorded("d2b0c1");
    ck_assert(barrier_is_as_new());
}
END_TEST

/* The waiter is cancelled, or not. It waits for the lock, and then leaves or is counted. */
START_TEST(a_waiter_takes_the_lock_after_waiting_for_others_to_leave)
{
    start_some(0, PARTIES + 1);
    tick();
    ck_recorded("c2a0b1");
    barrier.condition.lock.holder = &some_task;
    if (_i == 1)
        weft_cancel(&tasks[3]);
    tick();
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&tasks[3].task).what, "lock"));
    if (_i == 2)
        weft_cancel(&tasks[3]);
    tick();
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), 0);
    ck_no_error(weft_condition_release(&barrier.condition));
    run_dry();
    ck_recorded(_i ? "D" : "");
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), _i ? 0 : 1);
    ck_assert(lock_is_free());
}
END_TEST

/* ---- Reset ---- */

/* CPython: test_locks.BarrierTests.test_reset_barrier */
START_TEST(a_reset_of_an_empty_barrier_changes_nothing)
{
    start_reset();
    tick();
    ck_recorded("reset,");
    ck_assert(barrier_is_as_new());
}
END_TEST

/* CPython: test_locks.BarrierTests.test_reset_barrier_while_tasks_waiting */
START_TEST(a_reset_fails_all_waits_and_the_barrier_is_as_new)
{
    start_some(0, 2);
    start_reset();
    tick();
    ck_recorded("reset,");
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), 0);
    ck_assert(!weft_barrier_broken(&barrier));
    run_dry();
    ck_recorded("!a!b");
    ck_assert(barrier_is_as_new());
    start_some(0, PARTIES);
    run_dry();
    ck_recorded("c2a0b1");
}
END_TEST

/* CPython: test_locks.BarrierTests.test_reset_barrier_while_tasks_waiting_and_waiting_again */
START_TEST(a_waiter_that_comes_during_a_reset_waits_until_it_is_over)
{
    start_some(0, 2);
    start_reset();
    tick();
    start_some(2, 1);
    run_dry();
    ck_recorded("reset,!a!b");
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), 1);
    start_some(3, 2);
    run_dry();
    ck_recorded("e2c0d1");
    ck_assert(barrier_is_as_new());
}
END_TEST

START_TEST(a_reset_while_waiters_leave_breaks_it_for_those_still_inside)
{
    for (int i = 0; i <= PARTIES; i++)
        start(i); /* this waiter comes too late, and waits until the others have left */
    start_reset();
    tick();
    ck_recorded("c2reset,");
    run_dry();
    ck_recorded("!a!b");
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), 1);
    start_some(4, 2);
    run_dry();
    ck_recorded("f2d0e1");
    ck_assert(barrier_is_as_new());
}
END_TEST

/* When two waiters are left inside, the next one that passes resets or aborts the barrier. All
 * waiters then wait again. */
enum { MANY = 5, HALF = MANY / 2 };

WEFT_ASYNC(half_draining, bool aborts; int i; struct weft_barrier_wait wait;)
{
    for (self->i = 0; self->i < 2; self->i++) {
        weft_try {
            weft_barrier_wait(&barrier, &self->wait);
            note("+");
            if (self->i == 0 && barrier.count == HALF) {
                if (self->aborts)
                    weft_barrier_abort(&barrier);
                else
                    weft_barrier_reset(&barrier);
                note(",");
            }
        }
        weft_catch(&weft_broken_barrier_error) {
            note("!");
        }
        weft_end;
    }
}
WEFT_ASYNC_END

static WEFT_TASK(half_draining) many[MANY];

static void start_half_draining(bool to_abort)
{
    barrier = (weft_barrier)WEFT_BARRIER(MANY);
    for (int i = 0; i < MANY; i++)
        weft_loop_create_task(&loop, half_draining, &many[i], .aborts = to_abort);
    run_dry();
    ck_assert(barrier_is_empty() && loop_is_idle());
}

/* CPython: test_locks.BarrierTests.test_reset_barrier_when_tasks_half_draining
 * CPython: test_locks.BarrierTests.test_reset_barrier_when_tasks_half_draining_half_blocking */
START_TEST(waiters_of_a_reset_barrier_pass_the_next_time)
{
    start_half_draining(false);
    ck_recorded("+++,!!+++++");
    ck_assert(!weft_barrier_broken(&barrier));
}
END_TEST

START_TEST(a_second_reset_changes_nothing)
{
    start(0), start(1);
    start_reset();
    start(2);
    tick();
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&tasks[2].task).what, "condition"));
    start_reset();
    start(3);
    ck_recorded("reset,");
    run_dry();
    ck_recorded("!a!breset,");
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), 2);
    ck_assert(!weft_barrier_broken(&barrier));
}
END_TEST

/* asyncio's reset also takes a tick, and the order of the waiters behind it depends on that. */
START_TEST(a_second_reset_wakes_a_waiter_that_waits_for_others_to_leave)
{
    start(0), start(1);
    start_reset();
    start(2);
    weft_loop_create_task(&loop, resetting, &resets[1]);
    tick();
    ck_recorded("reset,reset,");
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&tasks[2].task).what, "nothing"));
    run_dry();
    ck_recorded("!a!b");
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), 1);
}
END_TEST

/* CPython: test_locks.BarrierTests.test_reset_barrier_while_tasks_draining */
START_TEST(a_reset_after_the_last_waiter_has_left_breaks_no_wait)
{
    start_some(0, PARTIES);
    run_dry();
    start_reset();
    start_some(0, PARTIES);
    run_dry();
    ck_recorded("c2a0b1reset,c2a0b1");
}
END_TEST

START_TEST(a_reset_that_waits_for_the_lock_can_be_cancelled)
{
    start_some(0, 2);
    barrier.condition.lock.holder = &some_task;
    weft_loop_create_task(&loop, resetting, &resets[0]);
    weft_loop_create_task(&loop, aborting, &aborts[0]);
    weft_loop_create_task(&loop, resetting, &resets[1]);
    weft_loop_create_task(&loop, aborting, &aborts[1]);
    tick();
    ck_recorded("");
    weft_cancel(&resets[0]), weft_cancel(&aborts[0]);
    if (_i)
        weft_cancel(&resets[1]), weft_cancel(&aborts[1]);
    ck_no_error(weft_condition_release(&barrier.condition));
    run_dry();
    ck_recorded(_i ? "" : "reset,abort,!a!b");
    ck_assert(weft_cancelled(&resets[0]) && weft_cancelled(&aborts[0]) && lock_is_free());
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), _i ? 2 : 0);
    ck_assert(weft_barrier_broken(&barrier) == !_i);
}
END_TEST

/* ---- Abort ---- */

/* CPython: test_locks.BarrierTests.test_abort_barrier */
START_TEST(an_aborted_barrier_is_broken_until_it_is_reset)
{
    start_abort();
    tick();
    ck_recorded("abort,");
    ck_assert(weft_barrier_broken(&barrier));
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), 0);
    start_some(0, PARTIES);
    ck_recorded("!a!b!c");
    ck_assert(barrier_is_empty());
    start_reset();
    start_some(0, PARTIES);
    run_dry();
    ck_recorded("reset,c2a0b1");
    ck_assert(barrier_is_as_new());
}
END_TEST

START_TEST(an_abort_breaks_the_barrier_for_all_waiters)
{
    start_some(0, 2);
    start_abort();
    run_dry();
    ck_recorded("abort,!a!b");
    ck_assert(weft_barrier_broken(&barrier) && barrier_is_empty());
}
END_TEST

START_TEST(an_abort_while_waiters_leave_breaks_it_for_those_still_inside)
{
    for (int i = 0; i <= PARTIES; i++)
        start(i);
    start_abort();
    tick();
    ck_recorded("c2abort,");
    run_dry();
    ck_recorded("!a!b!d");
    ck_assert(weft_barrier_broken(&barrier) && barrier_is_empty());
}
END_TEST

/* CPython: test_locks.BarrierTests.test_abort_barrier_when_tasks_half_draining_half_blocking */
START_TEST(waiters_and_newcomers_of_an_aborted_barrier_find_it_broken)
{
    start_half_draining(true);
    ck_recorded("+++,!!!!!!!");
    ck_assert(weft_barrier_broken(&barrier));
}
END_TEST

START_TEST(a_reset_of_a_broken_barrier_waits_until_all_have_left)
{
    start_some(0, 2);
    start_abort();
    start_reset();
    start_some(3, 1);
    run_dry();
    ck_recorded("abort,reset,!a!b");
    ck_assert_uint_eq(weft_barrier_waiting(&barrier), 1);
    ck_assert(!weft_barrier_broken(&barrier));
}
END_TEST

/* The waiter with the middle index fails and aborts. The others meet at another barrier, where
 * one resets the first. */
static weft_barrier meeting;

WEFT_ASYNC(failing, bool failed; struct weft_barrier_wait wait; const weft_error *caught;)
{
    weft_try {
        weft_barrier_wait(&barrier, &self->wait);
        if (self->wait.result == PARTIES / 2)
            weft_raise(&fail);
        weft_barrier_wait(&barrier, &self->wait);
        note("never");
    }
    weft_catch(&weft_broken_barrier_error) {
        note("!");
    }
    weft_catch(&fail) {
        weft_barrier_abort(&barrier);
        note("abort,");
    }
    weft_end;
    weft_barrier_wait(&meeting, &self->wait);
    if (self->wait.result == PARTIES / 2)
        weft_barrier_reset(&barrier);
    weft_barrier_wait(&meeting, &self->wait);
    weft_barrier_wait(&barrier, &self->wait);
    note("+");
}
WEFT_ASYNC_END

/* CPython: test_locks.BarrierTests.test_abort_barrier_when_exception
 * CPython: test_locks.BarrierTests.test_abort_barrier_when_exception_then_resetting */
START_TEST(a_waiter_that_fails_aborts_and_another_one_resets)
{
    static WEFT_TASK(failing) all[PARTIES];
    meeting = (weft_barrier)WEFT_BARRIER(PARTIES);
    for (int i = 0; i < PARTIES; i++)
        weft_loop_create_task(&loop, failing, &all[i]);
    run_dry();
    ck_recorded("abort,!!+++");
    ck_assert(barrier_is_as_new() && loop_is_idle());
}
END_TEST

/* ---- Reports ---- */

START_TEST(a_report_names_the_wait_and_its_caller)
{
    start_some(0, 1);
    const weft_frame *const wait = weft_task_innermost(&tasks[0].task);
    ck_assert_str_eq(weft_frame_location(wait).coroutine, "weft_barrier_wait");
    ck_assert_ptr_eq(weft_task_caller(&tasks[0].task, wait), &tasks[0].task.root);
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&tasks[0].task).what, "condition"));
    IF_TEXTS(ck_assert_ptr_eq(weft_task_waits_for(&tasks[0].task).object, &barrier.condition));
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("barrier");
    tcase_add_checked_fixture(tests, new_barrier, NULL);
    tcase_add_test(tests, all_waiters_pass_when_the_last_one_comes);
    tcase_add_test(tests, each_index_is_the_position_in_the_order_of_coming);
    tcase_add_test(tests, a_barrier_for_no_task_is_an_error);
    tcase_add_test(tests, a_barrier_for_one_task_never_waits);
    tcase_add_test(tests, a_barrier_may_be_passed_again_and_again);
    tcase_add_test(tests, a_waiter_that_comes_while_others_leave_waits_for_the_next_round);
    tcase_add_test(tests, a_cancelled_waiter_is_not_counted_any_more);
    tcase_add_loop_test(tests, no_index_is_given_twice_after_a_cancelled_wait, 0, 2);
    tcase_add_test(tests, all_are_cancelled);
    tcase_add_loop_test(tests, a_waiter_that_is_cancelled_while_it_passes_delays_no_other, 0, 2);
    tcase_add_test(tests, a_waiter_that_waits_for_others_to_leave_can_be_cancelled);
    tcase_add_test(tests, a_barrier_survives_cancellation_at_any_tick);
    tcase_add_test(tests, a_wait_can_be_a_task_and_be_cancelled_before_its_first_step);
    tcase_add_test(tests, waiters_that_come_while_the_lock_is_held_can_be_cancelled);
    tcase_add_loop_test(tests, a_waiter_takes_the_lock_after_waiting_for_others_to_leave, 0, 3);
    tcase_add_test(tests, a_reset_of_an_empty_barrier_changes_nothing);
    tcase_add_test(tests, a_reset_fails_all_waits_and_the_barrier_is_as_new);
    tcase_add_test(tests, a_waiter_that_comes_during_a_reset_waits_until_it_is_over);
    tcase_add_test(tests, a_reset_while_waiters_leave_breaks_it_for_those_still_inside);
    tcase_add_test(tests, waiters_of_a_reset_barrier_pass_the_next_time);
    tcase_add_test(tests, a_second_reset_changes_nothing);
    tcase_add_test(tests, a_second_reset_wakes_a_waiter_that_waits_for_others_to_leave);
    tcase_add_test(tests, a_reset_after_the_last_waiter_has_left_breaks_no_wait);
    tcase_add_loop_test(tests, a_reset_that_waits_for_the_lock_can_be_cancelled, 0, 2);
    tcase_add_test(tests, an_aborted_barrier_is_broken_until_it_is_reset);
    tcase_add_test(tests, an_abort_breaks_the_barrier_for_all_waiters);
    tcase_add_test(tests, an_abort_while_waiters_leave_breaks_it_for_those_still_inside);
    tcase_add_test(tests, waiters_and_newcomers_of_an_aborted_barrier_find_it_broken);
    tcase_add_test(tests, a_reset_of_a_broken_barrier_waits_until_all_have_left);
    tcase_add_test(tests, a_waiter_that_fails_aborts_and_another_one_resets);
    tcase_add_test(tests, a_report_names_the_wait_and_its_caller);
    return run_suite();
}
