/* SPDX-License-Identifier: MIT */
/* Locks: first in, first out; no newcomer overtakes; no wake-up is lost under cancellation. */
#include "helper.h"
#include "ways.h"

static weft_lock lock;
static weft_task some_task; /* holds the lock in tests that need no real holder */

/* Takes the lock for a time. Records a letter when it acquires the lock, its capital when it
 * releases it. */
struct holder {
    weft_frame frame;
    char name;
    weft_time delay;
    weft_exit left;
};

static int inside;

static void new_lock(void)
{
    lock = (weft_lock){.holder = NULL};
    inside = 0;
}

WEFT_ASYNC_BODY(holder)
{
    weft_with_lock(&lock) {
        weft_try {
            ck_assert(weft_lock_locked(&lock) && inside++ == 0);
            note_letter(self->name);
            weft_sleep(self->delay);
            note_letter((char)(self->name - 'a' + 'A'));
        }
        weft_finally(&self->left) {
            inside--;
        }
        weft_end;
    }
    weft_end;
}
WEFT_ASYNC_END

typedef WEFT_TASK(holder) holder_task;
static holder_task a, b, c, d;

static void start(holder_task *task, char name, weft_time delay)
{
    weft_loop_create_task(&loop, holder, task, .name = name, .delay = delay);
}

/* Starts a, which takes the lock, and b, c and d, which wait. */
static void start_all(void)
{
    start(&a, 'a', 10);
    start(&b, 'b', 10);
    start(&c, 'c', 10);
    start(&d, 'd', 10);
    tick();
    ck_recorded("a");
}

/* Starts b, c and d, which wait for the lock. No real task holds it. */
static void start_waiters(void)
{
    lock.holder = &some_task;
    start(&b, 'b', 10);
    start(&c, 'c', 10);
    start(&d, 'd', 10);
    tick();
}

static bool lock_is_free(void)
{
    return !weft_lock_locked(&lock) && !lock.waiters.first;
}

/* CPython: test_locks.LockTests.test_context_manager
 * CPython: test_locks.LockTests.test_release_no_waiters */
START_TEST(a_free_lock_is_taken_at_once)
{
    ck_assert(!weft_lock_locked(&lock));
    start(&a, 'a', 10);
    tick();
    ck_assert(weft_lock_locked(&lock));
    run_dry();
    ck_recorded("aA");
    ck_assert(lock_is_free());
}
END_TEST

START_TEST(waiters_get_the_lock_in_the_order_in_which_they_came)
{
    start_all();
    run_dry();
    ck_recorded("AbBcCdD");
    ck_assert_uint_eq(elapsed(), 40);
    ck_assert(lock_is_free());
}
END_TEST

struct barging {
    weft_frame frame;
};

/* Releases the lock while another task waits, and then wants it again at once. */
WEFT_ASYNC_BODY(barging)
{
    weft_lock_acquire(&lock);
    weft_sleep(UNITS(1));
    weft_lock_release(&lock);
    ck_assert(!weft_lock_locked(&lock)); /* free, but granted to the waiter */
    weft_lock_acquire(&lock);
    note("again");
    weft_lock_release(&lock);
}
WEFT_ASYNC_END

START_TEST(no_newcomer_overtakes_a_waiter)
{
    static WEFT_TASK(barging) task;
    weft_loop_create_task(&loop, barging, &task);
    start(&b, 'b', 5);
    run_dry();
    ck_recorded("bBagain");
}
END_TEST

/* CPython: test_locks.LockTests.test_release_not_acquired */
START_TEST(a_release_of_an_unlocked_lock_is_an_error)
{
    ck_error(weft_lock_release(&lock), &weft_invalid_state_error);
    lock.holder = &some_task;
    ck_no_error(weft_lock_release(&lock));
    ck_error(weft_lock_release(&lock), &weft_invalid_state_error);
    ck_assert(lock_is_free());
}
END_TEST

/* Cancels each of b, c and d.
 * CPython: test_locks.LockTests.test_acquire_cancel */
