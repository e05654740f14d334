/* SPDX-License-Identifier: MIT */
/* Conditions: waiters are notified in order. A waiter holds the lock whenever its wait ends,
 * even after several cancellations. No notification is lost. */
#include "helper.h"
#include "ways.h"

#include <ctype.h>
#include <string.h>

static weft_condition condition;
static weft_task some_task; /* holds the lock in tests that need no real holder */

static void new_condition(void)
{
    condition = (weft_condition){.lock = {.holder = NULL}};
}

static bool is_mine(const weft_task *task)
{
    return condition.lock.holder == task;
}

/* Waits. Records its letter when it was notified, its capital when it was cancelled. In both
 * cases it holds the lock then, and keeps it for a time. */
WEFT_ASYNC(waiter, char name; weft_time holds; const weft_error *caught;)
{
    weft_with_condition(&condition) {
        weft_try {
            weft_condition_wait(&condition);
            ck_assert(is_mine(weft_current_task()));
            note_letter(self->name);
            if (self->holds)
                weft_sleep(self->holds);
        }
        weft_catch(&weft_cancelled_error, self->caught) {
            ck_assert(is_mine(weft_current_task()));
            note_letter((char)toupper(self->name));
            weft_raise(self->caught);
        }
        weft_end;
        ck_assert(is_mine(weft_current_task()));
    }
    weft_end;
}
WEFT_ASYNC_END

typedef WEFT_TASK(waiter) waiter_task;
static waiter_task a, b, c, d;

static void start(waiter_task *task, char name, weft_time holds)
{
    weft_loop_create_task(&loop, waiter, task, .name = name, .holds = holds);
}

static void start_all(weft_time holds)
{
    start(&a, 'a', holds);
    start(&b, 'b', holds);
    start(&c, 'c', holds);
    tick();
    ck_recorded("");
    ck_assert(!weft_condition_locked(&condition));
}

/* Takes the lock, which is free. */
static void hold(void)
{
    ck_assert(!weft_condition_locked(&condition) && !condition.lock.waiters.first);
    condition.lock.holder = &some_task;
}

static void release(void)
{
    ck_no_error(weft_condition_release(&condition));
}

static void notify(size_t n)
{
    ck_no_error(weft_condition_notify(&condition, n));
}

static void notify_all(void)
{
    ck_no_error(weft_condition_notify_all(&condition));
}

static bool waits_for_lock(const weft_task *task)
{
    return WEFT_TEXTS ? strcmp(weft_task_waits_for(task).what, "lock") == 0
                      : weft_parked_in_(task) == WEFT_LISTED_ &&
                            task->live.wait.node.listed_for == WEFT_WHERE_(&condition.lock.waiters);
}

static bool condition_is_free(void)
{
    return !weft_condition_locked(&condition) && !condition.waiters.first &&
           !condition.lock.waiters.first;
}

/* ---- Notifying ---- */

/* CPython: test_locks.ConditionTests.test_wait */
START_TEST(notify_wakes_n_waiters_in_the_order_in_which_they_came)
{
    start_all(1);
    hold();
    notify(1);
    tick();
    ck_recorded(""); /* it waits for the lock */
    release();
    tick();
    ck_recorded("a");
    ck_assert(is_mine(&a.task));
    notify(2);
    run_dry();
    ck_recorded("bc");
    ck_assert(condition_is_free());
}
END_TEST

/* CPython: test_locks.ConditionTests.test_notify */
START_TEST(notify_does_not_count_a_waiter_that_was_notified_already)
{
    start_all(0);
    hold();
    notify(1);
    release();
    tick();
    ck_recorded("a");
    run_dry();
    ck_recorded("");
    start(&d, 'd', 0);
    tick();
    hold();
    notify(1);
    notify(1);
    release();
    tick();
    ck_recorded("bc");
    hold();
    notify(2048);
    release();
    run_dry();
    ck_recorded("d");
    ck_assert(condition_is_free());
}
END_TEST

START_TEST(notify_of_zero_wakes_no_waiter)
{
    start_all(0);
    hold();
    notify(0);
    release();
    run_dry();
    ck_recorded("");
}
END_TEST

