/* SPDX-License-Identifier: MIT */
/* Semaphores: units are conserved, and granted first in, first out. */
#include "helper.h"
#include "ways.h"

#include <string.h>

static weft_semaphore semaphore;

/* Records a letter when it has a unit, and its capital when it releases the unit. */
struct holder {
    weft_frame frame;
    char name;
    weft_time delay;
};

WEFT_ASYNC_BODY(holder)
{
    weft_with_semaphore(&semaphore) {
        note_letter(self->name);
        weft_sleep(self->delay);
        note_letter((char)(self->name - 'a' + 'A'));
    }
    weft_end;
}
WEFT_ASYNC_END

typedef WEFT_TASK(holder) holder_task;
static holder_task tasks[4];

static void new_semaphore(void)
{
    semaphore = (weft_semaphore)WEFT_SEMAPHORE(2);
}

/* Starts a and b, which hold a unit each, and c and d, which wait. */
static void start_all(void)
{
    for (int i = 0; i < 4; i++)
        weft_loop_create_task(&loop, holder, &tasks[i], .name = (char)('a' + i), .delay = 10);
    tick();
    ck_recorded("ab");
}

static bool all_is_free(void)
{
    return semaphore.value == 2 && !semaphore.waiters.first;
}

START_TEST(a_semaphore_admits_as_many_tasks_as_it_has_units)
{
    start_all();
    ck_assert(weft_semaphore_locked(&semaphore));
    run_dry();
    ck_recorded("ABcdCD");
    ck_assert(all_is_free() && !weft_semaphore_locked(&semaphore));
}
END_TEST

START_TEST(a_released_unit_is_granted_to_the_first_waiter_not_to_a_newcomer)
{
    start_all();
    ck_no_error(weft_semaphore_release(&semaphore));
    ck_assert(weft_semaphore_locked(&semaphore));
    ck_assert_uint_eq(semaphore.value, 0);
    tick();
    ck_recorded("c");
}
END_TEST

/* gh-90155.
 * CPython: test_locks.SemaphoreTests.test_acquire_no_hang */
START_TEST(a_waiter_that_is_granted_a_unit_and_cancelled_passes_it_on)
{
    start_all();
    weft_semaphore_release(&semaphore);
    weft_cancel(&tasks[2]);
    tick();
    ck_recorded("");
    tick();
    ck_recorded("d");
    ck_assert(weft_cancelled(&tasks[2]));
}
END_TEST

/* CPython: test_locks.SemaphoreTests.test_acquire_cancel
 * CPython: test_locks.SemaphoreTests.test_acquire_hang */
START_TEST(a_cancelled_waiter_takes_nothing)
{
    start_all();
    weft_cancel(&tasks[2]);
    weft_semaphore_release(&semaphore);
    tick();
    ck_recorded("d");
    run_dry();
    ck_assert_uint_eq(semaphore.value, 3);
}
END_TEST

/* Only a cancellation is tested here; other ways out are tested below. */
START_TEST(a_unit_is_released_when_its_holder_or_a_waiter_is_cancelled)
{
    start_all();
    weft_cancel(&tasks[_i]);
    run_dry();
    ck_assert(all_is_free());
}
END_TEST

/* CPython: test_locks.SemaphoreTests.test_release_not_acquired */
START_TEST(a_bounded_semaphore_refuses_a_surplus_release)
{
    semaphore = (weft_semaphore)WEFT_BOUNDED_SEMAPHORE(2);
    ck_error(weft_semaphore_release(&semaphore), &weft_invalid_state_error);
    start_all();
    run_dry();
    ck_recorded("ABcdCD");
    ck_assert(all_is_free());
    semaphore = (weft_semaphore)WEFT_BOUNDED_SEMAPHORE(0);
    ck_error(weft_semaphore_release(&semaphore), &weft_invalid_state_error);
}
END_TEST

/* CPython: test_locks.SemaphoreTests.test_release_no_waiters
 * CPython: test_locks.SemaphoreTests.test_initial_value_zero */
START_TEST(an_unbounded_semaphore_counts_every_release)
{
    ck_no_error(weft_semaphore_release(&semaphore));
    ck_assert_uint_eq(semaphore.value, 3);
    semaphore = (weft_semaphore)WEFT_SEMAPHORE(0);
    ck_assert(weft_semaphore_locked(&semaphore));
    ck_no_error(weft_semaphore_release(&semaphore));
    ck_assert(!weft_semaphore_locked(&semaphore));
}
END_TEST

