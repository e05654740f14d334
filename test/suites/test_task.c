/* SPDX-License-Identifier: MIT */
/* Tasks: creation, end, cancellation in each state of the diagram in task.h, and their memory. */
#include "helper.h"
#include "panic.h"

#include <stdlib.h>

/* ---- Coroutines that most tests are made of ---- */

struct sleeper {
    weft_frame frame;
    const char *name;
    weft_time delay;
    const weft_error *error;
    int result;
};

WEFT_ASYNC_NAMED_BODY(sleeper, name)
{
    weft_sleep(self->delay);
    note(self->name);
    weft_check(self->error);
    weft_return_value(7);
}
WEFT_ASYNC_END

struct waiter {
    weft_frame frame;
    const char *name;
    weft_future *target;
    const weft_error *caught;
};

WEFT_ASYNC_NAMED_BODY(waiter, name)
{
    weft_await(self->target);
    note(self->name);
}
WEFT_ASYNC_END

/* Records how its await ended. */
struct teller {
    weft_frame frame;
    const char *name;
    weft_future *target;
    const weft_error *caught;
};

WEFT_ASYNC_NAMED_BODY(teller, name)
{
    weft_try {
        weft_await(self->target);
    }
    weft_catch(&weft_base_error, self->caught) {
    }
    weft_end;
    note(self->name);
    note_error(self->caught);
}
WEFT_ASYNC_END

/* Sleeps twice. Goes on after a cancellation. */
struct stubborn {
    weft_frame frame;
    weft_time delay;
    int i;
    const weft_error *caught;
};

WEFT_ASYNC_BODY(stubborn)
{
    for (self->i = 0; self->i < 2; self->i++) {
        weft_try {
            weft_sleep(self->delay);
            note("s");
        }
        weft_catch(&weft_cancelled_error, self->caught) {
            note("c");
        }
        weft_end;
    }
}
WEFT_ASYNC_END

/* ---- Creation and end ---- */

struct parent {
    weft_frame frame;
    WEFT_TASK(sleeper) child;
};

WEFT_ASYNC_BODY(parent)
{
    weft_create_task(sleeper, &self->child, .name = "c", .delay = 5);
    note("p");
    weft_sleep(0);
    note("p");
    weft_await(&self->child);
    ck_assert_int_eq(self->child.frame.result, 7);
    weft_await(&self->child); /* a second await returns at once, with the same result */
    ck_assert_int_eq(self->child.frame.result, 7);
    note("e");
}
WEFT_ASYNC_END

/* CPython: test_tasks.BaseTaskTests.test_task_basics */
/* CPython: test_tasks.BaseTaskTests.test_bare_create_task */
START_TEST(a_task_runs_from_the_next_tick_on_and_its_result_is_in_its_frame)
{
    static WEFT_TASK(parent) task;
    ck_no_error(weft_run(&loop, parent, &task));
    ck_recorded("ppce");
    ck_assert_uint_eq(elapsed(), 5);
}
END_TEST

/* CPython: test_tasks.SleepTests.test_sleep_zero */
START_TEST(tasks_that_yield_alternate)
{
    static WEFT_TASK(stubborn) a, b;
    weft_loop_create_task(&loop, stubborn, &a);
    weft_loop_create_task(&loop, stubborn, &b);
    tick();
    ck_recorded("");
    tick();
    ck_recorded("ss");
    tick();
    ck_recorded("ss");
    ck_assert(loop_is_idle() && weft_done(&a) && weft_done(&b));
}
END_TEST

struct yielder {
    weft_frame frame;
    const char *name;
};

WEFT_ASYNC_BODY(yielder)
{
    note(self->name);
    weft_yield;
    note(self->name);
}
WEFT_ASYNC_END

START_TEST(weft_yield_yields_to_other_tasks)
{
    static WEFT_TASK(yielder) a, b;
    weft_loop_create_task(&loop, yielder, &a, .name = "a");
    weft_loop_create_task(&loop, yielder, &b, .name = "b");
    run_dry();
    ck_recorded("abab");
}
END_TEST

