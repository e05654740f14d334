/* SPDX-License-Identifier: MIT */
/* Reentrant locks: the holder may take the lock again, and frees it with the last release. */
#include "helper.h"
#include "ways.h"

static weft_rlock lock;

static void new_lock(void)
{
    lock = (weft_rlock){.depth = 0};
}

static bool lock_is_free(void)
{
    return !weft_rlock_locked(&lock) && !lock.depth && !lock.lock.waiters.first;
}

/* Takes the lock `times` times and records a letter each time. Then releases it as often and
 * records a comma each time, one release a tick. */
WEFT_ASYNC(holder, char name; int times; int i;)
{
    for (self->i = 0; self->i < self->times; self->i++) {
        weft_rlock_acquire(&lock);
        note_letter(self->name);
    }
    for (; self->i > 0; self->i--) {
        weft_sleep(0);
        ck_assert(weft_rlock_locked(&lock));
        note(",");
        ck_no_error(weft_rlock_release(&lock));
    }
}
WEFT_ASYNC_END

static WEFT_TASK(holder) a, b, c;

static void start_all(void)
{
    weft_loop_create_task(&loop, holder, &a, .name = 'a', .times = 3);
    weft_loop_create_task(&loop, holder, &b, .name = 'b', .times = 2);
    weft_loop_create_task(&loop, holder, &c, .name = 'c', .times = 1);
    tick();
    ck_recorded("aaa");
}

START_TEST(the_holder_can_take_the_lock_again_until_its_last_release)
{
    ck_assert(lock_is_free());
    start_all();
    ck_assert(weft_rlock_locked(&lock));
    ck_assert_uint_eq(lock.depth, 3);
    run_dry();
    ck_recorded(",,,bb,,c,");
    ck_assert(lock_is_free());
}
END_TEST

WEFT_ASYNC(releasing, const weft_error *error;)
{
    self->error = weft_rlock_release(&lock);
}
WEFT_ASYNC_END

static WEFT_TASK(releasing) other;

START_TEST(only_its_holder_may_release_it)
{
    weft_loop_create_task(&loop, releasing, &other);
    tick();
    ck_error(other.frame.error, &weft_invalid_state_error);
    ck_assert(lock_is_free());
    start_all();
    weft_loop_create_task(&loop, releasing, &other);
    tick();
    ck_error(other.frame.error, &weft_invalid_state_error);
    run_dry();
    ck_recorded(",,,bb,,c,");
    ck_assert(lock_is_free());
}
END_TEST

/* Takes the lock twice, and releases it three times. */
WEFT_ASYNC(over_releasing, const weft_error *errors[3];)
{
    weft_rlock_acquire(&lock);
    weft_rlock_acquire(&lock);
    for (int i = 0; i < 3; i++)
        self->errors[i] = weft_rlock_release(&lock);
}
WEFT_ASYNC_END

START_TEST(a_surplus_release_is_an_error_and_changes_nothing)
{
    static WEFT_TASK(over_releasing) task;
    weft_loop_create_task(&loop, over_releasing, &task);
    tick();
    ck_no_error(task.frame.errors[0]);
    ck_no_error(task.frame.errors[1]);
    ck_error(task.frame.errors[2], &weft_invalid_state_error);
    ck_assert(lock_is_free());
}
END_TEST

/* Releases the lock while another task waits, and then wants it again at once. */
WEFT_ASYNC(barging)
{
    weft_rlock_acquire(&lock);
    weft_sleep(UNITS(1));
    weft_check(weft_rlock_release(&lock));
    ck_assert(!weft_rlock_locked(&lock)); /* free, but granted to the waiter */
    weft_rlock_acquire(&lock);
    note("again");
    weft_check(weft_rlock_release(&lock));
}
WEFT_ASYNC_END

START_TEST(no_newcomer_overtakes_a_waiter)
{
    static WEFT_TASK(barging) task;
    weft_loop_create_task(&loop, barging, &task);
    weft_loop_create_task(&loop, holder, &b, .name = 'b', .times = 2);
    run_dry();
    ck_recorded("bb,,again");
    ck_assert(lock_is_free());
}
END_TEST