START_TEST(a_semaphore_may_be_made_where_no_initialiser_reaches)
{
    weft_bounded_semaphore_init(&semaphore, 3);
    ck_assert_uint_eq(semaphore.value, 3);
    ck_error(weft_semaphore_release(&semaphore), &weft_invalid_state_error);
    weft_semaphore_init(&semaphore, 1);
    ck_assert_uint_eq(semaphore.value, 1);
    ck_no_error(weft_semaphore_release(&semaphore));
    ck_assert_uint_eq(semaphore.value, 2);
}
END_TEST

/* Takes a unit, keeps it, and records its name. */
WEFT_ASYNC(taker, char name;)
{
    weft_semaphore_acquire(&semaphore);
    note_letter(self->name);
}
WEFT_ASYNC_END

static WEFT_TASK(taker) takers[4];

static void start_takers(int first, int n)
{
    for (int i = first; i < first + n; i++)
        weft_loop_create_task(&loop, taker, &takers[i], .name = (char)('1' + i));
}

static void release(int n)
{
    for (int i = 0; i < n; i++)
        ck_no_error(weft_semaphore_release(&semaphore));
}

/* CPython: test_locks.SemaphoreTests.test_acquire */
START_TEST(a_newcomer_waits_behind_waiters_that_were_granted_units)
{
    semaphore = (weft_semaphore)WEFT_SEMAPHORE(1);
    start_takers(0, 3);
    tick();
    ck_recorded("1");
    start_takers(3, 1);
    release(2);
    ck_assert_uint_eq(semaphore.value, 0);
    tick();
    ck_recorded("23");
    ck_assert(weft_semaphore_locked(&semaphore) && !weft_done(&takers[3]));
    release(1);
    tick();
    ck_recorded("4");
    ck_assert_ptr_null(semaphore.waiters.first);
}
END_TEST

/* gh-90155.
 * CPython: test_locks.SemaphoreTests.test_acquire_cancel_before_awoken
 * CPython: test_locks.SemaphoreTests.test_acquire_fifo_order_3 */
START_TEST(cancelled_waiters_are_skipped)
{
    semaphore = (weft_semaphore)WEFT_SEMAPHORE(0);
    start_takers(0, 4);
    tick();
    weft_cancel(&takers[0]), weft_cancel(&takers[1]);
    if (_i)
        tick();
    release(1);
    run_dry();
    ck_recorded("3");
    release(1);
    run_dry();
    ck_recorded("4");
    ck_assert(!semaphore.waiters.first && semaphore.value == 0);
}
END_TEST

/* When it is cancelled in its wait, sleeps. */
WEFT_ASYNC(sleeper)
{
    weft_try {
        weft_semaphore_acquire(&semaphore);
        note("never");
    }
    weft_catch(&weft_cancelled_error) {
        weft_sleep(UNITS(100));
        note("woken");
    }
    weft_end;
}
WEFT_ASYNC_END

/* The only waiter was cancelled. It has ended, or it does something else. */
START_TEST(a_waiter_that_comes_after_a_cancelled_one_gets_a_unit)
{
    static WEFT_TASK(sleeper) task;
    semaphore = (weft_semaphore)WEFT_SEMAPHORE(0);
    if (_i)
        weft_loop_create_task(&loop, sleeper, &task);
    else
        start_takers(0, 1);
    tick();
    weft_cancel_(_i ? &task.awaitable : &takers[0].awaitable);
    tick();
    ck_assert_ptr_null(semaphore.waiters.first);
    start_takers(1, 2);
    tick();
    release(1);
    tick();
    ck_recorded("2");
    release(1);
    tick();
    ck_recorded("3");
    run_dry();
    ck_recorded(_i ? "woken" : "");
    ck_assert_uint_eq(elapsed(), _i ? 100 : 0);
    ck_assert(!semaphore.waiters.first && semaphore.value == 0);
}
END_TEST

/* Takes a unit, releases it, and wants it again. */
WEFT_ASYNC(coming_back, char name; weft_time holds; int i;)
{
    for (self->i = 0; self->i < 2; self->i++) {
        weft_semaphore_acquire(&semaphore);
        note_letter(self->name);
        weft_sleep(self->holds);
        weft_check(weft_semaphore_release(&semaphore));
    }
}
WEFT_ASYNC_END

/* CPython: test_locks.SemaphoreTests.test_acquire_fifo_order
 * CPython: test_locks.SemaphoreTests.test_acquire_fifo_order_2 */
START_TEST(a_task_that_acquires_again_waits_behind_the_others)
{
    static WEFT_TASK(coming_back) all[3];
    semaphore = (weft_semaphore)WEFT_SEMAPHORE(1);
    for (int i = 0; i < 3; i++)
        weft_loop_create_task(&loop, coming_back, &all[i], .name = (char)('a' + i), .holds = 10);
    run_dry();
    ck_recorded("abcabc");
    ck_assert_uint_eq(semaphore.value, 1);
}
END_TEST

