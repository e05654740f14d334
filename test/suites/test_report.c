/* SPDX-License-Identifier: MIT */
/* Reports about tasks: where each task is, the chain of its calls, and what it waits for. */
#include "helper.h"

/* ---- Where ---- */

struct inner {
    weft_frame frame;
    weft_time delay;
};

static unsigned inner_line, outer_line;

WEFT_ASYNC_BODY(inner)
{
    inner_line = __LINE__ + 1;
    weft_sleep(self->delay);
}
WEFT_ASYNC_END

struct outer {
    weft_frame frame;
    struct inner inner;
};

WEFT_ASYNC_BODY(outer)
{
    outer_line = __LINE__ + 1;
    weft_call(inner, &self->inner, .delay = 5);
}
WEFT_ASYNC_END

static void check_place(const weft_frame *frame, const char *coroutine, unsigned line)
{
    const weft_location place = weft_frame_location(frame);
    ck_assert_str_eq(place.coroutine, coroutine);
    ck_assert_str_eq(place.file, __FILE__);
    ck_assert_uint_eq(place.line, line);
}

static WEFT_TASK(outer) task;

static void check_chain(void)
{
    const weft_frame *frame = weft_task_innermost(&task.task);
    ck_assert_ptr_eq(frame, &task.frame.inner.frame);
    check_place(frame, "inner", inner_line);
    frame = weft_task_caller(&task.task, frame);
    ck_assert_ptr_eq(frame, &task.frame.frame);
    check_place(frame, "outer", outer_line);
    ck_assert_ptr_null(weft_task_caller(&task.task, frame));
}

START_TEST(a_task_that_has_not_run_is_at_its_start)
{
    weft_loop_create_task(&loop, outer, &task);
    const weft_frame *const frame = weft_task_innermost(&task.task);
    ck_assert_ptr_eq(frame, &task.frame.frame);
    check_place(frame, "outer", 0);
    ck_assert_ptr_null(weft_task_caller(&task.task, frame));
    run_dry();
}
END_TEST

START_TEST(a_waiting_task_is_at_the_line_of_each_await_of_its_chain)
{
    weft_loop_create_task(&loop, outer, &task);
    tick();
    check_chain();
    run_dry();
}
END_TEST

static void look_at_chain(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    check_chain();
    note("looked");
}

/* The sleep is over, and its callback is in the ready queue. The task's location is still that
 * of the sleep. */
START_TEST(a_task_whose_sleep_is_over_is_still_where_it_slept)
{
    weft_handle handle = {.function = NULL};
    weft_call_at(&loop, &handle, clock_at(5), look_at_chain);
    weft_loop_create_task(&loop, outer, &task);
    run_dry();
    ck_recorded("looked");
}
END_TEST

START_TEST(a_task_that_has_ended_has_no_location)
{
    weft_loop_create_task(&loop, outer, &task);
    run_dry();
    ck_assert_ptr_null(weft_task_innermost(&task.task));
    ck_assert_ptr_null(weft_task_waits_for(&task.task).object);
    ck_assert_str_eq(weft_task_waits_for(&task.task).what, "nothing");
}
END_TEST

START_TEST(a_task_that_was_cancelled_is_where_it_waited_until_it_runs)
{
    weft_loop_create_task(&loop, outer, &task);
    tick();
    weft_cancel(&task);
    check_chain();
    ck_assert_str_eq(weft_task_waits_for(&task.task).what, "nothing");
    run_dry();
}
END_TEST

/* ---- What for ---- */

static weft_future future;
static weft_lock lock;
static weft_task some_task; /* holds the lock in tests that need no real holder */

struct waiting {
    weft_frame frame;
    int kind;
    WEFT_GATHER(1) gather;
};

static unsigned lines[5];

WEFT_ASYNC_BODY(waiting)
{
    if (self->kind == 0) {
        lines[0] = __LINE__ + 1;
        weft_sleep(UNITS(5));
    }
    if (self->kind == 1) {
        lines[1] = __LINE__ + 1;
        weft_await(&future);
    }
    if (self->kind == 2) {
        lines[2] = __LINE__ + 1;
        weft_await(&task);
    }
    if (self->kind == 3) {
        weft_check(weft_gather_add(&self->gather, &future));
        lines[3] = __LINE__ + 1;
        weft_gather_all(&self->gather);
    }
    if (self->kind == 4) {
        lines[4] = __LINE__ + 1;
        weft_with_lock(&lock) {
        }
        weft_end;
    }
}
WEFT_ASYNC_END

START_TEST(a_report_says_what_a_task_waits_for)
{
    static WEFT_TASK(waiting) waiting;
    static const char *const what[] = {"sleep", "future", "task", "gather", "lock"};
    const void *const objects[] = {NULL, &future, &task, &waiting.frame.gather, &lock};
    weft_loop_create_future(&loop, &future);
    lock = (weft_lock){.holder = &some_task};
    weft_loop_create_task(&loop, outer, &task);
    weft_loop_create_task(&loop, waiting, &waiting, .kind = _i);
    ck_assert_str_eq(weft_task_waits_for(&waiting.task).what, "nothing");
    tick();
    ck_assert_str_eq(weft_task_waits_for(&waiting.task).what, what[_i]);
    ck_assert_ptr_eq(weft_task_waits_for(&waiting.task).object, objects[_i]);
    check_place(weft_task_innermost(&waiting.task), "waiting", lines[_i]);
    ck_no_error(weft_shutdown(&loop));
}
END_TEST

START_TEST(a_task_that_runs_or_is_ready_waits_for_nothing)
{
    static WEFT_TASK(waiting) waiting;
    weft_loop_create_future(&loop, &future);
    weft_loop_create_task(&loop, waiting, &waiting, .kind = 1);
    tick();
    weft_set_done(&future);
    ck_assert_str_eq(weft_task_waits_for(&waiting.task).what, "nothing");
    ck_assert_ptr_null(weft_task_waits_for(&waiting.task).object);
    run_dry();
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("report");
    tcase_add_test(tests, a_task_that_has_not_run_is_at_its_start);
    tcase_add_test(tests, a_waiting_task_is_at_the_line_of_each_await_of_its_chain);
    tcase_add_test(tests, a_task_whose_sleep_is_over_is_still_where_it_slept);
    tcase_add_test(tests, a_task_that_has_ended_has_no_location);
    tcase_add_test(tests, a_task_that_was_cancelled_is_where_it_waited_until_it_runs);
    tcase_add_loop_test(tests, a_report_says_what_a_task_waits_for, 0, 5);
    tcase_add_test(tests, a_task_that_runs_or_is_ready_waits_for_nothing);
    return run_suite();
}