/* CPython: test_locks.ConditionTests.test_notify_all */
START_TEST(notify_all_wakes_all_waiters_and_they_take_the_lock_in_order)
{
    start_all(10);
    hold();
    notify_all();
    release();
    tick();
    ck_recorded("a");
    run_dry();
    ck_recorded("bc");
    ck_assert_uint_eq(elapsed(), 30);
    ck_assert(condition_is_free());
}
END_TEST

START_TEST(a_notification_without_a_waiter_is_lost)
{
    hold();
    notify(1);
    notify_all();
    release();
    start_all(0);
    run_dry();
    ck_recorded("");
}
END_TEST

/* Takes the lock for a tick, and records its name. */
WEFT_ASYNC(taker, char name;)
{
    weft_condition_acquire(&condition);
    ck_assert(is_mine(weft_current_task()));
    note_letter(self->name);
    weft_sleep(0);
    weft_check(weft_condition_release(&condition));
}
WEFT_ASYNC_END

static WEFT_TASK(taker) taker;

static void start_taker(void)
{
    weft_loop_create_task(&loop, taker, &taker, .name = 't');
    tick();
}

START_TEST(a_notified_waiter_queues_behind_those_that_wait_for_the_lock)
{
    start_all(0);
    hold();
    start_taker();
    notify(1);
    tick();
    release();
    run_dry();
    ck_recorded("ta");
}
END_TEST

START_TEST(a_wait_releases_the_lock_to_its_next_waiter)
{
    hold();
    start(&a, 'a', 0);
    start_taker();
    release();
    tick();
    ck_recorded("");
    tick();
    ck_recorded("t");
    run_dry();
    ck_assert(!weft_condition_locked(&condition));
}
END_TEST

/* ---- Wrong use ---- */

WEFT_ASYNC(careless, bool with_predicate;)
{
    if (self->with_predicate) {
        weft_condition_wait_for(&condition, true);
        note("true");
        weft_condition_wait_for(&condition, false);
    }
    weft_condition_wait(&condition);
}
WEFT_ASYNC_END

/* CPython: test_locks.ConditionTests.test_wait_unacquired
 * CPython: test_locks.ConditionTests.test_wait_for_unacquired */
START_TEST(a_wait_without_the_lock_is_an_error)
{
    static WEFT_TASK(careless) task;
    weft_loop_create_task(&loop, careless, &task, .with_predicate = _i);
    tick();
    ck_error(weft_error_of(&task), &weft_invalid_state_error);
    ck_recorded(_i ? "true" : "");
    ck_assert(condition_is_free());
}
END_TEST

/* CPython: test_locks.ConditionTests.test_notify_unacquired
 * CPython: test_locks.ConditionTests.test_notify_all_unacquired */
START_TEST(a_notify_without_the_lock_is_an_error_and_wakes_no_waiter)
{
    start_all(0);
    ck_error(weft_condition_notify(&condition, 1), &weft_invalid_state_error);
    ck_error(weft_condition_notify_all(&condition), &weft_invalid_state_error);
    ck_error(weft_condition_release(&condition), &weft_invalid_state_error);
    run_dry();
    ck_recorded("");
    ck_assert(!weft_done(&a) && !weft_condition_locked(&condition));
}
END_TEST

/* ---- The lock ---- */

WEFT_ASYNC(with_either, int round;)
{
    for (self->round = 0; self->round < 2; self->round++) {
        weft_with_condition(&condition) {
            ck_assert(weft_lock_locked(&condition.lock) && weft_condition_locked(&condition));
        }
        weft_end;
        ck_assert(condition_is_free());
        weft_with_lock(&condition.lock) {
            ck_assert(weft_condition_locked(&condition));
        }
        weft_end;
        ck_assert(condition_is_free());
    }
}
WEFT_ASYNC_END

/* CPython: test_locks.ConditionTests.test_context_manager
 * CPython: test_locks.ConditionTests.test_explicit_lock */
