/* SPDX-License-Identifier: MIT */
/* timeout and wait_for: blocks that must end in time, and cancellation counts that must be back
 * at their old values. */
#include "helper.h"

/* Records "=", the error, and the task's cancellation count. */
static void note_outcome(const weft_error *error, const weft_task *task)
{
    note_error(error);
    note_letter((char)('0' + weft_cancelling(task)));
}

/* A block that sleeps. Its behaviour when the sleep is cancelled. */
enum then { PASSES_ON, SWALLOWS, FAILS, SLEEPS_ON };

WEFT_ASYNC(limited, weft_time limit, delay; bool at; int then; const weft_error *error;
           weft_timeout timeout; const weft_error *caught;)
{
    weft_try {
        weft_with_timeout(&self->timeout, self->limit) {
            if (self->at)
                ck_no_error(weft_timeout_reschedule(&self->timeout, clock_at(self->limit)));
            weft_try {
                weft_sleep(self->delay);
                note(".");
                weft_check(self->error);
            }
            weft_catch(&weft_cancelled_error, self->caught) {
                note("x");
                ck_assert_uint_eq(weft_timeout_expired(&self->timeout), elapsed() >= self->limit);
                if (self->then == PASSES_ON)
                    weft_raise(self->caught);
                if (self->then == FAILS)
                    weft_raise(&fail);
                if (self->then == SLEEPS_ON)
                    weft_sleep(UNITS(10));
            }
            weft_end;
        }
        weft_end;
        self->caught = NULL;
    }
    weft_catch(&weft_base_error, self->caught) {
    }
    weft_end;
    note_outcome(self->caught, weft_current_task());
    if (self->caught)
        weft_raise(self->caught);
}
WEFT_ASYNC_END

static WEFT_TASK(limited) task;

static bool nothing_is_armed(void)
{
    return !weft_handle_pending(&task.frame.timeout.handle) && loop_is_idle();
}

/* ---- One block ---- */

static const struct {
    weft_time limit, delay;
    int then;
    const weft_error *error;
    const char *recorded;
    weft_time end;
    bool expired;
} blocks[] = {
    /* CPython: test_timeouts.TimeoutTests.test_timeout_not_called */
    {9, 2, PASSES_ON, NULL, ".=ok0", 2, false},
    /* CPython: test_timeouts.TimeoutTests.test_timeout_basic */
    /* CPython: test_timeouts.TimeoutTests.test_waiter_cancelled */
    /* CPython: test_timeouts.TimeoutTests.test_outer_task_is_not_cancelled */
    {2, 9, PASSES_ON, NULL, "x=timeout0", 2, true},
    /* CPython: test_timeouts.TimeoutTests.test_timeout_disabled */
    {WEFT_FOREVER, 9, PASSES_ON, NULL, ".=ok0", 9, false},
    /* CPython: test_timeouts.TimeoutTests.test_timeout_zero */
    {0, 9, PASSES_ON, NULL, "x=timeout0", 0, true},
    /* CPython: test_timeouts.TimeoutTests.test_timeout_zero_sleep_zero */
    {0, 0, PASSES_ON, NULL, "x=timeout0", 0, true},
    /* CPython: test_timeouts.TimeoutTests.test_foreign_exception_passed */
    {9, 2, PASSES_ON, &fail, ".=fail0", 2, false},
    /* CPython: test_timeouts.TimeoutTests.test_foreign_exception_on_timeout */
    {2, 9, FAILS, NULL, "x=fail0", 2, true},
    /* A block that catches the cancellation ends later, in its own way. The request is still
     * taken back. */
    {2, 9, SWALLOWS, NULL, "x=ok0", 2, true},
    {2, 9, SLEEPS_ON, NULL, "x=ok0", 12, true},
    /* Both are due at once. The limit was armed first, so it comes first. */
    {2, 2, PASSES_ON, NULL, "x=timeout0", 2, true},
};

/* CPython: test_tasks.BaseTaskTests.test_uncancel_structured_blocks */
START_TEST(a_block_ends_in_time_or_raises)
{
    weft_loop_create_task(&loop, limited, &task, .limit = blocks[_i].limit,
                          .delay = blocks[_i].delay, .then = blocks[_i].then,
                          .error = blocks[_i].error);
    run_dry();
    ck_recorded(blocks[_i].recorded);
    ck_assert_uint_eq(elapsed(), blocks[_i].end);
    ck_assert_uint_eq(since_start(weft_timeout_when(&task.frame.timeout)), blocks[_i].limit);
    ck_assert(weft_timeout_expired(&task.frame.timeout) == blocks[_i].expired);
    ck_assert_uint_eq(weft_cancelling(&task.task), 0);
    ck_assert(nothing_is_armed());
}
END_TEST