/* Releases three units, one of them for itself, and waits behind the first waiter. */
WEFT_ASYNC(giving)
{
    release(3);
    ck_assert_uint_eq(semaphore.value, 2);
    ck_assert(weft_semaphore_locked(&semaphore)); /* the first waiter has not run yet */
    weft_semaphore_acquire(&semaphore);
    note("g");
}
WEFT_ASYNC_END

/* gh-90155.
 * CPython: test_locks.SemaphoreTests.test_acquire_fifo_order_4 */
START_TEST(free_units_are_granted_to_all_waiters_when_the_first_one_runs)
{
    static WEFT_TASK(giving) task;
    semaphore = (weft_semaphore)WEFT_SEMAPHORE(0);
    start_takers(0, 1);
    weft_loop_create_task(&loop, giving, &task);
    start_takers(1, 1);
    tick();
    ck_recorded("");
    ck_assert_uint_eq(semaphore.value, 2);
    tick();
    ck_recorded("1");
    ck_assert_uint_eq(semaphore.value, 0);
    tick();
    ck_recorded("g2");
    ck_assert_ptr_null(semaphore.waiters.first);
}
END_TEST

/* The ways out of a with block. */
WEFT_ASYNC(leaving, char way; int i;)
{
    for (self->i = 0; self->i < 1; self->i++) {
        weft_with_semaphore(&semaphore) {
            weft_sleep(UNITS(1));
            LEAVE(self->way);
        }
        weft_end;
    }
}
WEFT_ASYNC_END

START_TEST(a_with_block_passes_its_unit_on_at_every_way_out)
{
    static WEFT_TASK(leaving) task;
    semaphore = (weft_semaphore)WEFT_BOUNDED_SEMAPHORE(1);
    weft_loop_create_task(&loop, leaving, &task, .way = WAYS[_i]);
    start_takers(0, 1);
    run_dry();
    ck_recorded("1");
    ck_assert(weft_done(&task) && semaphore.value == 0);
    release(1);
    ck_error(weft_semaphore_release(&semaphore), &weft_invalid_state_error);
}
END_TEST

START_TEST(a_report_names_the_semaphore)
{
    start_all();
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&tasks[2].task).what, "semaphore"));
    IF_TEXTS(ck_assert_ptr_eq(weft_task_waits_for(&tasks[2].task).object, &semaphore));
    IF_TEXTS(ck_assert_ptr_null(weft_task_waits_for(&tasks[2].task).holder));
}
END_TEST

/* Cancels each task in each tick. All tasks must end, and all units must be back. */
START_TEST(units_are_conserved_under_cancellation_at_any_tick)
{
    for (int ticks = 0; ticks < 8; ticks++) {
        start_all();
        for (int i = 0; i < ticks; i++)
            tick();
        weft_cancel(&tasks[_i]);
        weft_cancel(&tasks[(_i + 1) % 4]);
        run_dry();
        record[0] = '\0';
        ck_assert(all_is_free());
    }
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("semaphore");
    tcase_add_checked_fixture(tests, new_semaphore, NULL);
    tcase_add_test(tests, a_semaphore_admits_as_many_tasks_as_it_has_units);
    tcase_add_test(tests, a_released_unit_is_granted_to_the_first_waiter_not_to_a_newcomer);
    tcase_add_test(tests, a_waiter_that_is_granted_a_unit_and_cancelled_passes_it_on);
    tcase_add_test(tests, a_cancelled_waiter_takes_nothing);
    tcase_add_loop_test(tests, a_unit_is_released_when_its_holder_or_a_waiter_is_cancelled, 0, 4);
    tcase_add_test(tests, a_bounded_semaphore_refuses_a_surplus_release);
    tcase_add_test(tests, an_unbounded_semaphore_counts_every_release);
    tcase_add_test(tests, a_semaphore_may_be_made_where_no_initialiser_reaches);
    tcase_add_test(tests, a_newcomer_waits_behind_waiters_that_were_granted_units);
    tcase_add_loop_test(tests, cancelled_waiters_are_skipped, 0, 2);
    tcase_add_loop_test(tests, a_waiter_that_comes_after_a_cancelled_one_gets_a_unit, 0, 2);
    tcase_add_test(tests, a_task_that_acquires_again_waits_behind_the_others);
    tcase_add_test(tests, free_units_are_granted_to_all_waiters_when_the_first_one_runs);
    tcase_add_loop_test(tests, a_with_block_passes_its_unit_on_at_every_way_out, 0,
                        sizeof(WAYS) - 1);
    tcase_add_test(tests, a_report_names_the_semaphore);
    tcase_add_loop_test(tests, units_are_conserved_under_cancellation_at_any_tick, 0, 4);
    return run_suite();
}
