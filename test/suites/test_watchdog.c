/* SPDX-License-Identifier: MIT */
/* The watchdog: it reports calls that take too long. The tests move the clock forward by hand. */
#include <stdio.h>
#include <string.h>

#include "helper.h"

/* ---- A clock that stands still, except while a test works ---- */

static weft_time clock_time, each_reading; /* the time; how long each reading of it takes */
static int readings;

static weft_time clock_now(weft_backend *of)
{
    (void)of;
    readings++;
    return clock_time += each_reading;
}

static void clock_sleep(weft_backend *of, weft_time until)
{
    (void)of;
    clock_time = until;
}

static weft_backend by_hand = {.now = clock_now, .sleep = clock_sleep};

static void work(weft_time time)
{
    clock_time += time;
}

static void new_clock(void)
{
    clock_time = clock_start();
    each_reading = 0;
    readings = 0;
    weft_loop_init(&loop, &by_hand);
}

/* ---- Reports ---- */

static weft_slow_call last;

/* "worker:12 took 7;" */
static void report(weft_loop *of, const weft_slow_call *call)
{
    char text[200];
    ck_assert_ptr_eq(of, &loop);
    ck_assert_ptr_null(weft_loop_current_task(of));
    last = *call;
    snprintf(text, sizeof(text), "%s took %u;", call->location.coroutine, (unsigned)call->duration);
    note(text);
}

static void watch(weft_time longest)
{
    weft_set_watchdog(&loop, longest, report);
}

/* ---- Tasks ---- */

static unsigned sleep_line;

/* Works, sleeps, and works again. */
WEFT_ASYNC(worker, weft_time first, second, delay;)
{
    work(self->first);
    sleep_line = __LINE__ + 1;
    weft_sleep(self->delay);
    work(self->second);
}
WEFT_ASYNC_END

typedef WEFT_TASK(worker) worker_task;
static worker_task a, b;

START_TEST(a_step_that_took_longer_is_reported)
{
    watch(5);
    weft_loop_create_task(&loop, worker, &a, .first = 5, .second = 6, .delay = (weft_time)_i);
    weft_loop_create_task(&loop, worker, &b, .first = 7);
    run_dry();
    ck_recorded("worker took 7;worker took 6;");
    ck_assert_ptr_eq(last.task, &a.task);
    ck_assert(weft_done(last.task) && !last.function);
    ck_assert_str_eq(last.location.file, __FILE__);
    ck_assert_uint_eq(last.location.line, sleep_line);
}
END_TEST

START_TEST(a_first_step_begins_at_line_0)
{
    watch(5);
    weft_loop_create_task(&loop, worker, &a, .first = 6);
    run_dry();
    ck_recorded("worker took 6;");
    ck_assert_uint_eq(last.location.line, 0);
}
END_TEST

WEFT_ASYNC(caller, struct worker worker;)
{
    weft_call(worker, &self->worker, .second = 9);
    work(1);
}
WEFT_ASYNC_END

/* The step includes the innermost coroutine, and what its caller does after it. */
START_TEST(a_step_begins_where_the_innermost_coroutine_waited)
{
    static WEFT_TASK(caller) task;
    watch(5);
    weft_loop_create_task(&loop, caller, &task);
    run_dry();
    ck_recorded("worker took 10;");
    ck_assert_ptr_eq(last.task, &task.task);
    ck_assert_uint_eq(last.location.line, sleep_line);
}
END_TEST

WEFT_ASYNC(starter, worker_task worker;)
{
    work(2);
    weft_create_eager_task(worker, &self->worker, .first = 3, .second = 1);
    work(4);
}
WEFT_ASYNC_END

START_TEST(a_step_in_which_a_task_starts_others_eagerly_is_one)
{
    static WEFT_TASK(starter) task;
    watch(5);
    weft_loop_create_task(&loop, starter, &task);
    run_dry();
    ck_recorded("starter took 9;");
    ck_assert_ptr_eq(last.task, &task.task);
}
END_TEST

static void work_7(weft_loop *of, weft_handle *handle)
{
    (void)of;
    memset(handle, 0xff, sizeof(*handle)); /* the memory belongs to the function now */
    work(7);
}

START_TEST(a_callback_that_took_longer_is_reported)
{
    weft_handle handle = {.function = NULL};
    watch(5);
    weft_call_soon(&loop, &handle, work_7);
    run_dry();
    ck_recorded("callback took 7;");
    ck_assert(last.function == work_7);
    ck_assert(!last.task && !last.location.file && !last.location.line);
}
END_TEST

/* The end of a sleep and the end of a group's last child are callbacks of the loop, not of the
 * program. */
WEFT_ASYNC(parent, weft_group group; worker_task child, other;)
{
    weft_with_group(&self->group) {
        weft_group_create_task(&self->group, worker, &self->child, .delay = 50);
        weft_group_create_task(&self->group, worker, &self->other, .delay = 100);
    }
    weft_end;
}
WEFT_ASYNC_END

static void hear_what(weft_loop *of, const weft_slow_call *call)
{
    (void)of;
    ck_assert(call->duration >= each_reading && !call->function);
    ck_assert(!call->task == !call->location.file);
    note(call->location.coroutine);
    note(call->task ? ":task " : " ");
}