START_TEST(a_timeout_has_a_text_and_is_no_cancellation)
{
    ck_assert_str_eq(weft_error_text(&weft_timeout_error), "timeout");
    ck_assert(weft_error_is(&weft_timeout_error, &weft_any_error));
}
END_TEST

/* Leaves the block by break, continue and return. */
WEFT_ASYNC(leaving, int i; weft_timeout timeout;)
{
    for (self->i = 0; self->i < 4; self->i++) {
        weft_with_timeout(&self->timeout, UNITS(5)) {
            weft_sleep(UNITS(1));
            if (self->i == 0)
                continue;
            if (self->i == 2)
                break;
            note("-");
        }
        weft_end;
        note(".");
    }
    weft_with_timeout(&self->timeout, UNITS(5)) {
        weft_return;
    }
    weft_end;
    note("never");
}
WEFT_ASYNC_END

START_TEST(a_block_may_be_left_in_any_way)
{
    static WEFT_TASK(leaving) leaver;
    ck_no_error(weft_run(&loop, leaving, &leaver));
    ck_recorded("-.");
    ck_assert_uint_eq(elapsed(), 3);
    ck_assert(loop_is_idle());
}
END_TEST

/* ---- A time, not a delay ---- */

WEFT_ASYNC(until, weft_time when, delay; weft_timeout timeout; const weft_error *caught;)
{
    weft_sleep(UNITS(10));
    weft_try {
        weft_with_timeout_at(&self->timeout, clock_at(self->when)) {
            weft_sleep(self->delay);
        }
        weft_end;
    }
    weft_catch(&weft_base_error, self->caught) {
    }
    weft_end;
    note_outcome(self->caught, weft_current_task());
}
WEFT_ASYNC_END

static const struct {
    weft_time when, delay;
    const char *recorded;
    weft_time end;
} times[] = {
    /* CPython: test_timeouts.TimeoutTests.test_timeout_at_basic */
    {12, 9, "=timeout0", 12},
    {20, 9, "=ok0", 19},
    /* CPython: test_timeouts.TimeoutTests.test_timeout_at_disabled */
    {WEFT_FOREVER, 9, "=ok0", 19},
    /* CPython: test_timeouts.TimeoutTests.test_timeout_in_the_past_sleep_zero */
    {3, 0, "=timeout0", 10},
    {10, 0, "=timeout0", 10},
    {11, 0, "=ok0", 10},
};

START_TEST(a_limit_may_be_a_time_of_the_clock)
{
    static WEFT_TASK(until) waiter;
    weft_loop_create_task(&loop, until, &waiter, .when = times[_i].when, .delay = times[_i].delay);
    run_dry();
    ck_recorded(times[_i].recorded);
    ck_assert_uint_eq(elapsed(), times[_i].end);
    ck_assert_uint_eq(since_start(weft_timeout_when(&waiter.frame.timeout)), times[_i].when);
    ck_assert(loop_is_idle());
}
END_TEST

/* ---- Rescheduled ---- */

static const struct {
    weft_time first, then;
    const char *recorded;
    weft_time end;
} schedules[] = {
    {2, 7, "x=timeout0", 7},        {7, 3, "x=timeout0", 3},
    {2, WEFT_FOREVER, ".=ok0", 20}, {WEFT_FOREVER, 4, "x=timeout0", 4},
    {9, 1, "x=timeout0", 1}, /* due at once: in the next tick */
    {9, 0, "x=timeout0", 1},
};

static weft_handle rescheduler;

static void reschedule(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    const weft_time then = (weft_time)(uintptr_t)task.frame.error;
    task.frame.error = NULL;
    ck_no_error(weft_timeout_reschedule(&task.frame.timeout, clock_at(then)));
    ck_assert_uint_eq(since_start(weft_timeout_when(&task.frame.timeout)), then);
    task.frame.limit = then;
}

/* CPython: test_timeouts.TimeoutTests.test_reschedule */
START_TEST(a_limit_may_be_moved_while_the_block_runs)
{
    weft_call_at(&loop, &rescheduler, clock_at(1), reschedule);
    weft_loop_create_task(&loop, limited, &task, .limit = schedules[_i].first, .delay = 20,
                          .error = (const weft_error *)(uintptr_t)schedules[_i].then);
    run_dry();
    ck_recorded(schedules[_i].recorded);
    ck_assert_uint_eq(elapsed(), schedules[_i].end);
    ck_assert(nothing_is_armed());
}
END_TEST

