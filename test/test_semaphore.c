/* Semaphores: units are conserved, and given first in, first out. */
#include "helper.h"

#include <string.h>

static weft_semaphore semaphore;

/* A letter when it has a unit, its capital when it gives it back. */
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

/* a and b hold a unit each, c and d wait. */
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

START_TEST(so_many_hold_it_at_a_time)
{
    start_all();
    ck_assert(weft_semaphore_locked(&semaphore));
    run_dry();
    ck_recorded("ABcdCD");
    ck_assert(all_is_free() && !weft_semaphore_locked(&semaphore));
}
END_TEST

START_TEST(a_released_unit_is_given_to_who_came_first_and_nobody_barges)
{
    start_all();
    ck_no_error(weft_semaphore_release(&semaphore));
    ck_assert(weft_semaphore_locked(&semaphore));
    ck_assert_uint_eq(semaphore.value, 0);
    tick();
    ck_recorded("c");
}
END_TEST

START_TEST(one_that_was_given_a_unit_and_is_cancelled_passes_it_on)
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

START_TEST(a_unit_is_given_back_on_every_way_out)
{
    start_all();
    weft_cancel(&tasks[_i]);
    run_dry();
    ck_assert(all_is_free());
}
END_TEST

START_TEST(a_bounded_one_refuses_a_release_too_many_and_loses_nothing)
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

START_TEST(an_unbounded_one_counts_on)
{
    ck_no_error(weft_semaphore_release(&semaphore));
    ck_assert_uint_eq(semaphore.value, 3);
}
END_TEST

/* Whoever is cancelled, in whichever tick: all ends, and all units are back. */
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
    tcase_add_test(tests, so_many_hold_it_at_a_time);
    tcase_add_test(tests, a_released_unit_is_given_to_who_came_first_and_nobody_barges);
    tcase_add_test(tests, one_that_was_given_a_unit_and_is_cancelled_passes_it_on);
    tcase_add_test(tests, a_cancelled_waiter_takes_nothing);
    tcase_add_loop_test(tests, a_unit_is_given_back_on_every_way_out, 0, 4);
    tcase_add_test(tests, a_bounded_one_refuses_a_release_too_many_and_loses_nothing);
    tcase_add_test(tests, an_unbounded_one_counts_on);
    tcase_add_loop_test(tests, units_are_conserved_under_cancellation_at_any_tick, 0, 4);
    return run_suite();
}