START_TEST(what_can_be_asked_of_a_task_over_its_life)
{
    static WEFT_TASK(sleeper) task;
    ck_assert(!weft_done(&task) && !weft_cancelled(&task) && !weft_error_of(&task));
    weft_loop_create_task(&loop, sleeper, &task, .name = "", .delay = 1);
    ck_assert(!weft_done(&task) && !weft_cancelled(&task) && !weft_error_of(&task));
    tick();
    ck_assert(!weft_done(&task) && !weft_cancelled(&task) && !weft_error_of(&task));
    run_dry();
    ck_assert(weft_done(&task) && !weft_cancelled(&task) && !weft_error_of(&task));
    weft_loop_create_task(&loop, sleeper, &task, .name = "", .error = &fail);
    run_dry();
    ck_assert(weft_done(&task) && !weft_cancelled(&task) && weft_error_of(&task) == &fail);
    weft_loop_create_task(&loop, sleeper, &task, .name = "");
    weft_cancel(&task);
    run_dry();
    ck_assert(weft_done(&task) && weft_cancelled(&task));
    ck_error(weft_error_of(&task), &weft_cancelled_error);
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_bare_create_named_task */
START_TEST(a_task_has_its_coroutines_name_or_that_of_a_member_of_its_frame)
{
    static WEFT_TASK(stubborn) task;
    static WEFT_TASK(sleeper) named;
    weft_loop_create_task(&loop, stubborn, &task);
    weft_loop_create_task(&loop, sleeper, &named, .name = "of its own");
    ck_assert_str_eq(weft_task_name(&task.task), "stubborn");
    ck_assert_str_eq(weft_task_name(&named.task), "of its own");
    run_dry();
    ck_assert_str_eq(weft_task_name(&task.task), "stubborn");
}
END_TEST

START_TEST(an_await_raises_the_error_before_and_after_the_end)
{
    static WEFT_TASK(sleeper) failing;
    static WEFT_TASK(teller) early, late;
    weft_loop_create_task(&loop, sleeper, &failing, .name = "f", .delay = 1, .error = &fail);
    weft_loop_create_task(&loop, teller, &early, .name = "e", .target = weft_as_future(&failing));
    run_dry();
    weft_loop_create_task(&loop, teller, &late, .name = "l", .target = weft_as_future(&failing));
    tick();
    ck_recorded("fe=faill=fail");
    ck_assert(loop_is_idle());
}
END_TEST

START_TEST(an_error_leaves_through_tasks_that_await_each_other)
{
    static WEFT_TASK(sleeper) failing;
    static WEFT_TASK(waiter) a, b;
    weft_loop_create_task(&loop, sleeper, &failing, .name = "f", .delay = 1, .error = &fail);
    weft_loop_create_task(&loop, waiter, &a, .name = "a", .target = weft_as_future(&failing));
    weft_loop_create_task(&loop, waiter, &b, .name = "b", .target = weft_as_future(&a));
    ck_error(weft_run_until_complete(&loop, &b), &fail);
    ck_recorded("f");
    ck_error(weft_error_of(&a), &fail);
}
END_TEST

START_TEST(waiters_of_a_task_are_woken_in_the_order_in_which_they_came)
{
    static WEFT_TASK(sleeper) target;
    static WEFT_TASK(waiter) waiters[4];
    static const char *const names[] = {"a", "b", "c", "d"};
    weft_loop_create_task(&loop, sleeper, &target, .name = "!", .delay = 1);
    for (int i = 0; i < 4; i++)
        weft_loop_create_task(&loop, waiter, &waiters[i], .name = names[i],
                              .target = weft_as_future(&target));
    tick();
    weft_cancel(&waiters[3]); /* also cancels the target: in asyncio an await is no shield */
    run_dry();
    ck_recorded("");
    for (int i = 0; i < 4; i++)
        ck_assert(weft_cancelled(&waiters[i]));
    weft_loop_create_task(&loop, sleeper, &target, .name = "!", .delay = 1);
    for (int i = 0; i < 4; i++)
        weft_loop_create_task(&loop, waiter, &waiters[i], .name = names[i],
                              .target = weft_as_future(&target));
    run_dry();
    ck_recorded("!abcd");
}
END_TEST

/* ---- All tasks, the current one ---- */

START_TEST(all_tasks_lists_tasks_that_have_not_ended_by_creation)
{
    static WEFT_TASK(sleeper) tasks[5];
    static const int order[][5] = {{0, 1, 2, 3, 4}, {0, 1, 3, 4}, {1, 3, 4}, {1, 3}, {3}};
    static const int ending[] = {2, 0, 4, 1, 3};
    for (int i = 0; i < 5; i++)
        weft_loop_create_task(&loop, sleeper, &tasks[i], .name = "", .delay = 1);
    for (size_t left = 5, round = 0; left; left--, round++) {
        weft_task *task = weft_first_task(&loop);
        for (size_t i = 0; i < left; i++, task = weft_next_task(task))
            ck_assert_ptr_eq(task, &tasks[order[round][i]].task);
        ck_assert_ptr_null(task);
        weft_cancel(&tasks[ending[round]]);
        tick();
    }
    ck_assert_uint_eq(count_tasks(), 0);
}
END_TEST

struct looking {
    weft_frame frame;
    weft_task *current, *called_from;
};

static weft_task *current_in_a_function(void)
{
    return weft_loop_current_task(&loop);
}

WEFT_ASYNC_BODY(looking)
{
    weft_sleep(0);
    self->current = weft_current_task();
    self->called_from = current_in_a_function();
    ck_assert_ptr_eq(weft_running_loop(), &loop);
}
WEFT_ASYNC_END

static void look_in_a_callback(weft_loop *of, weft_handle *handle)
{
    (void)handle;
    ck_assert_ptr_null(weft_loop_current_task(of));
    note("looked");
}

/* CPython: test_tasks.BaseTaskTests.test_current_task */
/* CPython: test_tasks.BaseTaskTests.test_current_task_with_interleaving_tasks */
START_TEST(the_current_task_is_the_one_that_runs_and_none_in_callbacks_and_outside)
{
    static WEFT_TASK(looking) a, b;
    weft_handle handle = {.function = NULL};
    weft_loop_create_task(&loop, looking, &a);
    ck_no_error(weft_call_soon(&loop, &handle, look_in_a_callback));
    weft_loop_create_task(&loop, looking, &b);
    ck_assert_ptr_null(weft_loop_current_task(&loop));
    run_dry();
    ck_assert_ptr_null(weft_loop_current_task(&loop));
    ck_assert(a.frame.current == &a.task && a.frame.called_from == &a.task);
    ck_assert(b.frame.current == &b.task && b.frame.called_from == &b.task);
    ck_recorded("looked");
}
END_TEST

/* ---- Cancellation in each state ---- */

/* CPython: test_tasks.BaseTaskTests.test_cancel_with_message_before_starting_task */
START_TEST(a_task_cancelled_before_its_first_step_never_runs)
{
    static WEFT_TASK(sleeper) task;
    weft_loop_create_task(&loop, sleeper, &task, .name = "never");
    ck_assert(weft_cancel(&task));
    tick();
    ck_assert(weft_cancelled(&task) && loop_is_idle());
    ck_assert_int_eq(task.frame.result, 0);
    ck_recorded("");
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_cancel_yield */
START_TEST(a_task_that_yielded_is_cancelled_at_the_yield)
{
    static WEFT_TASK(stubborn) task;
    weft_loop_create_task(&loop, stubborn, &task);
    tick();
    ck_assert(weft_cancel(&task));
    run_dry();
    ck_assert(weft_done(&task) && !weft_cancelled(&task));
    ck_recorded("cs");
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_cancel */
/* CPython: test_tasks.BaseTaskTests.test_sleep_cancel */
/* CPython: test_tasks.BaseTaskTests.test_task_cancel_sleeping_task */
START_TEST(a_sleeping_task_is_cancelled_at_once_and_its_timer_disarmed)
{
    static WEFT_TASK(sleeper) task;
    weft_loop_create_task(&loop, sleeper, &task, .name = "never", .delay = 5);
    tick();
    ck_assert(weft_cancel(&task));
    tick();
    ck_assert(weft_cancelled(&task) && loop_is_idle());
    ck_assert_uint_eq(elapsed(), 0);
    ck_recorded("");
}
END_TEST

struct canceller {
    weft_handle handle;
    weft_future *target;
};

static void cancel_target(weft_loop *of, weft_handle *handle)
{
    (void)of;
    ck_assert(weft_cancel(WEFT_HANDLE_OWNER(handle, struct canceller, handle)->target));
}

/* The end of a sleep takes a callback, and the task runs a tick later. The task is cancelled
 * before the callback (0), or after it (1). */
START_TEST(a_task_whose_sleep_ends_in_this_tick_can_be_cancelled)
{
    static WEFT_TASK(sleeper) task;
    struct canceller canceller = {.target = weft_as_future(&task)};
    if (_i == 0)
        weft_call_at(&loop, &canceller.handle, clock_at(5), cancel_target);
    weft_loop_create_task(&loop, sleeper, &task, .name = "never", .delay = 5);
    tick();
    if (_i == 1)
        weft_call_at(&loop, &canceller.handle, clock_at(5), cancel_target);
    run_dry();
    ck_assert(weft_cancelled(&task) && loop_is_idle());
    ck_recorded("");
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_task_cancel_waiter_future */
START_TEST(a_task_that_awaits_a_future_is_cancelled_with_it)
{
    static WEFT_TASK(waiter) task;
    weft_future future;
    weft_loop_create_future(&loop, &future);
    weft_loop_create_task(&loop, waiter, &task, .name = "never", .target = &future);
    tick();
    ck_assert(weft_cancel(&task));
    ck_assert(weft_cancelled(&future) && !weft_done(&task));
    tick();
    ck_assert(weft_cancelled(&task) && loop_is_idle());
}
END_TEST

START_TEST(a_cancellation_replaces_the_wake_up_that_is_under_way)
{
    static WEFT_TASK(teller) task;
    weft_future future;
    weft_loop_create_future(&loop, &future);
    weft_loop_create_task(&loop, teller, &task, .name = "t", .target = &future);
    tick();
    ck_no_error(_i ? weft_set_error(&future, &fail) : weft_set_done(&future));
    ck_assert(weft_cancel(&task));
    tick();
    ck_assert(!weft_cancelled(&future) && loop_is_idle());
    ck_recorded("t=cancelled");
}
END_TEST

struct self_cancelling {
    weft_frame frame;
    weft_future *ended;
    weft_time delay;
    bool sleeps;
    const weft_error *error;
};

WEFT_ASYNC_BODY(self_cancelling)
{
    weft_cancel(weft_current_task());
    weft_await(self->ended); /* does not wait, so the request stays */
    note("a");
    if (self->sleeps)
        weft_sleep(self->delay);
    note("r");
    weft_check(self->error);
}
WEFT_ASYNC_END

/* CPython: test_tasks.BaseTaskTests.test_cancel_current_task */
START_TEST(a_task_that_cancels_itself_is_cancelled_where_it_waits_next)
{
    static WEFT_TASK(self_cancelling) task;
    weft_future ended;
    weft_loop_create_future(&loop, &ended);
    weft_set_done(&ended);
    weft_loop_create_task(&loop, self_cancelling, &task, .ended = &ended, .sleeps = true,
                          .delay = _i ? 5 : 0);
    tick();
    ck_assert(!weft_done(&task)); /* one iteration later */
    tick();
    ck_assert(weft_cancelled(&task) && loop_is_idle());
    ck_recorded("a");
}
END_TEST

/* gh-74234. A task that fails keeps its own error. */
/* CPython: test_tasks.BaseTaskTests.test_cancel_at_end */
START_TEST(a_task_that_cancels_itself_and_never_waits_again_ends_cancelled_unless_it_fails)
{
    static WEFT_TASK(self_cancelling) task;
    weft_future ended;
    weft_loop_create_future(&loop, &ended);
    weft_set_done(&ended);
    weft_loop_create_task(&loop, self_cancelling, &task, .ended = &ended,
                          .error = _i ? &fail : NULL);
    tick();
    ck_error(weft_error_of(&task), _i ? &fail : &weft_cancelled_error);
    ck_recorded("ar");
}
END_TEST

START_TEST(a_task_that_has_ended_or_never_started_is_not_cancelled)
{
    static WEFT_TASK(sleeper) task;
    ck_assert(!weft_cancel(&task));
    weft_loop_create_task(&loop, sleeper, &task, .name = "");
    run_dry();
    ck_assert(!weft_cancel(&task) && !weft_cancelled(&task) && !weft_error_of(&task));
    ck_assert_uint_eq(weft_cancelling(&task.task), 0);
}
END_TEST

START_TEST(two_cancellations_before_it_runs_are_raised_once)
{
    static WEFT_TASK(stubborn) task;
    weft_loop_create_task(&loop, stubborn, &task, .delay = 5);
    tick();
    ck_assert(weft_cancel(&task) && weft_cancel(&task));
    ck_assert_uint_eq(weft_cancelling(&task.task), 2);
    run_dry();
    ck_recorded("cs");
}
END_TEST

/* Is cancelled with the awaitable of its wait. Goes on where it catches the cancellation. */
struct catching {
    weft_frame frame;
    weft_future *futures;
    bool returns;
    const weft_error *caught;
};

WEFT_ASYNC_BODY(catching)
{
    weft_await(&self->futures[0]);
    weft_try {
        weft_await(&self->futures[1]);
        note("never");
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        note("x");
        if (self->returns)
            weft_return;
    }
    weft_end;
    weft_await(&self->futures[2]);
    note(".");
}
WEFT_ASYNC_END

/* CPython: test_tasks.BaseTaskTests.test_cancel_task_catching */
/* CPython: test_tasks.BaseTaskTests.test_cancel_task_ignoring */
START_TEST(a_task_that_catches_its_cancellation_is_not_cancelled)
{
    static WEFT_TASK(catching) task;
    weft_future futures[3];
    for (int i = 0; i < 3; i++)
        weft_loop_create_future(&loop, &futures[i]);
    weft_loop_create_task(&loop, catching, &task, .futures = futures, .returns = _i);
    tick();
    weft_set_done(&futures[0]);
    tick();
    weft_cancel(&task);
    ck_assert(weft_cancelled(&futures[1]));
    tick();
    ck_assert(weft_done(&task) == (_i == 1));
    weft_set_done(&futures[2]);
    run_dry();
    ck_recorded(_i ? "x" : "x.");
    ck_assert(weft_done(&task) && !weft_cancelled(&task));
    ck_assert_uint_eq(weft_cancelling(&task.task), 1);
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_cancel_both_task_and_inner_future */
START_TEST(a_task_and_what_it_awaits_are_cancelled_in_one_tick)
{
    static WEFT_TASK(waiter) task;
    weft_future future;
    weft_loop_create_future(&loop, &future);
    weft_loop_create_task(&loop, waiter, &task, .name = "never", .target = &future);
    tick();
    ck_assert(weft_cancel(&future) && weft_cancel(&task));
    tick();
    ck_assert(weft_cancelled(&task) && loop_is_idle());
    ck_recorded("");
}
END_TEST

/* Cancels itself, and takes the request back when it is raised. Then waits again, and is
 * cancelled again. */
struct taking_back {
    weft_frame frame;
    const weft_error *caught;
};

WEFT_ASYNC_BODY(taking_back)
{
    weft_try {
        weft_sleep(UNITS(10));
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        weft_uncancel(weft_current_task());
        note("x");
        weft_sleep(UNITS(10));
    }
    weft_end;
}
WEFT_ASYNC_END

/* CPython: test_tasks.BaseTaskTests.test_uncancel_basic */
/* asyncio: the exception that the future ended with is not replaced if it is a CancelledError. */
START_TEST(a_cancellation_of_a_programs_own_kind_is_not_replaced_by_a_cancel)
{
    static const weft_error own = {&weft_cancelled_error, "own"};
    static WEFT_TASK(teller) task;
    static weft_future future;
    weft_loop_create_future(&loop, &future);
    weft_loop_create_task(&loop, teller, &task, .name = "t", .target = &future);
    tick();
    ck_no_error(weft_set_error(&future, _i ? &own : &fail));
    weft_cancel(&task);
    tick();
    ck_recorded(_i ? "t=own" : "t=cancelled");
}
END_TEST

START_TEST(a_request_is_taken_back_once_raised_and_the_next_one_counts_anew)
{
    static WEFT_TASK(taking_back) task;
    weft_loop_create_task(&loop, taking_back, &task);
    tick();
    for (int i = 0; i < 2; i++) {
        ck_assert(weft_cancel(&task));
        ck_assert_uint_eq(weft_cancelling(&task.task), 1);
        tick();
        ck_assert_uint_eq(weft_cancelling(&task.task), (unsigned)i);
    }
    ck_recorded("x");
    ck_assert(weft_cancelled(&task));
    ck_assert_uint_eq(weft_uncancel(&task.task), 0);
    ck_assert(weft_cancelled(&task));
}
END_TEST

/* bpo-34872: its next wait is for a task that waits for a future. */
struct passing_on {
    weft_frame frame;
    weft_future *future;
    WEFT_TASK(waiter) nested;
};

WEFT_ASYNC_BODY(passing_on)
{
    weft_create_task(waiter, &self->nested, .name = "never", .target = self->future);
    weft_sleep(0);
    weft_cancel(weft_current_task());
    weft_await(&self->nested);
    note("never");
}
WEFT_ASYNC_END

/* CPython: test_tasks.BaseTaskTests.test_cancel_awaited_task */
START_TEST(a_task_that_cancels_itself_cancels_what_it_awaits_next)
{
    static WEFT_TASK(passing_on) task;
    weft_future future;
    weft_loop_create_future(&loop, &future);
    weft_loop_create_task(&loop, passing_on, &task, .future = &future);
    run_dry();
    ck_assert(weft_cancelled(&task) && weft_cancelled(&task.frame.nested));
    ck_assert(weft_cancelled(&future));
    ck_recorded("");
}
END_TEST

/* ---- Chains ---- */

START_TEST(a_cancel_goes_along_a_chain_to_the_task_at_its_end)
{
    static WEFT_TASK(sleeper) last;
    static WEFT_TASK(teller) middle;
    static WEFT_TASK(waiter) first;
    weft_loop_create_task(&loop, sleeper, &last, .name = "never", .delay = 5);
    weft_loop_create_task(&loop, teller, &middle, .name = "m", .target = weft_as_future(&last));
    weft_loop_create_task(&loop, waiter, &first, .name = "f", .target = weft_as_future(&middle));
    tick();
    ck_assert(weft_cancel(&first));
    ck_assert_uint_eq(weft_cancelling(&last.task), 1);
    ck_assert_uint_eq(weft_cancelling(&middle.task), 1);
    ck_assert_uint_eq(weft_cancelling(&first.task), 1);
    run_dry();
    ck_recorded("m=cancelledf"); /* the middle task caught the cancellation */
    ck_assert(weft_cancelled(&last) && !weft_cancelled(&middle) && !weft_cancelled(&first));
}
END_TEST

enum { MANY = 1000000 };

START_TEST(a_chain_of_a_million_tasks_is_cancelled_in_constant_stack)
{
    typedef WEFT_TASK(waiter) link;
    static WEFT_TASK(sleeper) last;
    link *const links = calloc(MANY, sizeof(*links));
    weft_loop_create_task(&loop, sleeper, &last, .name = "never", .delay = 5);
    for (size_t i = 0; i < MANY; i++)
        weft_loop_create_task(&loop, waiter, &links[i], .name = "never",
                              .target = i ? weft_as_future(&links[i - 1]) : weft_as_future(&last));
    tick();
    ck_assert(weft_cancel(&links[MANY - 1]));
    run_dry();
    size_t cancelled = 0;
    for (size_t i = 0; i < MANY; i++)
        cancelled += weft_cancelled(&links[i]);
    ck_assert_uint_eq(cancelled, MANY);
    ck_assert(weft_cancelled(&last) && loop_is_idle());
    ck_recorded("");
    free(links);
}
END_TEST

/* ---- Circles ---- */

/* CPython: test_tasks.BaseTaskTests.test_task_awaits_on_itself */
START_TEST(an_await_of_the_task_itself_is_an_error)
{
    static WEFT_TASK(teller) task;
    weft_loop_create_task(&loop, teller, &task, .name = "t", .target = weft_as_future(&task));
    run_dry();
    ck_recorded("t=invalid state");
}
END_TEST

START_TEST(an_await_of_a_task_that_was_never_started_is_an_error)
{
    static WEFT_TASK(teller) task;
    static weft_future never;
    weft_loop_create_task(&loop, teller, &task, .name = "t", .target = &never);
    run_dry();
    ck_recorded("t=invalid state");
}
END_TEST

START_TEST(tasks_that_await_each_other_are_a_deadlock_that_cancel_breaks)
{
    typedef WEFT_TASK(teller) in_circle;
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    static in_circle tasks[5];
    const int count = _i;
    for (int i = 0; i < count; i++)
        weft_loop_create_task(&loop, teller, &tasks[i], .name = names[i],
                              .target = weft_as_future(&tasks[(i + 1) % count]));
    ck_error(weft_run_until_complete(&loop, &tasks[0]), &weft_deadlock_error);
    ck_assert_uint_eq(count_tasks(), (size_t)count);
    for (int i = 0; i < count; i++) {
        const weft_wait_info waiting = weft_task_waits_for(&tasks[i].task);
        ck_assert_str_eq(waiting.what, "task");
        ck_assert_ptr_eq(waiting.object, &tasks[(i + 1) % count]);
    }
    ck_assert(weft_cancel(&tasks[1]));
    run_dry();
    ck_assert_uint_eq(count_tasks(), 0);
    ck_assert(strncmp(record, "b=cancelled", 11) == 0);
}
END_TEST

START_TEST(a_cancel_that_leads_into_a_circle_cancels_the_task_itself)
{
    static WEFT_TASK(waiter) a, b, outside;
    weft_loop_create_task(&loop, waiter, &a, .name = "never", .target = weft_as_future(&b));
    weft_loop_create_task(&loop, waiter, &b, .name = "never", .target = weft_as_future(&a));
    weft_loop_create_task(&loop, waiter, &outside, .name = "never", .target = weft_as_future(&a));
    tick();
    ck_assert(weft_cancel(&outside));
    run_dry();
    ck_assert(weft_cancelled(&outside) && !weft_done(&a) && !weft_done(&b));
    ck_no_error(weft_shutdown(&loop));
    ck_assert(weft_cancelled(&a) && weft_cancelled(&b));
}
END_TEST

/* ---- The count of requests ---- */

/* CPython: test_tasks.BaseTaskTests.test_cancelling */
START_TEST(requests_to_cancel_are_counted_and_taken_back)
{
    static WEFT_TASK(sleeper) task;
    weft_loop_create_task(&loop, sleeper, &task, .name = "never");
    for (unsigned i = 0; i < 300; i++) {
        ck_assert_uint_eq(weft_cancelling(&task.task), i < 127 ? i : 127);
        weft_cancel(&task);
    }
    ck_assert_uint_eq(weft_uncancel(&task.task), 126);
    ck_assert_uint_eq(weft_cancelling(&task.task), 126);
    run_dry();
    ck_assert(weft_cancelled(&task));
}
END_TEST

START_TEST(an_uncancel_without_a_request_has_no_effect)
{
    static WEFT_TASK(sleeper) task;
    weft_loop_create_task(&loop, sleeper, &task, .name = "s");
    ck_assert_uint_eq(weft_uncancel(&task.task), 0);
    run_dry();
    ck_recorded("s");
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_uncancel_resets_must_cancel */
START_TEST(a_cancellation_that_is_taken_back_undelivered_is_not_delivered)
{
    static WEFT_TASK(sleeper) task;
    weft_loop_create_task(&loop, sleeper, &task, .name = "s");
    if (_i)
        tick();
    weft_cancel(&task);
    ck_assert_uint_eq(weft_uncancel(&task.task), 0);
    run_dry();
    ck_assert(!weft_cancelled(&task));
    ck_recorded("s");
}
END_TEST

START_TEST(one_of_two_requests_taken_back_leaves_the_other)
{
    static WEFT_TASK(sleeper) task;
    weft_loop_create_task(&loop, sleeper, &task, .name = "never");
    weft_cancel(&task);
    weft_cancel(&task);
    ck_assert_uint_eq(weft_uncancel(&task.task), 1);
    run_dry();
    ck_assert(weft_cancelled(&task));
    ck_recorded("");
}
END_TEST

/* As in asyncio, the awaitable has already been cancelled. */
START_TEST(a_cancellation_that_ended_a_wait_cannot_be_taken_back)
{
    static WEFT_TASK(sleeper) task;
    weft_loop_create_task(&loop, sleeper, &task, .name = "never", .delay = 5);
    tick();
    weft_cancel(&task);
    ck_assert_uint_eq(weft_uncancel(&task.task), 0);
    run_dry();
    ck_assert(weft_cancelled(&task));
}
END_TEST

struct reconsidering {
    weft_frame frame;
};

WEFT_ASYNC_BODY(reconsidering)
{
    weft_cancel(weft_current_task());
    weft_uncancel(weft_current_task());
    weft_sleep(UNITS(5));
    note("slept");
}
WEFT_ASYNC_END

START_TEST(a_task_that_takes_its_own_cancellation_back_goes_on)
{
    static WEFT_TASK(reconsidering) task;
    ck_no_error(weft_run(&loop, reconsidering, &task));
    ck_recorded("slept");
}
END_TEST

/* ---- Memory ---- */

START_TEST(a_task_starts_without_traces_of_the_previous_task_in_its_memory)
{
    static WEFT_TASK(sleeper) task;
    weft_loop_create_task(&loop, sleeper, &task, .name = "", .delay = 5, .error = &fail);
    tick();
    weft_cancel(&task);
    weft_cancel(&task);
    run_dry();
    weft_loop_create_task(&loop, sleeper, &task, .name = "s");
    ck_assert_uint_eq(weft_cancelling(&task.task), 0);
    ck_assert_int_eq(task.frame.result, 0);
    run_dry();
    ck_assert(!weft_error_of(&task) && task.frame.result == 7);
    ck_recorded("s");
}
END_TEST

struct again {
    weft_handle handle;
    int left;
    WEFT_TASK(sleeper) task;
};

static void start_again(weft_loop *of, weft_handle *handle)
{
    struct again *const again = WEFT_HANDLE_OWNER(handle, struct again, handle);
    if (again->left-- == 0)
        return;
    weft_loop_create_task(of, sleeper, &again->task, .name = "s", .delay = 1);
    ck_no_error(weft_add_done_callback(&again->task, handle, start_again));
}

START_TEST(an_ended_tasks_memory_is_used_again_in_its_own_done_callback)
{
    static struct again again = {.left = 3};
    start_again(&loop, &again.handle);
    run_dry();
    ck_recorded("sss");
    ck_assert_uint_eq(elapsed(), 3);
}
END_TEST

struct restarting {
    weft_frame frame;
    struct again *again;
};

WEFT_ASYNC_BODY(restarting)
{
    weft_await(&self->again->task);
    weft_create_task(sleeper, &self->again->task, .name = "2", .delay = 1, .error = NULL);
}
WEFT_ASYNC_END

START_TEST(an_ended_tasks_memory_can_be_reused_before_all_callbacks_have_run)
{
    static struct again again;
    static WEFT_TASK(restarting) restarting;
    static WEFT_TASK(teller) teller;
    weft_loop_create_task(&loop, sleeper, &again.task, .name = "1", .delay = 1);
    weft_loop_create_task(&loop, restarting, &restarting, .again = &again);
    weft_loop_create_task(&loop, teller, &teller, .name = "t",
                          .target = weft_as_future(&again.task));
    run_dry();
    ck_recorded("1t=ok2");
}
END_TEST

START_TEST(a_start_in_the_memory_of_a_task_that_has_not_ended_panics)
{
    static WEFT_TASK(sleeper) tasks[2];
    weft_loop_create_task(&loop, sleeper, &tasks[_i], .name = "", .delay = 5);
    if (_i)
        tick();
    EXPECT_PANIC(weft_loop_create_task(&loop, sleeper, &tasks[_i]), "that has not ended");
    ck_panicked_in(__FILE__);
}
END_TEST

/* The check finds overwritten memory where weft would otherwise corrupt a list. It cannot find
 * all. */
START_TEST(memory_that_was_overwritten_while_its_task_lived_panics)
{
    static WEFT_TASK(sleeper) before, after;
    static WEFT_TASK(waiter) overwritten;
    static weft_future never;
    weft_loop_create_future(&loop, &never);
    weft_loop_create_task(&loop, sleeper, &before, .name = "", .delay = 9);
    weft_loop_create_task(&loop, waiter, &overwritten, .target = &never);
    weft_loop_create_task(&loop, sleeper, &after, .name = "", .delay = 5);
    tick();
    memset(&overwritten, 0, sizeof(overwritten));
    EXPECT_PANIC(run_dry(), "overwritten before it ended");
}
END_TEST

START_TEST(a_start_in_the_overwritten_memory_of_the_last_task_panics)
{
    static WEFT_TASK(sleeper) first, last;
    weft_loop_create_task(&loop, sleeper, &first, .name = "", .delay = 9);
    weft_loop_create_task(&loop, sleeper, &last, .name = "", .delay = 9);
    memset(&last, 0, sizeof(last));
    EXPECT_PANIC(weft_loop_create_task(&loop, sleeper, &last), "overwritten before it ended");
}
END_TEST

START_TEST(a_start_behind_a_last_task_whose_memory_was_overwritten_panics)
{
    static WEFT_TASK(sleeper) first, last, next;
    weft_loop_create_task(&loop, sleeper, &first, .name = "", .delay = 9);
    weft_loop_create_task(&loop, sleeper, &last, .name = "", .delay = 9);
    memset(&last, 0xFF, sizeof(last));
    EXPECT_PANIC(weft_loop_create_task(&loop, sleeper, &next), "overwritten before it ended");
    weft_loop_init(&loop, &backend.backend); /* the old loop cannot be closed any more */
}
END_TEST

/* ---- Errors that were never retrieved ---- */

static void note_failure(weft_loop *of, weft_task *task, const weft_error *error)
{
    ck_assert_ptr_eq(of, &loop);
    note(weft_task_name(task));
    note_error(error);
}

/* Runs a task that fails. Its error is not retrieved. */
#define FAIL(task)                                                                                 \
    do {                                                                                           \
        weft_set_exception_handler(&loop, note_failure);                                           \
        weft_loop_create_task(&loop, sleeper, (task), .name = "f", .error = &fail);                \
        run_dry();                                                                                 \
        ck_recorded("f");                                                                          \
    } while (0)

/* CPython: test_futures.BaseFutureTests.test_tb_logger_exception_unretrieved */
START_TEST(an_unretrieved_error_is_reported_once_when_its_memory_is_reused)
{
    static WEFT_TASK(sleeper) task;
    FAIL(&task);
    weft_loop_create_task(&loop, sleeper, &task, .name = "g");
    ck_recorded("f=fail");
    run_dry();
    weft_loop_close(&loop);
    ck_recorded("g");
}
END_TEST

START_TEST(unretrieved_errors_are_reported_in_order_when_the_loop_closes)
{
    static WEFT_TASK(sleeper) a, b, c;
    weft_set_exception_handler(&loop, note_failure);
    weft_loop_create_task(&loop, sleeper, &a, .name = "a", .error = &fail);
    weft_loop_create_task(&loop, sleeper, &b, .name = "b", .error = &fail);
    weft_loop_create_task(&loop, sleeper, &c, .name = "c", .error = &other_fail);
    run_dry();
    ck_recorded("abc");
    ck_error(weft_error_of(&b), &fail);
    weft_loop_close(&loop);
    ck_recorded("a=failc=other");
}
END_TEST

/* CPython: test_futures.BaseFutureTests.test_tb_logger_exception_retrieved */
START_TEST(a_retrieved_error_is_not_reported)
{
    static WEFT_TASK(sleeper) asked, awaited, run;
    static WEFT_TASK(teller) teller;
    FAIL(&asked);
    weft_error_of(&asked);
    FAIL(&awaited);
    weft_loop_create_task(&loop, teller, &teller, .name = "t", .target = weft_as_future(&awaited));
    run_dry();
    weft_loop_create_task(&loop, sleeper, &run, .name = "r", .error = &fail);
    weft_loop_create_task(&loop, teller, &teller, .name = "t", .target = weft_as_future(&run));
    ck_error(weft_run_until_complete(&loop, &run), &fail);
    weft_loop_close(&loop);
    ck_recorded("t=failrt=fail");
}
END_TEST

static void called(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    note("c");
}

/* Two wait for the task. The waiting task retrieves the error; the callback does not. */
START_TEST(an_error_counts_as_retrieved_if_a_waiter_is_a_task)
{
    static WEFT_TASK(sleeper) task;
    static WEFT_TASK(teller) tellers[2];
    static weft_handle handles[2];
    static const char *const recorded[] = {"fccf=fail", "ft=failc", "fct=fail", "ft=failt=fail"};
    memset(handles, 0, sizeof(handles));
    weft_set_exception_handler(&loop, note_failure);
    weft_loop_create_task(&loop, sleeper, &task, .name = "f", .delay = 1, .error = &fail);
    for (int i = 0; i < 2; i++) {
        if (!(_i >> i & 1)) {
            ck_no_error(weft_add_done_callback(&task, &handles[i], called));
            continue;
        }
        weft_loop_create_task(&loop, teller, &tellers[i], .name = "t",
                              .target = weft_as_future(&task));
        tick();
    }
    run_dry();
    weft_loop_close(&loop);
    ck_recorded(recorded[_i]);
}
END_TEST

/* CPython: test_futures.BaseFutureTests.test_tb_logger_not_called_after_cancel */
START_TEST(a_cancelled_task_is_no_failure_and_a_handler_is_optional)
{
    static WEFT_TASK(sleeper) task;
    FAIL(&task);
    weft_set_exception_handler(&loop, NULL);
    weft_loop_create_task(&loop, sleeper, &task, .name = "never");
    weft_set_exception_handler(&loop, note_failure);
    weft_cancel(&task);
    run_dry();
    weft_loop_close(&loop);
    ck_recorded("");
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("task");
    tcase_add_test(tests, a_task_runs_from_the_next_tick_on_and_its_result_is_in_its_frame);
    tcase_add_test(tests, tasks_that_yield_alternate);
    tcase_add_test(tests, weft_yield_yields_to_other_tasks);
    tcase_add_test(tests, what_can_be_asked_of_a_task_over_its_life);
    tcase_add_test(tests, a_task_has_its_coroutines_name_or_that_of_a_member_of_its_frame);
    tcase_add_test(tests, an_await_raises_the_error_before_and_after_the_end);
    tcase_add_test(tests, an_error_leaves_through_tasks_that_await_each_other);
    tcase_add_test(tests, waiters_of_a_task_are_woken_in_the_order_in_which_they_came);
    tcase_add_test(tests, all_tasks_lists_tasks_that_have_not_ended_by_creation);
    tcase_add_test(tests, the_current_task_is_the_one_that_runs_and_none_in_callbacks_and_outside);
    tcase_add_test(tests, a_task_cancelled_before_its_first_step_never_runs);
    tcase_add_test(tests, a_task_that_yielded_is_cancelled_at_the_yield);
    tcase_add_test(tests, a_sleeping_task_is_cancelled_at_once_and_its_timer_disarmed);
    tcase_add_loop_test(tests, a_task_whose_sleep_ends_in_this_tick_can_be_cancelled, 0, 2);
    tcase_add_test(tests, a_task_that_awaits_a_future_is_cancelled_with_it);
    tcase_add_loop_test(tests, a_cancellation_replaces_the_wake_up_that_is_under_way, 0, 2);
    tcase_add_loop_test(tests, a_task_that_cancels_itself_is_cancelled_where_it_waits_next, 0, 2);
    tcase_add_loop_test(
        tests, a_task_that_cancels_itself_and_never_waits_again_ends_cancelled_unless_it_fails, 0,
        2);
    tcase_add_test(tests, a_task_that_has_ended_or_never_started_is_not_cancelled);
    tcase_add_test(tests, two_cancellations_before_it_runs_are_raised_once);
    tcase_add_test(tests, a_cancel_goes_along_a_chain_to_the_task_at_its_end);
    tcase_add_test(tests, a_chain_of_a_million_tasks_is_cancelled_in_constant_stack);
    tcase_add_loop_test(tests, a_task_that_catches_its_cancellation_is_not_cancelled, 0, 2);
    tcase_add_test(tests, a_task_and_what_it_awaits_are_cancelled_in_one_tick);
    tcase_add_loop_test(tests, a_cancellation_of_a_programs_own_kind_is_not_replaced_by_a_cancel, 0,
                        2);
    tcase_add_test(tests, a_request_is_taken_back_once_raised_and_the_next_one_counts_anew);
    tcase_add_test(tests, a_task_that_cancels_itself_cancels_what_it_awaits_next);
    tcase_add_test(tests, an_await_of_the_task_itself_is_an_error);
    tcase_add_test(tests, an_await_of_a_task_that_was_never_started_is_an_error);
    tcase_add_loop_test(tests, tasks_that_await_each_other_are_a_deadlock_that_cancel_breaks, 2, 6);
    tcase_add_test(tests, a_cancel_that_leads_into_a_circle_cancels_the_task_itself);
    tcase_add_test(tests, requests_to_cancel_are_counted_and_taken_back);
    tcase_add_test(tests, an_uncancel_without_a_request_has_no_effect);
    tcase_add_loop_test(tests, a_cancellation_that_is_taken_back_undelivered_is_not_delivered, 0,
                        2);
    tcase_add_test(tests, one_of_two_requests_taken_back_leaves_the_other);
    tcase_add_test(tests, a_cancellation_that_ended_a_wait_cannot_be_taken_back);
    tcase_add_test(tests, a_task_that_takes_its_own_cancellation_back_goes_on);
    tcase_add_test(tests, a_task_starts_without_traces_of_the_previous_task_in_its_memory);
    tcase_add_test(tests, an_ended_tasks_memory_is_used_again_in_its_own_done_callback);
    tcase_add_test(tests, an_ended_tasks_memory_can_be_reused_before_all_callbacks_have_run);
    tcase_add_loop_test(tests, a_start_in_the_memory_of_a_task_that_has_not_ended_panics, 0, 2);
    tcase_add_test(tests, memory_that_was_overwritten_while_its_task_lived_panics);
    tcase_add_test(tests, a_start_in_the_overwritten_memory_of_the_last_task_panics);
    tcase_add_test(tests, a_start_behind_a_last_task_whose_memory_was_overwritten_panics);
    tcase_add_test(tests, an_unretrieved_error_is_reported_once_when_its_memory_is_reused);
    tcase_add_test(tests, unretrieved_errors_are_reported_in_order_when_the_loop_closes);
    tcase_add_test(tests, a_retrieved_error_is_not_reported);
    tcase_add_loop_test(tests, an_error_counts_as_retrieved_if_a_waiter_is_a_task, 0, 4);
    tcase_add_test(tests, a_cancelled_task_is_no_failure_and_a_handler_is_optional);
    return run_suite();
}