START_TEST(a_cancelled_waiter_is_gone_and_the_others_keep_their_order)
{
    holder_task *const waiters[] = {&b, &c, &d};
    static const char *const recorded[] = {"AcCdD", "AbBdD", "AbBcC"};
    start_all();
    ck_assert(weft_cancel(waiters[_i]));
    tick();
    ck_assert(weft_cancelled(waiters[_i]));
    run_dry();
    ck_recorded(recorded[_i]);
    ck_assert(lock_is_free());
}
END_TEST

START_TEST(all_waiters_are_cancelled)
{
    start_all();
    weft_cancel(&c), weft_cancel(&b), weft_cancel(&d);
    run_dry();
    ck_recorded("A");
    ck_assert(lock_is_free());
}
END_TEST

START_TEST(a_cancelled_holder_releases_the_lock)
{
    start_all();
    weft_cancel(&a);
    run_dry();
    ck_recorded("bBcCdD");
    ck_assert_uint_eq(elapsed(), 30);
    ck_assert(lock_is_free());
}
END_TEST

/* bpo-27585, gh-90155, gh-112202, asyncio#265. Task b is woken, and cancelled before it runs
 * (0). Or it is cancelled first, and then must not be woken, though it is still first in the
 * list (1). CPython: test_locks.LockTests.test_cancel_race
 * CPython: test_locks.LockTests.test_cancel_release_race (bpo-32734)
 * CPython: test_locks.LockTests.test_finished_waiter_cancelled */
START_TEST(a_waiter_that_is_woken_and_cancelled_in_one_tick_wakes_the_next)
{
    start_waiters();
    if (_i)
        weft_cancel(&b);
    ck_no_error(weft_lock_release(&lock));
    if (!_i)
        weft_cancel(&b);
    tick();
    ck_recorded("");
    ck_assert(weft_cancelled(&b));
    tick();
    ck_recorded("c");
}
END_TEST

START_TEST(all_but_the_last_are_cancelled_in_the_tick_of_the_release)
{
    start_waiters();
    weft_cancel(&c);
    ck_no_error(weft_lock_release(&lock));
    weft_cancel(&b);
    tick();
    tick();
    ck_recorded("d");
}
END_TEST

/* CPython: test_locks.LockTests.test_acquire */
START_TEST(a_newcomer_waits_while_the_lock_is_granted_to_a_waiter)
{
    lock.holder = &some_task;
    start(&b, 'b', 10);
    tick();
    start(&c, 'c', 10);
    ck_no_error(weft_lock_release(&lock));
    tick();
    ck_recorded("b");
    run_dry();
    ck_recorded("BcC");
    ck_assert(lock_is_free());
}
END_TEST

/* The only waiter in the list was cancelled, but has not run yet. A newcomer takes the lock at
 * once, unless the waiter was woken before. */
START_TEST(a_newcomer_takes_a_free_lock_at_once_if_those_listed_were_cancelled_unwoken)
{
    lock.holder = &some_task;
    start(&b, 'b', 10);
    tick();
    start(&c, 'c', 10);
    if (_i)
        weft_cancel(&b);
    ck_no_error(weft_lock_release(&lock));
    if (!_i)
        weft_cancel(&b);
    tick();
    ck_recorded(_i ? "c" : "");
    run_dry();
    ck_recorded(_i ? "C" : "cC");
    ck_assert(weft_cancelled(&b) && lock_is_free());
}
END_TEST

/* test_blocks.c tests the ways out of a with block. This test is about the next waiter. */
struct leaving {
    weft_frame frame;
    char way;
    int i;
};

WEFT_ASYNC_BODY(leaving)
{
    for (self->i = 0; self->i < 1; self->i++) {
        weft_with_lock(&lock) {
            weft_sleep(UNITS(1));
            LEAVE(self->way);
        }
        weft_end;
    }
}
WEFT_ASYNC_END

START_TEST(a_with_block_wakes_the_next_waiter_on_every_way_out)
{
    static WEFT_TASK(leaving) task;
    weft_loop_create_task(&loop, leaving, &task, .way = WAYS[_i]);
    start(&b, 'b', 1);
    run_dry();
    ck_recorded("bB");
    ck_assert(weft_done(&task) && lock_is_free());
}
END_TEST