START_TEST(callbacks_of_the_loops_own_are_reported_by_what_they_are_for)
{
    static WEFT_TASK(parent) task;
    each_reading = 3;
    weft_set_watchdog(&loop, UNITS(2), hear_what);
    weft_loop_create_task(&loop, parent, &task);
    run_dry();
    ck_recorded("parent:task worker:task worker:task wake up worker:task wake up worker:task group "
                "parent:task ");
}
END_TEST

static void close_and_work_7(weft_loop *of, weft_handle *handle)
{
    (void)of;
    weft_threadsafe_close(WEFT_HANDLE_OWNER(handle, weft_threadsafe_handle, handle));
    work(7);
}

START_TEST(a_slow_thread_safe_call_is_reported_with_its_function)
{
    weft_handle other = {.function = NULL};
    weft_threadsafe_handle handle = {.loop = NULL};
    watch(5);
    ck_no_error(weft_threadsafe_open(&loop, &handle, close_and_work_7));
    weft_call_soon(&loop, &other, work_7);
    ck_assert(weft_call_soon_threadsafe(&handle));
    ck_no_error(weft_run_once(&loop));
    ck_recorded("callback took 7;callback took 7;");
    ck_assert(last.function == close_and_work_7);
}
END_TEST

/* ---- What a hook may do ---- */

static void hear_slowly(weft_loop *of, const weft_slow_call *call)
{
    report(of, call);
    work(100);
}

START_TEST(the_time_of_the_hook_itself_is_not_counted)
{
    weft_set_watchdog(&loop, UNITS(5), hear_slowly);
    weft_loop_create_task(&loop, worker, &a, .first = 6, .second = 1);
    weft_loop_create_task(&loop, worker, &b, .first = 1, .second = 8);
    run_dry();
    ck_recorded("worker took 6;worker took 8;");
}
END_TEST

static void hear_once(weft_loop *of, const weft_slow_call *call)
{
    report(of, call);
    weft_set_watchdog(of, 0, NULL);
}

static void hear_then_be_strict(weft_loop *of, const weft_slow_call *call)
{
    report(of, call);
    weft_set_watchdog(of, UNITS(1), hear_once);
}

START_TEST(a_hook_may_set_another_or_none)
{
    weft_set_watchdog(&loop, UNITS(5), hear_then_be_strict);
    weft_loop_create_task(&loop, worker, &a, .first = 2, .second = 1);
    weft_loop_create_task(&loop, worker, &b, .first = 6, .second = 2);
    run_dry();
    ck_recorded("worker took 6;worker took 2;");
    weft_loop_create_task(&loop, worker, &a, .first = 20);
    run_dry();
    ck_recorded("");
}
END_TEST

static void cancel_both(weft_loop *of, const weft_slow_call *call)
{
    report(of, call);
    ck_assert(weft_cancel(&a) && weft_cancel(&b));
    weft_stop(of);
}

/* Task a has parked. Task b is in that tick, and has not begun. */
START_TEST(a_hook_may_cancel_tasks_and_stop_the_loop)
{
    weft_set_watchdog(&loop, UNITS(5), cancel_both);
    weft_loop_create_task(&loop, worker, &a, .first = 6, .second = 9, .delay = 9);
    weft_loop_create_task(&loop, worker, &b, .first = 7);
    ck_no_error(weft_run_forever(&loop));
    ck_recorded("worker took 6;");
    ck_assert(weft_cancelled(&b) && !weft_done(&a));
    run_dry();
    ck_recorded("");
    ck_assert(weft_cancelled(&a));
    ck_assert_uint_eq(since_start(clock_time), 6);
}
END_TEST

static void dump_piece(const char *text, void *to)
{
    (void)to;
    note(text);
}

static void hear_and_dump(weft_loop *of, const weft_slow_call *call)
{
    report(of, call);
    weft_dump(of, dump_piece, NULL);
}

START_TEST(a_hook_may_dump_all_tasks)
{
    weft_set_watchdog(&loop, UNITS(5), hear_and_dump);
    weft_loop_create_task(&loop, worker, &a, .first = 6, .delay = 9);
    run_dry();
    const char expected[] = "worker took 6;worker waits for: sleep\n    " __FILE__ ":";
    ck_assert_int_eq(strncmp(record, expected, strlen(expected)), 0);
}
END_TEST

/* ---- When it is set, and its cost ---- */

/* Yields for ever, so that the ticks follow each other without a sleep. */
WEFT_ASYNC(setter, int call;)
{
    for (self->call = 1; self->call <= 9; self->call++) {
        if (self->call == 3)
            watch(5);
        if (self->call == 6)
            weft_set_watchdog(&loop, 0, NULL);
        work((weft_time)(10 + self->call));
        weft_sleep(0);
    }
}
WEFT_ASYNC_END

START_TEST(a_task_may_set_it_for_the_next_tick_and_take_it_off_at_once)
{
    static WEFT_TASK(setter) task;
    weft_loop_create_task(&loop, setter, &task);
    run_dry();
    ck_recorded("setter took 14;setter took 15;");
}
END_TEST