START_TEST(the_lock_of_a_condition_works_like_any_lock)
{
    static WEFT_TASK(with_either) task;
    weft_loop_create_task(&loop, with_either, &task);
    tick();
    ck_assert(weft_done(&task));
    ck_no_error(weft_error_of(&task));
}
END_TEST

WEFT_ASYNC(leaving, char way; int i;)
{
    for (self->i = 0; self->i < 1; self->i++) {
        weft_with_condition(&condition) {
            weft_sleep(UNITS(1));
            LEAVE(self->way);
            if (self->way == 'w')
                weft_condition_wait(&condition);
        }
        weft_end;
    }
}
WEFT_ASYNC_END

static const char more_ways[] = WAYS "w"; /* a cancelled wait */

START_TEST(a_with_block_releases_the_lock_on_every_way_out)
{
    static WEFT_TASK(leaving) task;
    weft_loop_create_task(&loop, leaving, &task, .way = more_ways[_i]);
    tick();
    ck_assert(is_mine(&task.task));
    weft_loop_create_task(&loop, taker, &taker, .name = 't');
    run_dry();
    if (more_ways[_i] == 'w')
        weft_cancel(&task);
    run_dry();
    ck_recorded("t");
    ck_assert(weft_done(&task) && condition_is_free());
    ck_error(weft_error_of(&task), strchr("xw", more_ways[_i]) ? &weft_cancelled_error
                                   : more_ways[_i] == 'e'      ? &fail
                                                               : NULL);
}
END_TEST

/* ---- With a predicate ---- */

static int items;

static bool may_go_on(const weft_task *task)
{
    ck_assert(is_mine(task));
    note("?");
    return items != 0;
}

/* Takes from the stock until nothing is left. */
WEFT_ASYNC(consumer, char name;)
{
    weft_with_condition(&condition) {
        while (true) {
            weft_condition_wait_for(&condition, may_go_on(weft_current_task()));
            if (items < 0)
                break;
            items--;
            note_letter(self->name);
        }
    }
    weft_end;
}
WEFT_ASYNC_END

typedef WEFT_TASK(consumer) consumer_task;
static consumer_task one, two;

static void start_consumers(void)
{
    items = 0;
    weft_loop_create_task(&loop, consumer, &one, .name = '1');
    weft_loop_create_task(&loop, consumer, &two, .name = '2');
    tick();
    ck_recorded("??");
}

/* CPython: test_locks.ConditionTests.test_wait_for */
START_TEST(a_predicate_is_checked_under_the_lock_at_each_notification)
{
    start_consumers();
    hold();
    notify(1);
    release();
    run_dry();
    ck_recorded("?");
    hold();
    items = 1;
    notify(1);
    release();
    run_dry();
    ck_recorded("?2?"); /* the first consumer waits behind this one now */
    hold();
    items = -1;
    notify_all();
    release();
    run_dry();
    ck_recorded("??");
    ck_assert(weft_done(&one) && weft_done(&two) && condition_is_free());
}
END_TEST

/* gh-112202. The waiter is notified, and cancelled in the same tick (0) or while it takes the
 * lock again (1). The next waiter must get the notification. CPython:
 * test_locks.ConditionTests.test_cancelled_wakeup CPython:
 * test_locks.ConditionTests.test_cancelled_wakeup_relock */
START_TEST(a_notified_waiter_that_is_cancelled_notifies_the_next_one)
{
    start_consumers();
    hold();
    items = 1;
    notify(1);
    if (_i)
        tick();
    weft_cancel(&one);
    tick();
    ck_recorded("");
    release();
    run_dry();
    ck_recorded("?2?");
    ck_assert(weft_cancelled(&one) && items == 0);
    hold();
    items = -1;
    notify_all();
    release();
    run_dry();
    ck_assert(weft_done(&two) && condition_is_free());
}
END_TEST

/* ---- Cancelled ---- */

START_TEST(a_cancelled_wait_takes_the_lock_again_first)
{
    start_all(0);
    ck_assert(weft_cancel(&a));
    hold();
    tick();
    ck_recorded("");
    ck_assert(waits_for_lock(&a.task) && !weft_done(&a));
    release();
    tick();
    ck_recorded("A");
    ck_assert(weft_cancelled(&a));
}
END_TEST