START_TEST(a_limit_may_be_moved_from_within)
{
    weft_loop_create_task(&loop, limited, &task, .limit = 5, .at = true, .delay = 20);
    run_dry();
    ck_recorded("x=timeout0");
    ck_assert_uint_eq(elapsed(), 5);
}
END_TEST

WEFT_ASYNC(refusing, weft_timeout timeout; const weft_error *caught;)
{
    ck_error(weft_timeout_reschedule(&self->timeout, 50), &weft_invalid_state_error);
    weft_with_timeout(&self->timeout, UNITS(2)) {
        weft_try {
            weft_sleep(UNITS(5));
        }
        weft_catch(&weft_cancelled_error, self->caught) {
            note("x");
        }
        weft_end;
        ck_error(weft_timeout_reschedule(&self->timeout, 50), &weft_invalid_state_error);
        ck_assert_uint_eq(since_start(weft_timeout_when(&self->timeout)), 2);
    }
    weft_end;
    ck_error(weft_timeout_reschedule(&self->timeout, 50), &weft_invalid_state_error);
    weft_with_timeout(&self->timeout, UNITS(2)) {
    }
    weft_end;
    ck_error(weft_timeout_reschedule(&self->timeout, 50), &weft_invalid_state_error);
    ck_assert(!weft_timeout_expired(&self->timeout));
}
WEFT_ASYNC_END

/* CPython: test_timeouts.TimeoutTests.test_timeout_not_entered */
/* CPython: test_timeouts.TimeoutTests.test_timeout_finished */
/* CPython: test_timeouts.TimeoutTests.test_timeout_expired */
/* CPython: test_timeouts.TimeoutTests.test_timeout_expiring */
START_TEST(a_limit_is_not_moved_before_or_behind_its_block_or_when_it_has_expired)
{
    static WEFT_TASK(refusing) refuser;
    ck_no_error(weft_run(&loop, refusing, &refuser));
    ck_recorded("x");
    ck_assert(loop_is_idle());
}
END_TEST

/* ---- Entered twice ---- */

WEFT_ASYNC(twice, weft_timeout timeout; const weft_error *caught;)
{
    weft_try {
        weft_with_timeout(&self->timeout, UNITS(5)) {
            weft_try {
                weft_with_timeout(&self->timeout, UNITS(1)) {
                    note("never");
                }
                weft_end;
            }
            weft_catch(&weft_invalid_state_error, self->caught) {
                note("refused");
            }
            weft_end;
            weft_try {
                weft_with_timeout_at(&self->timeout, clock_at(1)) {
                    note("never");
                }
                weft_end;
            }
            weft_catch(&weft_invalid_state_error, self->caught) {
                note("refused");
            }
            weft_end;
            ck_assert_uint_eq(since_start(weft_timeout_when(&self->timeout)), 5);
            weft_sleep(UNITS(9));
        }
        weft_end;
    }
    weft_catch(&weft_timeout_error, self->caught) {
        note("timeout");
    }
    weft_end;
    weft_with_timeout(&self->timeout, UNITS(5)) {
        weft_sleep(UNITS(3));
    }
    weft_end;
}
WEFT_ASYNC_END

/* CPython: test_timeouts.TimeoutTests.test_timeout_already_entered */
START_TEST(a_timeout_that_is_entered_twice_is_refused_and_can_be_reused)
{
    static WEFT_TASK(twice) enterer;
    ck_no_error(weft_run(&loop, twice, &enterer));
    ck_recorded("refusedrefusedtimeout");
    ck_assert_uint_eq(elapsed(), 8);
}
END_TEST