struct acquiring {
    weft_frame frame;
    const weft_error *caught;
};

/* Is cancelled while it waits. When acquire raises, the lock is not held. */
WEFT_ASYNC_BODY(acquiring)
{
    weft_try {
        weft_lock_acquire(&lock);
        note("never");
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        note("x");
    }
    weft_end;
    weft_lock_acquire(&lock);
    note("taken");
    weft_check(weft_lock_release(&lock));
}
WEFT_ASYNC_END

START_TEST(a_cancelled_waiter_may_come_back)
{
    static WEFT_TASK(acquiring) task;
    start(&a, 'a', 10);
    weft_loop_create_task(&loop, acquiring, &task);
    start(&b, 'b', 10);
    tick();
    weft_cancel(&task);
    run_dry();
    ck_recorded("axAbBtaken");
    ck_assert(!weft_cancelled(&task) && lock_is_free());
}
END_TEST

/* Cancels each task in each tick. No task must wait for ever, no two tasks hold the lock at
 * once, and all other tasks get it. */
START_TEST(the_lock_survives_cancellation_at_any_tick)
{
    holder_task *const tasks[] = {&a, &b, &c, &d};
    for (int ticks = 0; ticks < 14; ticks++) {
        for (unsigned victims = 0; victims < 16; victims++) {
            for (int i = 0; i < 4; i++)
                start(tasks[i], (char)('a' + i), i % 2 ? 5 : 0);
            for (int i = 0; i < ticks; i++)
                tick();
            for (int i = 3; i >= 0; i--)
                if (victims >> i & 1)
                    weft_cancel(tasks[i]);
            run_dry();
            ck_assert(lock_is_free() && loop_is_idle());
            for (int i = 0; i < 4; i++)
                ck_assert(weft_cancelled(tasks[i]) || strchr(record, 'A' + i));
            record[0] = '\0';
        }
    }
}
END_TEST

START_TEST(a_report_names_the_lock_and_its_holder)
{
    start_all();
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&c.task).what, "lock"));
    IF_TEXTS(ck_assert_ptr_eq(weft_task_waits_for(&c.task).object, &lock));
    IF_TEXTS(ck_assert_ptr_eq(weft_task_waits_for(&c.task).holder, &a.task));
    run_dry();
    IF_TEXTS(ck_assert_ptr_null(weft_task_waits_for(&c.task).holder));
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&c.task).what, "nothing"));
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("lock");
    tcase_add_checked_fixture(tests, new_lock, NULL);
    tcase_add_test(tests, a_free_lock_is_taken_at_once);
    tcase_add_test(tests, waiters_get_the_lock_in_the_order_in_which_they_came);
    tcase_add_test(tests, no_newcomer_overtakes_a_waiter);
    tcase_add_test(tests, a_release_of_an_unlocked_lock_is_an_error);
    tcase_add_loop_test(tests, a_cancelled_waiter_is_gone_and_the_others_keep_their_order, 0, 3);
    tcase_add_test(tests, all_waiters_are_cancelled);
    tcase_add_test(tests, a_cancelled_holder_releases_the_lock);
    tcase_add_loop_test(tests, a_waiter_that_is_woken_and_cancelled_in_one_tick_wakes_the_next, 0,
                        2);
    tcase_add_test(tests, all_but_the_last_are_cancelled_in_the_tick_of_the_release);
    tcase_add_loop_test(
        tests, a_newcomer_takes_a_free_lock_at_once_if_those_listed_were_cancelled_unwoken, 0, 2);
    tcase_add_test(tests, a_newcomer_waits_while_the_lock_is_granted_to_a_waiter);
    tcase_add_loop_test(tests, a_with_block_wakes_the_next_waiter_on_every_way_out, 0,
                        sizeof(WAYS) - 1);
    tcase_add_test(tests, a_cancelled_waiter_may_come_back);
    tcase_add_test(tests, the_lock_survives_cancellation_at_any_tick);
    tcase_add_test(tests, a_report_names_the_lock_and_its_holder);
    return run_suite();
}