/* CPython 3.13 wakes the next waiter too, since it cannot see if the cancelled one had been
 * notified. */
START_TEST(a_cancelled_wait_wakes_another)
{
    start_all(0);
    weft_cancel(&b);
    tick();
    ck_recorded("B");
    tick();
    ck_recorded("a");
    run_dry();
    ck_recorded("");
    ck_assert(!weft_done(&c));
}
END_TEST

START_TEST(notify_skips_a_cancelled_waiter)
{
    start_all(0);
    weft_cancel(&a);
    hold();
    notify(1);
    release();
    tick();
    ck_recorded("Ab"); /* waiter a wakes c */
    tick();
    ck_recorded("c");
    ck_assert(condition_is_free());
}
END_TEST

/* Only waits. The coroutine ends with the lock held. */
WEFT_ASYNC(bare, bool ended;)
{
    weft_condition_wait(&condition);
    self->ended = true;
}
WEFT_ASYNC_END

static WEFT_TASK(bare) bare;

/* Releases a lock that another task has taken, which is allowed. */
static void start_bare(void)
{
    hold();
    weft_loop_create_task(&loop, bare, &bare);
}

/* CPython: test_locks.ConditionTests.test_wait_cancel */
START_TEST(a_cancelled_wait_ends_with_the_lock_held)
{
    start_bare();
    cancelled_soon(&bare.task);
    tick();
    tick();
    ck_assert(weft_cancelled(&bare) && is_mine(&bare.task));
    ck_assert(!condition.waiters.first && !condition.lock.waiters.first);
}
END_TEST

/* CPython: test_locks.ConditionTests.test_wait_cancel_contested */
START_TEST(a_notified_wait_that_is_cancelled_before_the_lock_is_released_holds_it)
{
    start_bare();
    tick();
    hold();
    notify(1);
    tick();
    weft_cancel(&bare);
    release();
    tick();
    ck_assert(weft_done(&bare) && is_mine(&bare.task));
    ck_assert(weft_cancelled(&bare) && !bare.frame.ended);
}
END_TEST

/* bpo-32841.
 * CPython: test_locks.ConditionTests.test_wait_cancel_after_notify */
START_TEST(a_cancellation_while_it_takes_the_lock_again_is_not_lost)
{
    start(&a, 'a', 0);
    tick();
    hold();
    notify(1);
    tick();
    ck_assert(waits_for_lock(&a.task));
    weft_cancel(&a);
    tick();
    ck_recorded("");
    release();
    tick();
    ck_recorded("A");
    ck_assert(weft_cancelled(&a) && condition_is_free());
}
END_TEST

/* The waiter keeps each request, and moves to the end of the lock's waiters. It was notified
 * first (0), or cancelled first (1). CPython: test_locks.ConditionTests.test_cancelled_error_wakeup
 * CPython: test_locks.ConditionTests.test_cancelled_error_re_aquire */
START_TEST(a_wait_that_is_cancelled_three_times_ends_with_the_lock_held)
{
    start(&a, 'a', 0);
    tick();
    hold();
    if (_i)
        weft_cancel(&a);
    else
        notify(1);
    tick();
    start_taker();
    for (int i = 0; i < 3; i++) {
        ck_assert(waits_for_lock(&a.task));
        ck_assert(weft_cancel(&a));
        tick();
        ck_assert(!weft_done(&a));
        ck_recorded("");
    }
    ck_assert_uint_eq(weft_cancelling(&a.task), (unsigned)(3 + _i));
    release();
    run_dry();
    ck_recorded("tA");
    ck_assert(weft_cancelled(&a) && weft_done(&taker) && condition_is_free());
}
END_TEST

/* bpo-27585. The waiter is granted the lock, and cancelled in the same tick. */
START_TEST(a_waiter_that_is_granted_the_lock_and_cancelled_passes_it_on)
{
    start(&a, 'a', 0);
    tick();
    hold();
    notify(1);
    tick();
    start_taker();
    release();
    weft_cancel(&a);
    tick();
    ck_recorded("");
    tick();
    ck_recorded("t");
    run_dry();
    ck_recorded("A");
    ck_assert(weft_cancelled(&a) && condition_is_free());
}
END_TEST