WEFT_ASYNC(entering_late, weft_timeout timeout;)
{
    weft_with_timeout(&self->timeout, UNITS(1)) {
        weft_try {
            weft_sleep(UNITS(5));
        }
        weft_catch(&weft_cancelled_error) {
            note("x");
            weft_with_timeout(&self->timeout, UNITS(5)) {
                note("never");
            }
            weft_end;
        }
        weft_end;
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(an_expired_timeout_is_refused_until_its_block_has_ended)
{
    static WEFT_TASK(entering_late) enterer;
    ck_error(weft_run(&loop, entering_late, &enterer), &weft_invalid_state_error);
    ck_recorded("x");
    ck_assert(weft_timeout_expired(&enterer.frame.timeout));
    ck_assert_uint_eq(elapsed(), 1);
}
END_TEST

/* ---- Blocks in blocks ---- */

WEFT_ASYNC(nest, weft_time outer_limit, inner_limit, busy, delay, after; weft_timeout outer, inner;
           const weft_error *caught;)
{
    weft_try {
        weft_with_timeout(&self->outer, self->outer_limit) {
            weft_try {
                weft_with_timeout(&self->inner, self->inner_limit) {
                    backend.now += self->busy; /* the loop is busy for that time */
                    weft_sleep(self->delay);
                }
                weft_end;
                self->caught = NULL;
            }
            weft_catch(&weft_timeout_error, self->caught) {
            }
            weft_end;
            note_outcome(self->caught, weft_current_task());
            weft_sleep(self->after);
            note(".");
        }
        weft_end;
        self->caught = NULL;
    }
    weft_catch(&weft_timeout_error, self->caught) {
    }
    weft_end;
    note_outcome(self->caught, weft_current_task());
}
WEFT_ASYNC_END

static const struct {
    weft_time outer, inner, busy, delay, after;
    const char *recorded;
    weft_time end;
} nests[] = {
    {9, 2, 0, 5, 3, "=timeout0.=ok0", 5},
    {9, 2, 0, 5, 30, "=timeout0=timeout0", 9},
    {2, 9, 0, 5, 3, "=timeout0", 2},
    /* CPython: test_timeouts.TimeoutTests.test_nested_timeouts */
    {2, 2, 0, 5, 3, "=timeout0", 2},
    /* CPython: test_timeouts.TimeoutTests.test_nested_timeouts_concurrent */
    {2, 100, 10, 100, 3, "=timeout0", 10},
    /* CPython: test_timeouts.TimeoutTests.test_nested_timeouts_loop_busy */
    {11, 1, 10, 100, 100, "=timeout0=timeout0", 11},
    /* Both limits have passed when the block waits for the first time. Only the outer one
     * raises. */
    {2, 1, 10, 100, 3, "=timeout0", 10},
    {0, 0, 0, 5, 3, "=timeout0", 0},
};

START_TEST(of_nested_timeouts_the_outermost_expired_one_raises)
{
    static WEFT_TASK(nest) nester;
    ck_no_error(weft_run(&loop, nest, &nester, .outer_limit = nests[_i].outer,
                         .inner_limit = nests[_i].inner, .busy = nests[_i].busy,
                         .delay = nests[_i].delay, .after = nests[_i].after));
    ck_recorded(nests[_i].recorded);
    ck_assert_uint_eq(elapsed(), nests[_i].end);
    ck_assert(loop_is_idle());
}
END_TEST

WEFT_ASYNC(in_finally, weft_timeout outer, inner; weft_exit left; const weft_error *caught;)
{
    weft_try {
        weft_with_timeout(&self->outer, UNITS(2)) {
            weft_try {
                weft_sleep(UNITS(9));
            }
            weft_finally(&self->left) {
                weft_try {
                    weft_with_timeout(&self->inner, UNITS(3)) {
                        weft_sleep(UNITS(9));
                    }
                    weft_end;
                }
                weft_catch(&weft_timeout_error, self->caught) {
                    note_outcome(self->caught, weft_current_task());
                }
                weft_end;
            }
            weft_end;
        }
        weft_end;
    }
    weft_catch(&weft_timeout_error, self->caught) {
        note_outcome(self->caught, weft_current_task());
    }
    weft_end;
}
WEFT_ASYNC_END

/* CPython: test_timeouts.TimeoutTests.test_nested_timeout_in_finally */
START_TEST(a_timeout_in_the_finally_of_an_expired_one_has_its_own_limit)
{
    static WEFT_TASK(in_finally) finisher;
    ck_no_error(weft_run(&loop, in_finally, &finisher));
    ck_recorded("=timeout1=timeout0");
    ck_assert_uint_eq(elapsed(), 5);
}
END_TEST

/* ---- Cancelled from elsewhere ---- */

static weft_handle canceller;

static void cancel_task(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    weft_cancel(&task);
}

/* The cancellation comes before the limit, or at the limit's time: before it or behind it. */
START_TEST(a_cancellation_from_outside_stays_a_cancellation)
{
    static const char *const recorded[] = {"x=cancelled1", "x=cancelled1", "x=cancelled1"};
    static const weft_time when[] = {1, 2, 2};
    if (_i == 1)
        weft_call_at(&loop, &canceller, clock_at(when[_i]), cancel_task);
    weft_loop_create_task(&loop, limited, &task, .limit = 2, .delay = 9);
    tick();
    if (_i != 1)
        weft_call_at(&loop, &canceller, clock_at(when[_i]), cancel_task);
    run_dry();
    ck_recorded(recorded[_i]);
    ck_assert(weft_cancelled(&task));
    ck_assert(weft_timeout_expired(&task.frame.timeout) == (_i > 0));
    ck_assert_uint_eq(weft_cancelling(&task.task), 1);
    ck_assert(nothing_is_armed());
}
END_TEST

/* Requests from before the block do not affect the block. */
WEFT_ASYNC(cancelled_before, weft_time limit; bool again; weft_timeout timeout;
           const weft_error *caught;)
{
    weft_try {
        weft_cancel(weft_current_task());
        weft_sleep(UNITS(1));
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        note_outcome(self->caught, weft_current_task());
    }
    weft_end;
    weft_try {
        weft_with_timeout(&self->timeout, self->limit) {
            if (self->again)
                weft_cancel(weft_current_task());
            weft_sleep(UNITS(9));
        }
        weft_end;
    }
    weft_catch(&weft_base_error, self->caught) {
    }
    weft_end;
    note_outcome(self->caught, weft_current_task());
}
WEFT_ASYNC_END

/* CPython: test_timeouts.TimeoutTests.test_timeout_after_cancellation */
/* CPython: test_timeouts.TimeoutTests.test_cancel_in_timeout_after_cancellation */
/* CPython: test_timeouts.TimeoutTests.test_foreign_cancel_doesnt_timeout_if_not_expired */
START_TEST(requests_from_before_the_block_do_not_count_but_those_within_do)
{
    static WEFT_TASK(cancelled_before) canceled;
    ck_no_error(weft_run(&loop, cancelled_before, &canceled, .limit = _i ? 5 : 0, .again = _i));
    ck_recorded(_i ? "=cancelled1=cancelled2" : "=cancelled1=timeout1");
}
END_TEST

static weft_future future;

WEFT_ASYNC(on_time, weft_timeout timeout; const weft_error *caught;)
{
    weft_try {
        weft_with_timeout(&self->timeout, UNITS(2)) {
            weft_await(&future);
            note("never");
        }
        weft_end;
    }
    weft_catch(&weft_base_error, self->caught) {
        note_outcome(self->caught, weft_current_task());
    }
    weft_end;
    weft_sleep(UNITS(1));
    note(".");
}
WEFT_ASYNC_END

static void set_done(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    ck_no_error(weft_set_done(&future));
}

START_TEST(gh_86296_an_expiry_in_the_tick_of_the_result_is_not_lost)
{
    static WEFT_TASK(on_time) waiter;
    weft_loop_create_future(&loop, &future);
    weft_call_at(&loop, &canceller, clock_at(2), set_done); /* armed before the limit is */
    weft_loop_create_task(&loop, on_time, &waiter);
    run_dry();
    ck_recorded("=timeout0.");
    ck_assert(weft_done(&future) && !weft_cancelled(&future));
}
END_TEST

/* The block ends in the tick in which the limit's callback is in the ready queue. The callback
 * is cancelled. */
WEFT_ASYNC(just_in_time, weft_timeout timeout; weft_time limit;)
{
    weft_with_timeout(&self->timeout, self->limit) {
        note("in");
    }
    weft_end;
    weft_sleep(UNITS(5));
    note("out");
}
WEFT_ASYNC_END

START_TEST(a_due_limit_is_disarmed_when_the_block_ends_first)
{
    static WEFT_TASK(just_in_time) quick;
    ck_no_error(weft_run(&loop, just_in_time, &quick, .limit = 0));
    ck_recorded("inout");
    ck_assert(!weft_timeout_expired(&quick.frame.timeout));
}
END_TEST

/* ---- wait_for ---- */

WEFT_ASYNC(inner, char name; weft_time delay, stays; int then; const weft_error *caught;
           int result;)
{
    weft_try {
        weft_sleep(self->delay);
        note_letter(self->name);
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        note("x");
        if (self->stays)
            weft_sleep(self->stays);
        if (self->then == PASSES_ON)
            weft_raise(self->caught);
        if (self->then == FAILS)
            weft_raise(&fail);
    }
    weft_end;
    weft_return_value(42);
}
WEFT_ASYNC_END

static WEFT_TASK(inner) awaited;

WEFT_ASYNC(waiting_for, weft_time limit; weft_timeout timeout; const weft_error *caught;)
{
    weft_try {
        weft_wait_for(&self->timeout, &awaited, self->limit);
        self->caught = NULL;
    }
    weft_catch(&weft_base_error, self->caught) {
    }
    weft_end;
    note_outcome(self->caught, weft_current_task());
    if (self->caught)
        weft_raise(self->caught);
    weft_sleep(UNITS(1));
    note("end");
}
WEFT_ASYNC_END

static WEFT_TASK(waiting_for) waiter_for;

static const struct {
    weft_time limit, delay, stays;
    int then;
    const char *recorded;
    weft_time end;
} waits[] = {
    /* CPython: test_waitfor.AsyncioWaitForTest.test_wait_for */
    {2, 9, 0, PASSES_ON, "x=timeout0", 2},
    /* CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_blocking */
    {WEFT_FOREVER, 9, 0, PASSES_ON, "i=ok0end", 10},
    /* CPython: test_waitfor.AsyncioWaitForTest.test_asyncio_wait_for_timeout */
    /* CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_waits_for_task_cancellation */
    {2, 9, 3, PASSES_ON, "x=timeout0", 5},
    /* CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_cancellation_race_condition */
    /* CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_cancel_suppressed */
    {2, 9, 0, SWALLOWS, "x=ok0end", 3},
    /* CPython:
     * test_waitfor.AsyncioWaitForTest.test_wait_for_reraises_exception_during_cancellation */
    {2, 9, 0, FAILS, "x=fail0", 2},
    {9, 2, 0, PASSES_ON, "i=ok0end", 3},
};

START_TEST(wait_for_cancels_a_late_task_and_waits_for_its_end)
{
    weft_loop_create_task(&loop, inner, &awaited, .name = 'i', .delay = waits[_i].delay,
                          .stays = waits[_i].stays, .then = waits[_i].then);
    weft_loop_create_task(&loop, waiting_for, &waiter_for, .limit = waits[_i].limit);
    run_dry();
    ck_recorded(waits[_i].recorded);
    ck_assert_uint_eq(elapsed(), waits[_i].end);
    ck_assert(weft_done(&awaited));
    ck_assert(loop_is_idle());
}
END_TEST

/* CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0 */
/* CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0_future_done */
/* CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_waits_for_task_cancellation_w_timeout_0 */
START_TEST(wait_for_with_no_time_at_all)
{
    static const char *const recorded[] = {"x=timeout0", "x=timeout0", "i=ok0end"};
    weft_loop_create_task(&loop, inner, &awaited, .name = 'i', .delay = _i == 2 ? 0 : 9,
                          .stays = _i ? 3 : 0);
    tick();
    if (_i == 2)
        tick();
    weft_loop_create_task(&loop, waiting_for, &waiter_for, .limit = 0);
    run_dry();
    ck_recorded(recorded[_i]);
    ck_assert(weft_cancelled(&awaited) == (_i < 2));
}
END_TEST

/* CPython:
 * test_waitfor.AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0_coroutine_do_not_started
 */
START_TEST(wait_for_with_no_time_lets_an_earlier_task_begin)
{
    weft_loop_create_task(&loop, waiting_for, &waiter_for, .limit = 0);
    weft_loop_create_task(&loop, inner, &awaited, .name = 'i', .delay = 9);
    run_dry();
    ck_recorded("x=timeout0");
}
END_TEST

WEFT_ASYNC(race, weft_timeout timeout;)
{
    weft_wait_for(&self->timeout, &future, UNITS(2));
    note("ok");
}
WEFT_ASYNC_END

/* CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_race_condition */
START_TEST(wait_for_a_future)
{
    static WEFT_TASK(race) racer;
    weft_loop_create_future(&loop, &future);
    weft_call_at(&loop, &canceller, clock_at(1), set_done);
    ck_no_error(weft_run(&loop, race, &racer));
    ck_recorded("ok");
    ck_assert(loop_is_idle());
}
END_TEST

/* CPython: test_waitfor.AsyncioWaitForTest.test_cancel_wait_for */
/* CPython: test_waitfor.AsyncioWaitForTest.test_cancel_blocking_wait_for */
/* CPython: test_waitfor.AsyncioWaitForTest.test_asyncio_wait_for_cancelled */
START_TEST(a_cancelled_wait_for_cancels_its_task)
{
    weft_loop_create_task(&loop, inner, &awaited, .name = 'i', .delay = 90, .stays = 3);
    weft_loop_create_task(&loop, waiting_for, &waiter_for, .limit = _i ? WEFT_FOREVER : 60);
    tick();
    weft_cancel(&waiter_for);
    ck_assert_uint_eq(weft_cancelling(&awaited.task), 1);
    run_dry();
    ck_recorded("x=cancelled1");
    ck_assert(weft_cancelled(&awaited) && weft_cancelled(&waiter_for));
    ck_assert_uint_eq(elapsed(), 3);
}
END_TEST

/* The inner task ends in the tick in which the outer task is cancelled. Both must show. */
/* CPython: test_waitfor.AsyncioWaitForTest.test_wait_for_issue86296 */
START_TEST(gh_86296_a_result_and_a_cancellation_in_one_tick)
{
    weft_loop_create_task(&loop, inner, &awaited, .name = 'i', .delay = 1);
    weft_loop_create_task(&loop, waiting_for, &waiter_for, .limit = 100);
    do
        tick();
    while (!weft_done(&awaited));
    ck_assert(!weft_done(&waiter_for) && weft_cancel(&waiter_for));
    run_dry();
    ck_recorded("i=cancelled1");
    ck_assert(weft_cancelled(&waiter_for) && !weft_cancelled(&awaited));
    ck_assert_int_eq(awaited.frame.result, 42);
}
END_TEST

/* ---- With other blocks ---- */

WEFT_ASYNC(with_group, weft_timeout timeout; weft_group group; WEFT_TASK(inner) child;
           weft_exit left; const weft_error *caught;)
{
    weft_try {
        weft_with_timeout(&self->timeout, UNITS(2)) {
            weft_with_group(&self->group) {
                weft_group_create_task(&self->group, inner, &self->child, .name = 'i', .delay = 20,
                                       .then = FAILS);
                weft_try {
                    weft_raise(&other_fail);
                }
                weft_finally(&self->left) {
                    weft_sleep(UNITS(10));
                }
                weft_end;
            }
            weft_end;
        }
        weft_end;
    }
    weft_catch(&weft_group_error, self->caught) {
    }
    weft_end;
    ck_assert_uint_eq(weft_count_errors(self->caught), 1);
    ck_error(weft_first_error(self->caught).error, &fail);
    note_letter((char)('0' + weft_cancelling(weft_current_task())));
}
WEFT_ASYNC_END

/* CPython: test_timeouts.TimeoutTests.test_timeout_taskgroup */
START_TEST(a_group_that_fails_because_it_is_late_raises_its_own_error)
{
    static WEFT_TASK(with_group) late;
    ck_no_error(weft_run(&loop, with_group, &late));
    ck_recorded("x0");
    ck_assert_uint_eq(elapsed(), 2);
}
END_TEST

/* The group's child fails in the tick in which the limit passes. */
WEFT_ASYNC(failing_late, weft_time delay;)
{
    weft_sleep(self->delay);
    weft_raise(&fail);
}
WEFT_ASYNC_END

WEFT_ASYNC(group_and_limit, weft_timeout timeout; weft_group group; WEFT_TASK(failing_late) child;
           const weft_error *caught;)
{
    weft_try {
        weft_with_timeout(&self->timeout, UNITS(2)) {
            weft_with_group(&self->group) {
                weft_group_create_task(&self->group, failing_late, &self->child, .delay = 2);
                weft_sleep(UNITS(10));
            }
            weft_end;
        }
        weft_end;
    }
    weft_catch(&weft_base_error, self->caught) {
    }
    weft_end;
    note(self->caught == &weft_timeout_error ? "timeout" : "group");
    note_letter((char)('0' + weft_cancelling(weft_current_task())));
    weft_sleep(UNITS(1));
    note(".");
}
WEFT_ASYNC_END

START_TEST(the_count_is_back_where_it_was_behind_a_group_and_a_limit)
{
    static WEFT_TASK(group_and_limit) both;
    ck_no_error(weft_run(&loop, group_and_limit, &both));
    ck_recorded("timeout0.");
}
END_TEST

/* gh-86296: the task is cancelled from outside at any time. In the end its count is that one
 * request, since the group and the limits have taken back their own. The task ends cancelled. */
WEFT_ASYNC(all_of_it, weft_time child_delay; weft_timeout outer, inner; weft_group group;
           WEFT_TASK(failing_late) child; const weft_error *caught;)
{
    weft_try {
        weft_with_timeout(&self->outer, UNITS(4)) {
            weft_with_timeout(&self->inner, UNITS(2)) {
                weft_with_group(&self->group) {
                    weft_group_create_task(&self->group, failing_late, &self->child,
                                           .delay = self->child_delay);
                    weft_sleep(UNITS(3));
                }
                weft_end;
            }
            weft_end;
        }
        weft_end;
    }
    weft_catch(&weft_any_error, self->caught) {
        note("e");
    }
    weft_end;
    weft_sleep(UNITS(1));
    note(".");
}
WEFT_ASYNC_END

START_TEST(gh_86296_only_requests_from_outside_stay_in_the_count)
{
    static WEFT_TASK(all_of_it) all;
    for (weft_time delay = 1; delay < 5; delay++)
        for (int ticks = 0; ticks < 12; ticks++) {
            weft_loop_create_task(&loop, all_of_it, &all, .child_delay = delay);
            for (int i = 0; i < ticks; i++)
                tick();
            const bool asked = _i && weft_cancel(&all);
            run_dry();
            ck_assert_uint_eq(weft_cancelling(&all.task), asked);
            ck_assert(weft_done(&all) && weft_cancelled(&all) == asked);
            ck_assert(!weft_handle_pending(&all.frame.outer.handle) &&
                      !weft_handle_pending(&all.frame.inner.handle));
            ck_assert(loop_is_idle());
            record[0] = '\0';
        }
}
END_TEST

START_TEST(a_loop_may_be_closed_in_the_block)
{
    weft_loop_create_task(&loop, limited, &task, .limit = 2, .delay = 9);
    tick();
    ck_no_error(weft_loop_close(&loop));
    ck_assert(weft_done(&task) && !weft_handle_pending(&task.frame.timeout.handle));
    weft_loop_create_task(&loop, limited, &task, .limit = 2, .delay = 9);
    run_dry();
    ck_recorded("x=timeout0");
}
END_TEST

WEFT_ASYNC(overdue, weft_timeout timeout; weft_future * never; const weft_error *caught;)
{
    weft_sleep(WEFT_MS(-1));
    note("s");
    weft_try {
        weft_with_timeout(&self->timeout, WEFT_SECONDS(-1)) {
            weft_sleep(UNITS(1));
        }
        weft_end;
    }
    weft_catch(&weft_timeout_error, self->caught) {
        note("t");
    }
    weft_end;
    weft_try {
        weft_wait_for(&self->timeout, self->never, UNITS(-1));
    }
    weft_catch(&weft_timeout_error, self->caught) {
        note("w");
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(a_limit_below_zero_is_due_at_once)
{
    static WEFT_TASK(overdue) overdue_task;
    weft_future never;
    const weft_time began = weft_loop_time(&loop);
    weft_loop_create_future(&loop, &never);
    ck_no_error(weft_run(&loop, overdue, &overdue_task, .never = &never));
    ck_recorded("stw");
    ck_assert_uint_eq(weft_loop_time(&loop), began);
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("timeout");
    tcase_add_loop_test(tests, a_block_ends_in_time_or_raises, 0,
                        sizeof(blocks) / sizeof(blocks[0]));
    tcase_add_test(tests, a_timeout_has_a_text_and_is_no_cancellation);
    tcase_add_test(tests, a_block_may_be_left_in_any_way);
    tcase_add_loop_test(tests, a_limit_may_be_a_time_of_the_clock, 0,
                        sizeof(times) / sizeof(times[0]));
    tcase_add_loop_test(tests, a_limit_may_be_moved_while_the_block_runs, 0,
                        sizeof(schedules) / sizeof(schedules[0]));
    tcase_add_test(tests, a_limit_may_be_moved_from_within);
    tcase_add_test(tests, a_limit_is_not_moved_before_or_behind_its_block_or_when_it_has_expired);
    tcase_add_test(tests, a_timeout_that_is_entered_twice_is_refused_and_can_be_reused);
    tcase_add_test(tests, an_expired_timeout_is_refused_until_its_block_has_ended);
    tcase_add_loop_test(tests, of_nested_timeouts_the_outermost_expired_one_raises, 0,
                        sizeof(nests) / sizeof(nests[0]));
    tcase_add_test(tests, a_timeout_in_the_finally_of_an_expired_one_has_its_own_limit);
    tcase_add_loop_test(tests, a_cancellation_from_outside_stays_a_cancellation, 0, 3);
    tcase_add_loop_test(tests, requests_from_before_the_block_do_not_count_but_those_within_do, 0,
                        2);
    tcase_add_test(tests, gh_86296_an_expiry_in_the_tick_of_the_result_is_not_lost);
    tcase_add_test(tests, a_due_limit_is_disarmed_when_the_block_ends_first);
    tcase_add_loop_test(tests, wait_for_cancels_a_late_task_and_waits_for_its_end, 0,
                        sizeof(waits) / sizeof(waits[0]));
    tcase_add_loop_test(tests, wait_for_with_no_time_at_all, 0, 3);
    tcase_add_test(tests, wait_for_with_no_time_lets_an_earlier_task_begin);
    tcase_add_test(tests, wait_for_a_future);
    tcase_add_loop_test(tests, a_cancelled_wait_for_cancels_its_task, 0, 2);
    tcase_add_test(tests, gh_86296_a_result_and_a_cancellation_in_one_tick);
    tcase_add_test(tests, a_group_that_fails_because_it_is_late_raises_its_own_error);
    tcase_add_test(tests, the_count_is_back_where_it_was_behind_a_group_and_a_limit);
    tcase_add_loop_test(tests, gh_86296_only_requests_from_outside_stay_in_the_count, 0, 2);
    tcase_add_test(tests, a_loop_may_be_closed_in_the_block);
    tcase_add_test(tests, a_limit_below_zero_is_due_at_once);
    return run_suite();
}