START_TEST(a_cancelled_waiter_is_gone_and_the_next_one_gets_it)
{
    start_all();
    ck_assert(weft_cancel(&b));
    run_dry();
    ck_recorded(",,,c,");
    ck_assert(weft_cancelled(&b) && lock_is_free());
}
END_TEST

/* bpo-27585. The waiter is woken, and cancelled in the same tick. It holds nothing, and wakes
 * the next waiter. */
START_TEST(a_waiter_that_is_woken_and_cancelled_in_one_tick_wakes_the_next)
{
    start_all();
    for (int i = 0; i < 3; i++)
        tick();
    ck_recorded(",,,");
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&b.task).what, "nothing"));
    weft_cancel(&b);
    tick();
    ck_recorded("");
    ck_assert(weft_cancelled(&b) && lock.depth == 0);
    run_dry();
    ck_recorded("c,");
    ck_assert(lock_is_free());
}
END_TEST

/* Leaves the inner of two blocks in one of the ways. The outer block still holds the lock. */
WEFT_ASYNC(leaving, char way; int i; const weft_error *caught;)
{
    weft_with_rlock(&lock) {
        weft_try {
            for (self->i = 0; self->i < 1; self->i++) {
                weft_with_rlock(&lock) {
                    ck_assert_uint_eq(lock.depth, 2);
                    weft_sleep(UNITS(1));
                    LEAVE(self->way);
                }
                weft_end;
            }
        }
        weft_catch(&weft_base_error, self->caught) {
            note_error(self->caught);
        }
        weft_end;
        ck_assert_uint_eq(lock.depth, 1);
        weft_sleep(UNITS(1));
        note("left,");
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(a_with_block_releases_one_level_on_every_way_out)
{
    static const char *const recorded[] = {
        "left,b,", "left,b,", "left,b,", "b,", "=failleft,b,", "=cancelledleft,b,",
    };
    static WEFT_TASK(leaving) task;
    weft_loop_create_task(&loop, leaving, &task, .way = WAYS[_i]);
    weft_loop_create_task(&loop, holder, &b, .name = 'b', .times = 1);
    run_dry();
    ck_recorded(recorded[_i]);
    ck_assert(weft_done(&task) && lock_is_free());
}
END_TEST

/* The depth is tested inside of the blocks. In the end the lock must be free. */
START_TEST(the_lock_survives_cancellation_at_any_tick)
{
    static WEFT_TASK(leaving) tasks[3];
    for (int ticks = 0; ticks < 10; ticks++) {
        for (unsigned victims = 0; victims < 8; victims++) {
            for (int i = 0; i < 3; i++)
                weft_loop_create_task(&loop, leaving, &tasks[i], .way = i == 1 ? WAYS[_i] : 'n');
            for (int i = 0; i < ticks; i++)
                tick();
            for (int i = 0; i < 3; i++)
                if (victims >> i & 1)
                    weft_cancel(&tasks[i]);
            run_dry();
            ck_assert(lock_is_free() && loop_is_idle());
        }
    }
}
END_TEST

START_TEST(a_report_names_the_lock_and_its_holder)
{
    start_all();
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&b.task).what, "lock"));
    IF_TEXTS(ck_assert_ptr_eq(weft_task_waits_for(&b.task).object, &lock));
    IF_TEXTS(ck_assert_ptr_eq(weft_task_waits_for(&b.task).holder, &a.task));
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("rlock");
    tcase_add_checked_fixture(tests, new_lock, NULL);
    tcase_add_test(tests, the_holder_can_take_the_lock_again_until_its_last_release);
    tcase_add_test(tests, only_its_holder_may_release_it);
    tcase_add_test(tests, a_surplus_release_is_an_error_and_changes_nothing);
    tcase_add_test(tests, no_newcomer_overtakes_a_waiter);
    tcase_add_test(tests, a_cancelled_waiter_is_gone_and_the_next_one_gets_it);
    tcase_add_test(tests, a_waiter_that_is_woken_and_cancelled_in_one_tick_wakes_the_next);
    tcase_add_loop_test(tests, a_with_block_releases_one_level_on_every_way_out, 0,
                        sizeof(WAYS) - 1);
    tcase_add_loop_test(tests, the_lock_survives_cancellation_at_any_tick, 0, sizeof(WAYS) - 1);
    tcase_add_test(tests, a_report_names_the_lock_and_its_holder);
    return run_suite();
}