START_TEST(a_lone_waiter_that_is_granted_the_lock_and_cancelled_keeps_it)
{
    start(&a, 'a', 0);
    tick();
    hold();
    notify(1);
    tick();
    release();
    weft_cancel(&a);
    tick();
    ck_recorded("A");
    ck_assert(condition_is_free());
}
END_TEST

/* The cancellation has already ended the wait, so taking it back changes nothing. */
START_TEST(a_cancellation_that_ended_a_condition_wait_is_always_raised)
{
    start_all(0);
    weft_cancel(&a);
    hold();
    tick();
    ck_assert_uint_eq(weft_uncancel(&a.task), 0);
    notify_all();
    release();
    tick();
    ck_recorded("A");
    run_dry();
    ck_recorded("bc");
}
END_TEST

/* A frame that is used again must begin with a new wait. */
START_TEST(a_frame_can_wait_again_after_a_cancelled_wait)
{
    for (int i = 0; i < 3; i++) {
        start(&a, 'a', 0);
        tick();
        if (i != 1)
            weft_cancel(&a);
        hold();
        notify(1);
        tick();
        release();
        run_dry();
        ck_recorded(i == 1 ? "a" : "A");
        ck_assert(condition_is_free());
    }
}
END_TEST

WEFT_ASYNC(in_time, weft_timeout limit; const weft_error *caught;)
{
    weft_with_condition(&condition) {
        weft_try {
            weft_with_timeout(&self->limit, UNITS(500)) {
                weft_condition_wait(&condition);
            }
            weft_end;
        }
        weft_catch(&weft_timeout_error, self->caught) {
            ck_assert(is_mine(weft_current_task()));
            note("late");
        }
        weft_end;
    }
    weft_end;
}
WEFT_ASYNC_END

/* CPython: test_locks.ConditionTests.test_timeout_in_block */
START_TEST(a_wait_in_a_timeout_ends_in_time_with_the_lock)
{
    static WEFT_TASK(in_time) task;
    weft_loop_create_task(&loop, in_time, &task);
    run_dry();
    ck_recorded("late");
    ck_assert_uint_eq(elapsed(), 500);
    ck_assert(weft_done(&task) && condition_is_free());
    ck_no_error(weft_error_of(&task));
}
END_TEST

/* ---- All of it ---- */

static size_t count_notified(void)
{
    size_t count = 0;
    for (const char *letter = record; *letter; letter++)
        count += islower((unsigned char)*letter) != 0;
    return count;
}

static void end_waiters(void)
{
    hold();
    notify_all();
    release();
    run_dry();
    ck_assert(condition_is_free() && loop_is_idle());
}

/* Notifies two of four waiters. Some ticks later it cancels some of them, and again a tick
 * later. Either two waiters were notified, or all that are left. */
static void cancel_some(waiter_task *const *tasks, int ticks, unsigned victims, bool again)
{
    for (int i = 0; i < 4; i++)
        start(tasks[i], (char)('a' + i), i % 2 ? 5 : 0);
    tick();
    hold();
    notify(2);
    for (int i = 0; i < ticks; i++) {
        if (i == 1)
            release();
        tick();
    }
    for (int round = 0; round <= again; round++) {
        for (int i = 3; i >= 0; i--)
            if (victims >> i & 1)
                weft_cancel(tasks[i]);
        tick();
    }
    if (ticks < 2)
        release();
    run_dry();
    size_t left = 4;
    for (int i = 0; i < 4; i++)
        left -= weft_cancelled(tasks[i]);
    ck_assert_uint_ge(count_notified(), left < 2 ? left : 2);
    end_waiters();
    record[0] = '\0';
}

START_TEST(no_notification_is_lost_under_cancellation_at_any_tick)
{
    waiter_task *const tasks[] = {&a, &b, &c, &d};
    for (int ticks = 0; ticks < 8; ticks++)
        for (unsigned victims = 0; victims < 16; victims++)
            cancel_some(tasks, ticks, victims, _i);
}
END_TEST