WEFT_ASYNC(yielder, int times;)
{
    while (self->times--)
        weft_sleep(0);
}
WEFT_ASYNC_END

static WEFT_TASK(yielder) yielders[3];

static void yield_alternately(int times)
{
    for (size_t i = 0; i < 3; i++)
        weft_loop_create_task(&loop, yielder, &yielders[i], .times = times);
    run_dry();
}

START_TEST(a_watched_tick_reads_the_clock_once_more_than_it_has_entries)
{
    yield_alternately(4);
    ck_assert_int_eq(readings, 0);
    watch(0);
    yield_alternately(4);
    ck_assert_int_eq(readings, 5 * (1 + 3));
    weft_set_watchdog(&loop, 0, NULL);
    yield_alternately(4);
    ck_assert_int_eq(readings, 5 * (1 + 3));
    ck_recorded("");
}
END_TEST

/* ---- The ends of runs ---- */

START_TEST(runs_end_under_a_watchdog_as_they_do_without)
{
    static WEFT_TASK(yielder) task, other;
    if (_i)
        watch(WEFT_SECONDS(1));
    weft_loop_create_task(&loop, yielder, &task, .times = 9);
    weft_stop(&loop);
    ck_no_error(weft_run_forever(&loop));
    ck_assert_int_eq(task.frame.times, 8);
    weft_stop(&loop);
    weft_stop(&loop);
    ck_no_error(weft_run_forever(&loop));
    ck_assert_int_eq(task.frame.times, 7);
    ck_no_error(weft_runner_run(&loop, yielder, &other, .times = 2));
    ck_assert_int_eq(task.frame.times, 3);
    weft_loop_create_task(&loop, worker, &a, .delay = 10);
    ck_no_error(weft_shutdown(&loop));
    ck_assert(weft_cancelled(&task) && weft_cancelled(&a));
    ck_assert_int_eq(task.frame.times, 3);
    run_dry();
    weft_stop(&loop);
    ck_no_error(weft_run_forever(&loop));
    ck_no_error(weft_loop_close(&loop));
    weft_loop_create_task(&loop, worker, &a, .first = WEFT_SECONDS(2));
    run_dry();
    ck_recorded(""); /* the loop no longer knows the task */
}
END_TEST

/* Ends in each way in which a step can end. */
WEFT_ASYNC(quitter, weft_exit left;)
{
    weft_cancel(weft_current_task());
    weft_try {
        weft_sleep(UNITS(5));
    }
    weft_finally(&self->left) {
        note("f");
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(a_task_that_has_cancelled_itself_does_not_wait_under_a_watchdog)
{
    static WEFT_TASK(quitter) task;
    watch(1);
    weft_loop_create_task(&loop, quitter, &task);
    run_dry();
    ck_recorded("f");
    ck_assert(weft_cancelled(&task) && !since_start(clock_time));
}
END_TEST

WEFT_ASYNC(failing, char unused;)
{
    weft_raise(&fail);
}
WEFT_ASYNC_END

/* The handler is optional, and only debug mode has another function for an error that nobody
 * retrieves. */
START_TEST(a_failure_without_an_exception_handler_is_forgotten_under_a_watchdog)
{
    static WEFT_TASK(failing) task;
    weft_set_exception_handler(&loop, NULL);
    watch(5);
    for (int i = 0; i < 2; i++) {
        weft_loop_create_task(&loop, failing, &task);
        run_dry();
    }
    ck_no_error(weft_loop_close(&loop));
    ck_recorded("");
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("watchdog");
    tcase_add_checked_fixture(tests, new_clock, NULL);
    tcase_add_loop_test(tests, a_step_that_took_longer_is_reported, 0, 2);
    tcase_add_test(tests, a_first_step_begins_at_line_0);
    tcase_add_test(tests, a_step_begins_where_the_innermost_coroutine_waited);
    tcase_add_test(tests, a_step_in_which_a_task_starts_others_eagerly_is_one);
    tcase_add_test(tests, a_callback_that_took_longer_is_reported);
    tcase_add_test(tests, callbacks_of_the_loops_own_are_reported_by_what_they_are_for);
    tcase_add_test(tests, a_slow_thread_safe_call_is_reported_with_its_function);
    tcase_add_test(tests, the_time_of_the_hook_itself_is_not_counted);
    tcase_add_test(tests, a_hook_may_set_another_or_none);
    tcase_add_test(tests, a_hook_may_cancel_tasks_and_stop_the_loop);
    tcase_add_test(tests, a_hook_may_dump_all_tasks);
    tcase_add_test(tests, a_task_may_set_it_for_the_next_tick_and_take_it_off_at_once);
    tcase_add_test(tests, a_watched_tick_reads_the_clock_once_more_than_it_has_entries);
    tcase_add_test(tests, a_task_that_has_cancelled_itself_does_not_wait_under_a_watchdog);
    tcase_add_loop_test(tests, runs_end_under_a_watchdog_as_they_do_without, 0, 2);
    tcase_add_test(tests, a_failure_without_an_exception_handler_is_forgotten_under_a_watchdog);
    return run_suite();
}
