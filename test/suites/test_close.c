/* SPDX-License-Identifier: MIT */
/* The end of runs and loops: stop, shutdown and close; and memory that is used again. */
#include "helper.h"

#include <string.h>

static weft_future never;
static weft_handle handle;

static void new_future(void)
{
    handle = (weft_handle){.function = NULL};
    weft_loop_create_future(&loop, &never);
}

static void called(weft_loop *of, weft_handle *of_call)
{
    (void)of, (void)of_call;
    note("callback ");
}

static void note_failure(weft_loop *of, weft_task *task, const weft_error *error)
{
    (void)of;
    note(weft_task_name(task));
    note_error(error);
    note(" ");
}

struct failing {
    weft_frame frame;
};

WEFT_ASYNC_BODY(failing)
{
    weft_raise(&fail);
}
WEFT_ASYNC_END

/* Waits for ever. Acts when it is cancelled. */
struct hanging {
    weft_frame frame;
    weft_exit left;
    void (*at_end)(void);
    weft_time last_sleep;
};

WEFT_ASYNC_BODY(hanging)
{
    weft_try {
        weft_await(&never);
    }
    weft_finally(&self->left) {
        if (self->at_end)
            self->at_end();
        weft_sleep(self->last_sleep);
        note("ended ");
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_TASK(hanging) hung;
static WEFT_TASK(failing) late;

struct leaving {
    weft_frame frame;
    void (*at_end)(void);
    bool listens;
};

/* Leaves a task behind when it ends. */
WEFT_ASYNC_BODY(leaving)
{
    weft_create_task(hanging, &hung, .at_end = self->at_end);
    if (self->listens)
        weft_check(weft_add_done_callback(&hung, &handle, called));
    weft_sleep(0);
}
WEFT_ASYNC_END

static WEFT_TASK(leaving) leaves;

/* ---- Stop ---- */

START_TEST(a_run_that_was_stopped_before_neither_sleeps_nor_deadlocks)
{
    if (_i)
        weft_call_later(&loop, &handle, SECONDS_AT_MOST(3600), called);
    weft_stop(&loop);
    ck_no_error(weft_run_forever(&loop));
    ck_assert_uint_eq(elapsed(), 0);
    ck_recorded("");
}
END_TEST

/* ---- Shutdown ---- */

START_TEST(a_run_calls_the_done_callbacks_of_tasks_that_it_shuts_down)
{
    ck_no_error(weft_run(&loop, leaving, &leaves, .listens = true));
    ck_recorded("ended callback ");
}
END_TEST

static void start_late(void)
{
    weft_loop_create_task(&loop, failing, &late);
}

START_TEST(a_task_created_in_a_shutdown_runs_for_as_many_ticks_as_in_asyncio)
{
    ck_no_error(weft_run(&loop, leaving, &leaves, .at_end = start_late));
    ck_error(weft_error_of(&late), &fail);
}
END_TEST

static void stop_it(void)
{
    weft_stop(&loop);
}

START_TEST(a_shutdown_that_is_stopped_returns_an_error)
{
    weft_loop_create_task(&loop, hanging, &hung, .at_end = stop_it, .last_sleep = 1);
    tick();
    ck_error(weft_shutdown(&loop), &weft_invalid_state_error);
    ck_assert(!weft_done(&hung));
}
END_TEST

/* Stops the loop when it is cancelled, and ends in that tick. */
WEFT_ASYNC(stopping, weft_exit left;)
{
    weft_try {
        weft_await(&never);
    }
    weft_finally(&self->left) {
        weft_stop(&loop);
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(a_stop_in_the_last_tick_of_a_shutdown_ends_the_run)
{
    static WEFT_TASK(stopping) stopper;
    weft_loop_create_task(&loop, stopping, &stopper);
    tick();
    ck_no_error(weft_add_done_callback(&stopper, &handle, called));
    weft_shutdown(&loop);
    ck_assert(weft_cancelled(&stopper));
    ck_recorded("");
    tick();
    ck_recorded("callback ");
}
END_TEST

/* ---- Close ---- */

START_TEST(a_done_callback_of_a_forgotten_task_is_cancelled)
{
    weft_loop_create_task(&loop, hanging, &hung);
    weft_add_done_callback(&hung, &handle, called);
    tick();
    ck_no_error(weft_loop_close(&loop));
    ck_assert(!weft_handle_pending(&handle));
    ck_assert(!weft_handle_cancel(&loop, &handle));
}
END_TEST

START_TEST(each_done_callback_of_a_forgotten_task_is_cancelled)
{
    static weft_handle handles[3];
    memset(handles, 0, sizeof(handles));
    weft_loop_create_task(&loop, hanging, &hung);
    for (int i = 0; i < 3; i++)
        ck_no_error(weft_add_done_callback(&hung, &handles[i], called));
    tick();
    ck_no_error(weft_loop_close(&loop));
    for (int i = 0; i < 3; i++)
        ck_assert_msg(!weft_handle_pending(&handles[i]), "callback %d", i);
}
END_TEST

struct calling {
    weft_frame frame;
    struct hanging *inner;
};

WEFT_ASYNC_BODY(calling)
{
    weft_call(hanging, self->inner);
}
WEFT_ASYNC_END

START_TEST(the_frames_that_a_forgotten_task_called_are_free)
{
    static struct hanging inner;
    static WEFT_TASK(calling) outer;
    for (int i = 0; i < 2; i++) {
        weft_loop_create_task(&loop, calling, &outer, .inner = &inner);
        tick();
        ck_no_error(weft_loop_close(&loop));
        weft_loop_create_future(&loop, &never);
    }
}
END_TEST

struct closing {
    weft_frame frame;
};

WEFT_ASYNC_BODY(closing)
{
    ck_error(weft_loop_close(weft_running_loop()), &weft_invalid_state_error);
    weft_sleep(0);
    note("goes on");
}
WEFT_ASYNC_END

START_TEST(a_loop_that_runs_is_not_closed)
{
    static WEFT_TASK(closing) task;
    ck_no_error(weft_run(&loop, closing, &task));
    ck_recorded("goes on");
}
END_TEST

/* ---- Memory that is used again ---- */

/* Contains a task, which fails and outlives its parent. */
struct family {
    weft_frame frame;
    bool spawns;
    WEFT_TASK(failing) child;
};

WEFT_ASYNC_BODY(family)
{
    if (self->spawns)
        weft_create_task(failing, &self->child);
    weft_sleep(UNITS(1));
}
WEFT_ASYNC_END

struct reusing {
    weft_frame frame;
    struct family family;
};

WEFT_ASYNC_BODY(reusing)
{
    weft_call(family, &self->family, .spawns = true);
    note("first ");
    weft_call(family, &self->family);
    note("second ");
}
WEFT_ASYNC_END

START_TEST(a_failed_task_in_a_frame_is_reported_before_the_frame_is_reused)
{
    static WEFT_TASK(reusing) task;
    weft_set_exception_handler(&loop, note_failure);
    ck_no_error(weft_run(&loop, reusing, &task));
    ck_recorded("first failing=fail second ");
    ck_no_error(weft_loop_close(&loop));
    ck_recorded("");
}
END_TEST

START_TEST(a_failed_task_in_a_task_is_reported_before_the_task_is_reused)
{
    static WEFT_TASK(family) task;
    weft_set_exception_handler(&loop, note_failure);
    ck_no_error(weft_run(&loop, family, &task, .spawns = true));
    ck_recorded("");
    ck_no_error(weft_run(&loop, family, &task));
    ck_recorded("failing=fail ");
}
END_TEST

/* Contains two tasks, which fail. */
struct twins {
    weft_frame frame;
    bool spawns;
    WEFT_TASK(failing) children[2];
};

WEFT_ASYNC_BODY(twins)
{
    for (int i = 0; self->spawns && i < 2; i++)
        weft_create_task(failing, &self->children[i]);
    weft_sleep(UNITS(1));
}
WEFT_ASYNC_END

static WEFT_TASK(twins) pair;

static void ask_the_other(weft_loop *of, weft_task *task, const weft_error *error)
{
    const bool is_first = task == &pair.frame.children[0].task;
    note_failure(of, task, error);
    weft_error_of(&pair.frame.children[is_first]);
}

START_TEST(an_exception_handler_can_retrieve_the_next_error)
{
    weft_set_exception_handler(&loop, ask_the_other);
    ck_no_error(weft_run(&loop, twins, &pair, .spawns = true));
    ck_no_error(weft_run(&loop, twins, &pair));
    ck_recorded("failing=fail ");
}
END_TEST

static WEFT_TASK(failing) third;

static void use_the_third_again(weft_loop *of, weft_task *task, const weft_error *error)
{
    note_failure(of, task, error);
    if (task != &third.task && weft_done(&third))
        weft_loop_create_task(of, failing, &third);
}

/* The third task failed between the two. */
START_TEST(an_exception_handler_can_reuse_the_memory_of_a_failed_task)
{
    weft_set_exception_handler(&loop, use_the_third_again);
    weft_loop_create_task(&loop, failing, &pair.frame.children[0]);
    weft_loop_create_task(&loop, failing, &third);
    weft_loop_create_task(&loop, failing, &pair.frame.children[1]);
    run_dry();
    ck_no_error(weft_run(&loop, twins, &pair));
    ck_recorded("failing=fail failing=fail failing=fail ");
    ck_no_error(weft_loop_close(&loop));
    ck_recorded("failing=fail ");
}
END_TEST

/* ---- Two loops ---- */

/* CPython: test_tasks.BaseTaskTests.test_other_loop_future */
static weft_threadsafe_handle opened;

static void open_one(weft_loop *of, weft_task *task, const weft_error *error)
{
    (void)task, (void)error;
    ck_no_error(weft_threadsafe_open(of, &opened, called));
}

START_TEST(a_loop_whose_exception_handler_opens_a_handle_is_not_closed)
{
    static WEFT_TASK(failing) task;
    weft_set_exception_handler(&loop, open_one);
    weft_loop_create_task(&loop, failing, &task);
    run_dry();
    ck_error(weft_loop_close(&loop), &weft_invalid_state_error);
    ck_assert(weft_call_soon_threadsafe(&opened));
    ck_no_error(weft_run_once(&loop));
    ck_recorded("callback ");
    weft_threadsafe_close(&opened);
    ck_no_error(weft_loop_close(&loop));
}
END_TEST

static void close_it(weft_loop *of, weft_handle *caller)
{
    (void)caller;
    note_error(weft_loop_close(of));
}

/* The handler must not be called before the loop closes. */
START_TEST(a_close_that_is_refused_reports_no_error)
{
    static WEFT_TASK(failing) task;
    static weft_handle closing;
    weft_set_exception_handler(&loop, note_failure);
    weft_loop_create_task(&loop, failing, &task);
    run_dry();
    ck_no_error(weft_call_soon(&loop, &closing, close_it));
    run_dry();
    ck_recorded("=invalid state");
    ck_no_error(weft_threadsafe_open(&loop, &opened, called));
    ck_error(weft_loop_close(&loop), &weft_invalid_state_error);
    ck_recorded("");
    weft_threadsafe_close(&opened);
    ck_no_error(weft_loop_close(&loop));
    ck_recorded("failing=fail ");
}
END_TEST

START_TEST(an_awaitable_of_another_loop_is_not_awaited)
{
    static weft_virtual other_backend;
    static weft_loop other;
    weft_virtual_init(&other_backend);
    weft_loop_init(&other, &other_backend.backend);
    weft_loop_create_future(&other, &never);
    if (_i)
        ck_no_error(weft_set_done(&never)); /* it still belongs to the other loop */
    ck_error(weft_run(&loop, hanging, &hung), &weft_invalid_state_error);
    ck_error(weft_run_until_complete(&loop, &never), &weft_invalid_state_error);
}
END_TEST

struct waiting {
    weft_frame frame;
    unsigned form;
    WEFT_FUTURE(int) own;
    WEFT_GATHER(2) gather;
    WEFT_WAIT_SET(2) set;
};

WEFT_ASYNC_BODY(waiting)
{
    weft_create_future(&self->own);
    if (self->form == 0)
        weft_gather(&self->gather, &self->own, &never);
    ck_assert_ptr_null(weft_wait_add(&self->set, &self->own));
    ck_assert_ptr_null(weft_wait_add(&self->set, &never));
    if (self->form == 1)
        weft_wait_all(&self->set, UNITS(5));
    weft_with_completed(&self->set, UNITS(5))
        note("entered");
    weft_end;
}
WEFT_ASYNC_END

/* CPython: test_tasks.FutureGatherTests.test_constructor_heterogenous_futures */
START_TEST(a_gather_or_wait_set_refuses_awaitables_of_another_loop)
{
    static weft_virtual other_backend;
    static weft_loop other;
    static WEFT_TASK(waiting) task;
    weft_virtual_init(&other_backend);
    weft_loop_init(&other, &other_backend.backend);
    weft_loop_create_future(&other, &never);
    if (_i % 2)
        ck_no_error(weft_set_done(&never));
    ck_error(weft_run(&loop, waiting, &task, .form = (unsigned)_i / 2), &weft_invalid_state_error);
    ck_assert_ptr_null(_i % 2 ? NULL : never.awaitable.waiters);
    ck_assert_ptr_null(task.frame.own.awaitable.waiters);
    ck_assert_uint_eq(elapsed(), 0);
    ck_recorded("");
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("close");
    tcase_add_checked_fixture(tests, new_future, NULL);
    tcase_add_loop_test(tests, a_run_that_was_stopped_before_neither_sleeps_nor_deadlocks, 0, 2);
    tcase_add_test(tests, a_run_calls_the_done_callbacks_of_tasks_that_it_shuts_down);
    tcase_add_test(tests, a_task_created_in_a_shutdown_runs_for_as_many_ticks_as_in_asyncio);
    tcase_add_test(tests, a_shutdown_that_is_stopped_returns_an_error);
    tcase_add_test(tests, a_stop_in_the_last_tick_of_a_shutdown_ends_the_run);
    tcase_add_test(tests, a_done_callback_of_a_forgotten_task_is_cancelled);
    tcase_add_test(tests, each_done_callback_of_a_forgotten_task_is_cancelled);
    tcase_add_test(tests, the_frames_that_a_forgotten_task_called_are_free);
    tcase_add_test(tests, a_loop_that_runs_is_not_closed);
    tcase_add_test(tests, a_failed_task_in_a_frame_is_reported_before_the_frame_is_reused);
    tcase_add_test(tests, a_failed_task_in_a_task_is_reported_before_the_task_is_reused);
    tcase_add_test(tests, an_exception_handler_can_retrieve_the_next_error);
    tcase_add_test(tests, an_exception_handler_can_reuse_the_memory_of_a_failed_task);
    tcase_add_test(tests, a_loop_whose_exception_handler_opens_a_handle_is_not_closed);
    tcase_add_test(tests, a_close_that_is_refused_reports_no_error);
    tcase_add_loop_test(tests, an_awaitable_of_another_loop_is_not_awaited, 0, 2);
    tcase_add_loop_test(tests, a_gather_or_wait_set_refuses_awaitables_of_another_loop, 0, 6);
    return run_suite();
}