START_TEST(a_report_names_the_condition_and_then_the_lock)
{
    start(&a, 'a', 0);
    tick();
    const unsigned line = weft_frame_location(weft_task_innermost(&a.task)).line;
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&a.task).what, "condition"));
    IF_TEXTS(ck_assert_ptr_eq(weft_task_waits_for(&a.task).object, &condition));
    IF_TEXTS(ck_assert_ptr_null(weft_task_waits_for(&a.task).holder));
    hold();
    notify(1);
    for (int i = 0; i < 3; i++) {
        tick();
        IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&a.task).what, "lock"));
        IF_TEXTS(ck_assert_ptr_eq(weft_task_waits_for(&a.task).object, &condition.lock));
        IF_TEXTS(ck_assert_ptr_eq(weft_task_waits_for(&a.task).holder, &some_task));
        ck_assert_uint_eq(weft_frame_location(weft_task_innermost(&a.task)).line, line);
        weft_cancel(&a);
    }
}
END_TEST

static void add_cancellations(TCase *tests)
{
    tcase_add_loop_test(tests, a_notified_waiter_that_is_cancelled_notifies_the_next_one, 0, 2);
    tcase_add_test(tests, a_cancelled_wait_takes_the_lock_again_first);
    tcase_add_test(tests, a_cancelled_wait_wakes_another);
    tcase_add_test(tests, notify_skips_a_cancelled_waiter);
    tcase_add_test(tests, a_cancelled_wait_ends_with_the_lock_held);
    tcase_add_test(tests, a_notified_wait_that_is_cancelled_before_the_lock_is_released_holds_it);
    tcase_add_test(tests, a_cancellation_while_it_takes_the_lock_again_is_not_lost);
    tcase_add_loop_test(tests, a_wait_that_is_cancelled_three_times_ends_with_the_lock_held, 0, 2);
    tcase_add_test(tests, a_waiter_that_is_granted_the_lock_and_cancelled_passes_it_on);
    tcase_add_test(tests, a_lone_waiter_that_is_granted_the_lock_and_cancelled_keeps_it);
    tcase_add_test(tests, a_cancellation_that_ended_a_condition_wait_is_always_raised);
    tcase_add_test(tests, a_frame_can_wait_again_after_a_cancelled_wait);
    tcase_add_test(tests, a_wait_in_a_timeout_ends_in_time_with_the_lock);
    tcase_add_loop_test(tests, no_notification_is_lost_under_cancellation_at_any_tick, 0, 2);
}

int main(void)
{
    TCase *const tests = begin_suite("condition");
    tcase_add_checked_fixture(tests, new_condition, NULL);
    tcase_add_test(tests, notify_wakes_n_waiters_in_the_order_in_which_they_came);
    tcase_add_test(tests, notify_does_not_count_a_waiter_that_was_notified_already);
    tcase_add_test(tests, notify_of_zero_wakes_no_waiter);
    tcase_add_test(tests, notify_all_wakes_all_waiters_and_they_take_the_lock_in_order);
    tcase_add_test(tests, a_notification_without_a_waiter_is_lost);
    tcase_add_test(tests, a_notified_waiter_queues_behind_those_that_wait_for_the_lock);
    tcase_add_test(tests, a_wait_releases_the_lock_to_its_next_waiter);
    tcase_add_loop_test(tests, a_wait_without_the_lock_is_an_error, 0, 2);
    tcase_add_test(tests, a_notify_without_the_lock_is_an_error_and_wakes_no_waiter);
    tcase_add_test(tests, the_lock_of_a_condition_works_like_any_lock);
    tcase_add_loop_test(tests, a_with_block_releases_the_lock_on_every_way_out, 0,
                        sizeof(more_ways) - 1);
    tcase_add_test(tests, a_predicate_is_checked_under_the_lock_at_each_notification);
    add_cancellations(tests);
    tcase_add_test(tests, a_report_names_the_condition_and_then_the_lock);
    return run_suite();
}
