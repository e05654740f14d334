/* SPDX-License-Identifier: MIT */
/* wait and as_completed: wait for some of several awaitables, or for each as it ends. */
#include "helper.h"

WEFT_ASYNC(part, char name; weft_time delay; const weft_error *error; const weft_error *caught;)
{
    weft_try {
        weft_sleep(self->delay);
        note_letter(self->name);
        weft_check(self->error);
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        note("x");
        weft_raise(self->caught);
    }
    weft_end;
}
WEFT_ASYNC_END

enum { PARTS = 3 };

static WEFT_TASK(part) parts[PARTS];

/* Starts the parts. They sleep 3, 2 and 1, and end with the errors given. */
static void start_parts(const weft_error *first, const weft_error *second, const weft_error *third)
{
    const weft_error *const errors[] = {first, second, third};
    for (int i = 0; i < PARTS; i++)
        weft_loop_create_task(&loop, part, &parts[i], .name = (char)('a' + i),
                              .delay = (weft_time)(PARTS - i), .error = errors[i]);
}

/* Records the names of the parts, with capitals for those that have ended. */
static void note_done(void)
{
    for (int i = 0; i < PARTS; i++)
        note_letter((char)((weft_done(&parts[i]) ? 'A' : 'a') + i));
}

enum until { FIRST, FIRST_ERROR, ALL };

WEFT_ASYNC(waiting, int until; weft_time limit; bool twice; WEFT_WAIT_SET(PARTS + 1) set;
           const weft_error *caught; int i;)
{
    for (self->i = 0; self->i < PARTS; self->i++)
        weft_check(weft_wait_add(&self->set, &parts[self->i]));
    if (self->twice)
        weft_check(weft_wait_add(&self->set, &parts[0]));
    weft_try {
        if (self->until == FIRST)
            weft_wait_first(&self->set, self->limit);
        if (self->until == FIRST_ERROR)
            weft_wait_first_error(&self->set, self->limit);
        if (self->until == ALL)
            weft_wait_all(&self->set, self->limit);
    }
    weft_catch(&weft_base_error, self->caught) {
        note_error(self->caught);
    }
    weft_end;
    note("|");
    note_done();
}
WEFT_ASYNC_END

static WEFT_TASK(waiting) waiter;

/* gh-79306 */
static bool nothing_is_linked(void)
{
    if (waiter.frame.set.set.multi_wait.parent || !weft_done(&waiter) ||
        weft_handle_pending(&waiter.frame.set.set.limit))
        return false;
    for (int i = 0; i < PARTS; i++)
        if (weft_handle_pending(&waiter.frame.set.parts[i].handle) ||
            (!weft_done(&parts[i]) && parts[i].awaitable.waiters))
            return false;
    return true;
}

static void run_waiter(int until, weft_time limit)
{
    weft_loop_create_task(&loop, waiting, &waiter, .until = until, .limit = limit);
    ck_no_error(weft_run_until_complete(&loop, &waiter));
    ck_assert(nothing_is_linked());
}

/* ---- wait ---- */

static const struct {
    int until;
    weft_time limit;
    const weft_error *errors[PARTS];
    const char *recorded;
    weft_time end;
} waits[] = {
    /* CPython: test_tasks.BaseTaskTests.test_wait_first_completed */
    {FIRST, WEFT_FOREVER, {NULL}, "c|abC", 1},
    {FIRST, 9, {&fail, &fail, &fail}, "c|abC", 1},
    /* CPython: test_tasks.BaseTaskTests.test_wait_first_exception_in_wait */
    {FIRST_ERROR, WEFT_FOREVER, {NULL, &fail, NULL}, "cb|aBC", 2},
    {FIRST_ERROR, WEFT_FOREVER, {NULL}, "cba|ABC", 3},
    {FIRST_ERROR, WEFT_FOREVER, {&fail, NULL, NULL}, "cba|ABC", 3},
    /* CPython: test_tasks.BaseTaskTests.test_wait */
    /* CPython: test_tasks.BaseTaskTests.test_wait_with_iterator_of_tasks */
    /* CPython: test_tasks.BaseTaskTests.test_wait_generator */
    {ALL, WEFT_FOREVER, {NULL}, "cba|ABC", 3},
    /* CPython: test_tasks.BaseTaskTests.test_wait_with_exception */
    {ALL, WEFT_FOREVER, {&fail, &other_fail, &fail}, "cba|ABC", 3},
    {FIRST, 0, {NULL}, "|abc", 0},
    {ALL, 0, {NULL}, "|abc", 0},
    /* Both come at one time. The limit was armed first, so it comes first. */
    /* CPython: test_tasks.BaseTaskTests.test_wait_with_timeout */
    /* CPython: test_tasks.BaseTaskTests.test_wait_concurrent_complete */
    {ALL, 2, {NULL}, "cb|aBC", 2},
    {FIRST_ERROR, 2, {&fail, NULL, NULL}, "cb|aBC", 2},
};

START_TEST(a_wait_ends_when_enough_have_or_the_limit_has_passed)
{
    start_parts(waits[_i].errors[0], waits[_i].errors[1], waits[_i].errors[2]);
    run_waiter(waits[_i].until, waits[_i].limit);
    ck_recorded(waits[_i].recorded);
    ck_assert_uint_eq(elapsed(), waits[_i].end);
    for (int i = 0; i < PARTS; i++)
        ck_assert_uint_eq(weft_cancelling(&parts[i].task), 0);
    run_dry(); /* the other parts go on */
    ck_assert(weft_done(&parts[0]));
    ck_assert(!weft_cancelled(&parts[0]));
    ck_assert_uint_eq(elapsed(), 3);
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_wait_first_exception */
START_TEST(ended_parts_count_and_the_wait_still_takes_a_tick)
{
    start_parts(&fail, NULL, NULL);
    run_dry();
    ck_recorded("cba");
    weft_loop_create_task(&loop, waiting, &waiter, .until = _i, .limit = WEFT_FOREVER);
    tick();
    ck_recorded("");
    tick();
    tick();
    ck_recorded("|ABC");
    ck_assert(nothing_is_linked());
    ck_assert_uint_eq(elapsed(), 3);
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_wait_really_done */
START_TEST(parts_that_end_before_the_woken_task_runs_count_as_ended)
{
    for (int i = 0; i < PARTS; i++)
        weft_loop_create_task(&loop, part, &parts[i], .name = (char)('a' + i), .delay = 0);
    run_waiter(FIRST, WEFT_FOREVER);
    ck_recorded("abc|ABC");
}
END_TEST

START_TEST(a_cancelled_part_has_ended_without_an_error)
{
    static const char *const recorded[] = {"x|aBc", "xca|ABC", "xca|ABC"};
    start_parts(NULL, NULL, NULL);
    weft_loop_create_task(&loop, waiting, &waiter, .until = _i, .limit = WEFT_FOREVER);
    tick();
    weft_cancel(&parts[1]);
    ck_no_error(weft_run_until_complete(&loop, &waiter));
    ck_recorded(recorded[_i]);
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_wait_duplicate_coroutines */
START_TEST(a_part_that_is_given_twice_works)
{
    static const char *const recorded[] = {"c|abC", "cba|ABC", "cba|ABC"};
    start_parts(NULL, NULL, NULL);
    weft_loop_create_task(&loop, waiting, &waiter, .until = _i, .limit = 9, .twice = true);
    ck_no_error(weft_run_until_complete(&loop, &waiter));
    ck_recorded(recorded[_i]);
    ck_assert(nothing_is_linked());
    run_dry();
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_yield_wait_does_not_shield_cancel */
START_TEST(gh_79306_a_cancelled_wait_raises_at_once_and_leaves_its_parts_running)
{
    start_parts(NULL, NULL, NULL);
    weft_loop_create_task(&loop, waiting, &waiter, .until = _i, .limit = 9);
    tick();
    weft_cancel(&waiter);
    tick();
    ck_recorded("=cancelled|abc");
    ck_assert(nothing_is_linked());
    for (int i = 0; i < PARTS; i++)
        ck_assert_uint_eq(weft_cancelling(&parts[i].task), 0);
    memset(&waiter, 0xFF, sizeof(waiter)); /* the memory may be used for anything */
    run_dry();
    ck_recorded("cba");
    ck_assert_uint_eq(elapsed(), 3);
    memset(&waiter, 0, sizeof(waiter));
}
END_TEST

/* gh-86296, for wait: an end in the tick of a cancellation must not be lost. */
START_TEST(gh_86296_an_end_and_a_cancellation_in_one_tick)
{
    start_parts(NULL, NULL, NULL);
    weft_loop_create_task(&loop, waiting, &waiter, .until = FIRST, .limit = WEFT_FOREVER);
    while (!weft_done(&parts[2]))
        tick();
    if (_i)
        tick(); /* and runs its callback */
    ck_assert(weft_cancel(&waiter));
    while (!weft_done(&waiter))
        tick();
    ck_recorded("c=cancelled|abC");
    ck_assert(nothing_is_linked());
    run_dry();
}
END_TEST

/* ---- Which errors count as retrieved ---- */

static void record_error(weft_loop *of, weft_task *failed, const weft_error *error)
{
    (void)of, (void)error;
    note(failed == &parts[0].task ? "!" : "?");
}

/* asyncio retrieves an error only where it needs it, for FIRST_EXCEPTION. Part a, which fails,
 * is not the last. */
START_TEST(unretrieved_errors_of_parts_go_to_the_exception_handler)
{
    static const char *const recorded[] = {"b|aBcac!", "ba|ABcc", "bac|ABC!"};
    weft_set_exception_handler(&loop, record_error);
    start_parts(&fail, NULL, NULL);
    parts[2].frame.delay = 7;
    weft_loop_create_task(&loop, waiting, &waiter, .until = _i, .limit = WEFT_FOREVER);
    run_dry();
    weft_loop_close(&loop);
    ck_recorded(recorded[_i]);
}
END_TEST

START_TEST(the_error_of_the_last_part_is_not_retrieved)
{
    weft_set_exception_handler(&loop, record_error);
    start_parts(&fail, NULL, NULL);
    run_waiter(FIRST_ERROR, WEFT_FOREVER);
    weft_loop_close(&loop);
    ck_recorded("cba|ABC!");
}
END_TEST

/* ---- The set ---- */

WEFT_ASYNC(draining, WEFT_WAIT_SET(PARTS) set; int i;)
{
    for (self->i = 0; self->i < PARTS; self->i++)
        weft_check(weft_wait_add(&self->set, &parts[self->i]));
    do {
        weft_wait_first(&self->set, WEFT_FOREVER);
        note_letter((char)('0' + self->set.set.multi_wait.count));
    } while (weft_wait_pending(&self->set));
    ck_assert_uint_eq(weft_wait_pending(&self->set), 0);
}
WEFT_ASYNC_END

START_TEST(ended_parts_can_be_dropped_and_the_rest_waited_for)
{
    static WEFT_TASK(draining) drainer;
    start_parts(NULL, NULL, &fail);
    ck_no_error(weft_run(&loop, draining, &drainer));
    ck_recorded("c3b2a1");
    ck_assert_uint_eq(elapsed(), 3);
}
END_TEST

/* Uses an array of parts that belongs to the caller. */
WEFT_ASYNC(growing, WEFT_WAIT_SET_OVER set; weft_part room[PARTS]; int i;)
{
    for (self->i = 0; self->i < PARTS; self->i++)
        weft_check(weft_wait_add_in(&self->set, self->room, PARTS, &parts[self->i]));
    ck_error(weft_wait_add_in(&self->set, self->room, PARTS, &parts[0]), &weft_invalid_state_error);
    WEFT_WAIT_(weft_wait_begin_(&self->set.set, weft_context_, WEFT_FOREVER, WEFT_UNTIL_ALL_),
               weft_wait_resume_(&self->set.set));
    note("ok");
}
WEFT_ASYNC_END

START_TEST(the_parts_may_be_an_array_of_the_callers)
{
    static WEFT_TASK(growing) task;
    start_parts(NULL, NULL, NULL);
    ck_no_error(weft_run(&loop, growing, &task));
    ck_recorded("cbaok");
}
END_TEST

static WEFT_WAIT_SET(PARTS) shared;

WEFT_ASYNC(sharing, char name; int how; const weft_error *caught;)
{
    weft_try {
        if (self->how == FIRST)
            weft_wait_first(&shared, WEFT_FOREVER);
        if (self->how == ALL)
            weft_wait_all(&shared, WEFT_FOREVER);
        if (self->how == FIRST_ERROR) {
            weft_with_completed(&shared, WEFT_FOREVER) {
                note("never");
            }
            weft_end;
        }
    }
    weft_catch(&weft_base_error, self->caught) {
    }
    weft_end;
    note_letter(self->name);
    note_error(self->caught);
}
WEFT_ASYNC_END

/* CPython: test_tasks.BaseTaskTests.test_wait_errors */
/* CPython: test_tasks.BaseTaskTests.test_wait_invalid_args */
START_TEST(an_empty_set_cannot_be_waited_for)
{
    static WEFT_TASK(sharing) sharer;
    static weft_future never;
    memset(&shared, 0, sizeof(shared));
    ck_error(weft_wait_add(&shared, &never), &weft_invalid_state_error);
    weft_loop_create_task(&loop, sharing, &sharer, .name = 's', .how = _i ? ALL : FIRST);
    tick();
    ck_recorded("s=invalid state");
}
END_TEST

START_TEST(a_set_that_is_waited_for_is_refused_and_goes_on)
{
    static WEFT_TASK(sharing) sharers[2];
    memset(&shared, 0, sizeof(shared));
    start_parts(NULL, NULL, NULL);
    for (int i = 0; i < PARTS - 1; i++)
        ck_no_error(weft_wait_add(&shared, &parts[i]));
    weft_loop_create_task(&loop, sharing, &sharers[0], .name = 's', .how = ALL);
    weft_loop_create_task(&loop, sharing, &sharers[1], .name = 't', .how = _i);
    tick();
    ck_recorded("t=invalid state");
    ck_error(weft_wait_add(&shared, &parts[2]), &weft_invalid_state_error);
    do
        tick();
    while (!weft_done(&parts[1]));
    ck_assert_uint_eq(weft_wait_pending(&shared), PARTS - 1); /* it drops no part */
    run_dry();
    ck_recorded("cbas=ok");
    ck_assert_uint_eq(weft_wait_pending(&shared), 0);
}
END_TEST

START_TEST(a_task_waits_for_its_set)
{
    start_parts(NULL, NULL, NULL);
    weft_loop_create_task(&loop, waiting, &waiter, .limit = 9);
    tick();
    const weft_wait_info waits_for = weft_task_waits_for(&waiter.task);
    ck_assert_str_eq(waits_for.what, "wait");
    ck_assert_ptr_eq(waits_for.object, &waiter.frame.set);
    ck_assert_ptr_null(waits_for.holder);
}
END_TEST

START_TEST(a_loop_may_be_closed_under_a_wait)
{
    start_parts(NULL, NULL, NULL);
    weft_loop_create_task(&loop, waiting, &waiter, .limit = 9);
    tick();
    ck_no_error(weft_loop_close(&loop));
    start_parts(NULL, NULL, NULL);
    run_waiter(ALL, 9);
    ck_recorded("cba|ABC");
}
END_TEST

/* ---- as_completed ---- */

enum leave { GOES_ON, BREAKS, RETURNS, RAISES, LEAVES };

WEFT_ASYNC(completing, weft_time limit; int leave; bool twice, once_more;
           WEFT_WAIT_SET(PARTS + 1) set; weft_future * which; const weft_error *caught; int i;)
{
    for (self->i = 0; self->i < PARTS; self->i++)
        weft_check(weft_wait_add(&self->set, &parts[self->i]));
    if (self->twice)
        weft_check(weft_wait_add(&self->set, &parts[0]));
    weft_try {
        weft_with_completed(&self->set, self->limit) {
            while (weft_completed_left(&self->set)) {
                weft_next_completed(&self->set, &self->which);
                for (int i = 0; i < PARTS; i++)
                    if (self->which == weft_as_future(&parts[i]))
                        note_letter((char)('A' + i));
                weft_error_of(self->which);
                if (self->leave == BREAKS)
                    break;
                if (self->leave == RETURNS)
                    weft_return;
                if (self->leave == RAISES)
                    weft_raise(&fail);
            }
            if (self->once_more)
                weft_next_completed(&self->set, &self->which);
        }
        weft_end;
    }
    weft_catch(&weft_base_error, self->caught) {
        note_error(self->caught);
    }
    weft_end;
    note("|");
    ck_assert_uint_eq(weft_completed_left(&self->set), 0);
}
WEFT_ASYNC_END

static WEFT_TASK(completing) completer;

static bool completer_is_unlinked(void)
{
    if (completer.frame.set.set.multi_wait.parent || completer.frame.set.set.multi_wait.count ||
        weft_handle_pending(&completer.frame.set.set.limit))
        return false;
    for (int i = 0; i < PARTS + 1; i++)
        if (weft_handle_pending(&completer.frame.set.parts[i].handle))
            return false;
    return true;
}

static const struct {
    weft_time limit;
    int leave;
    const weft_error *error; /* error of the second part */
    const char *recorded;
} completions[] = {
    /* CPython: test_tasks.BaseTaskTests.test_as_completed */
    /* CPython: test_tasks.BaseTaskTests.test_as_completed_same_tasks_in_as_out */
    {WEFT_FOREVER, GOES_ON, NULL, "cCbBaA|"},
    {WEFT_FOREVER, GOES_ON, &fail, "cCbBaA|"},
    /* CPython: test_tasks.BaseTaskTests.test_as_completed_with_timeout */
    {1, GOES_ON, NULL, "c=timeout|"},
    {2, GOES_ON, NULL, "cCb=timeout|"},
    {0, GOES_ON, NULL, "=timeout|"},
    /* CPython: test_tasks.BaseTaskTests.test_as_completed_with_unused_timeout */
    {9, GOES_ON, NULL, "cCbBaA|"},
    {WEFT_FOREVER, BREAKS, NULL, "cC|"},
    {9, BREAKS, NULL, "cC|"},
    {9, RETURNS, NULL, "cC"},
    {9, RAISES, NULL, "cC=fail|"},
};

START_TEST(as_completed_yields_each_part_as_it_ends)
{
    start_parts(NULL, completions[_i].error, NULL);
    weft_loop_create_task(&loop, completing, &completer, .limit = completions[_i].limit,
                          .leave = completions[_i].leave);
    ck_no_error(weft_run_until_complete(&loop, &completer));
    ck_recorded(completions[_i].recorded);
    ck_assert(completer_is_unlinked());
    memset(&completer, 0, sizeof(completer));
    run_dry(); /* the other parts go on */
    for (int i = 0; i < PARTS; i++)
        ck_assert(weft_done(&parts[i]) && !weft_cancelled(&parts[i]));
    ck_assert_uint_eq(elapsed(), 3);
}
END_TEST

/* Leaves after any part, at any position in the set. */
START_TEST(gh_79306_leaving_early_unlinks_the_parts_left)
{
    start_parts(NULL, NULL, NULL);
    parts[_i].frame.delay = 0;
    weft_loop_create_task(&loop, completing, &completer, .limit = 9, .leave = BREAKS);
    ck_no_error(weft_run_until_complete(&loop, &completer));
    ck_assert(completer_is_unlinked());
    for (int i = 0; i < PARTS; i++)
        ck_assert(weft_done(&parts[i]) == (i == _i) && (i == _i || !parts[i].awaitable.waiters));
    record[0] = '\0';
}
END_TEST

START_TEST(parts_that_had_ended_come_in_the_order_of_the_set)
{
    start_parts(NULL, NULL, &fail);
    run_dry();
    ck_no_error(weft_run(&loop, completing, &completer, .limit = _i ? 0 : WEFT_FOREVER));
    ck_recorded("cbaABC|");
    ck_assert(completer_is_unlinked());
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_as_completed_concurrent */
START_TEST(parts_that_end_in_one_tick_come_in_the_order_of_ending)
{
    for (int i = 0; i < PARTS; i++)
        weft_loop_create_task(&loop, part, &parts[PARTS - 1 - i], .name = (char)('c' - i),
                              .delay = 2);
    ck_no_error(weft_run(&loop, completing, &completer, .limit = WEFT_FOREVER));
    ck_recorded("cbaCBA|");
}
END_TEST

/* The limit passes while the body waits for something else. Parts that had ended before must
 * still come. */
WEFT_ASYNC(slow, WEFT_WAIT_SET(PARTS) set; weft_future * which; const weft_error *caught; int i;)
{
    for (self->i = 0; self->i < PARTS; self->i++)
        weft_check(weft_wait_add(&self->set, &parts[self->i]));
    weft_try {
        weft_with_completed(&self->set, UNITS(2)) {
            weft_sleep(UNITS(9));
            while (weft_completed_left(&self->set)) {
                weft_next_completed(&self->set, &self->which);
                note_letter((char)(self->which == weft_as_future(&parts[2]) ? 'C' : '?'));
            }
        }
        weft_end;
    }
    weft_catch(&weft_timeout_error, self->caught) {
        note_error(self->caught);
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(parts_that_ended_before_the_limit_come_before_the_error)
{
    static WEFT_TASK(slow) sleeper;
    start_parts(NULL, NULL, NULL);
    parts[1].frame.delay = 4;
    ck_no_error(weft_run(&loop, slow, &sleeper));
    ck_recorded("cabC=timeout");
}
END_TEST

/* The parts end while the body waits for an event. Only the event must wake it. */
static weft_event opened;

WEFT_ASYNC(distracted, WEFT_WAIT_SET(PARTS) set; weft_future * which; int i;)
{
    for (self->i = 0; self->i < PARTS; self->i++)
        weft_check(weft_wait_add(&self->set, &parts[self->i]));
    weft_with_completed(&self->set, WEFT_FOREVER) {
        weft_event_wait(&opened);
        note("-");
        while (weft_completed_left(&self->set))
            weft_next_completed(&self->set, &self->which);
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(another_wait_in_the_block_goes_on_when_a_part_ends)
{
    static WEFT_TASK(distracted) task;
    opened = (weft_event){.set = false};
    start_parts(NULL, NULL, NULL);
    weft_loop_create_task(&loop, distracted, &task);
    run_dry();
    ck_recorded("cba");
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&task.task).what, "event"));
    weft_event_set(&opened);
    ck_no_error(weft_run_until_complete(&loop, &task));
    ck_recorded("-");
}
END_TEST

WEFT_ASYNC(outside, WEFT_WAIT_SET(1) set; weft_future * which;)
{
    weft_check(weft_wait_add(&self->set, &parts[0]));
    weft_next_completed(&self->set, &self->which);
    note("never");
}
WEFT_ASYNC_END

START_TEST(as_completed_fails_outside_of_its_block)
{
    static WEFT_TASK(outside) task;
    start_parts(NULL, NULL, NULL);
    ck_error(weft_run(&loop, outside, &task), &weft_invalid_state_error);
    ck_recorded("xxx"); /* cancelled, since the main task has ended */
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_as_completed_duplicate_coroutines */
START_TEST(a_part_that_is_given_twice_comes_twice)
{
    start_parts(NULL, NULL, NULL);
    ck_no_error(weft_run(&loop, completing, &completer, .limit = 9, .twice = true));
    ck_recorded("cCbBaAA|");
}
END_TEST

START_TEST(as_completed_fails_behind_the_last_part)
{
    start_parts(NULL, NULL, NULL);
    ck_no_error(weft_run(&loop, completing, &completer, .limit = 9, .once_more = true));
    ck_recorded("cCbBaA=invalid state|");
    ck_assert(completer_is_unlinked());
}
END_TEST

START_TEST(gh_79306_a_cancelled_as_completed_leaves_nothing_linked)
{
    start_parts(NULL, NULL, NULL);
    weft_loop_create_task(&loop, completing, &completer, .limit = 9);
    tick();
    const weft_wait_info waits_for = weft_task_waits_for(&completer.task);
    IF_TEXTS(ck_assert_str_eq(waits_for.what, "as_completed"));
    IF_TEXTS(ck_assert_ptr_eq(waits_for.object, &completer.frame.set));
    while (_i && !weft_done(&parts[2]))
        tick();
    if (_i == 2)
        tick(); /* it is notified, but has not run yet */
    weft_cancel(&completer);
    tick();
    ck_recorded(_i ? "c=cancelled|" : "=cancelled|");
    ck_assert(weft_done(&completer) && completer_is_unlinked());
    memset(&completer, 0, sizeof(completer));
    run_dry();
    ck_recorded(_i ? "ba" : "cba");
    ck_assert_uint_eq(weft_cancelling(&parts[0].task), 0);
}
END_TEST

/* Cancels the wait, or a part, in each tick. */
START_TEST(gh_79306_nothing_stays_linked_under_cancellation_at_any_tick)
{
    for (int ticks = 0; ticks < 12; ticks++) {
        start_parts(NULL, &fail, NULL);
        weft_loop_create_task(&loop, completing, &completer, .limit = 2 + (weft_time)(ticks & 1));
        weft_loop_create_task(&loop, waiting, &waiter, .until = ticks % 3, .limit = 2);
        for (int i = 0; i < ticks; i++)
            tick();
        if (_i & 1)
            weft_cancel(&completer);
        if (_i & 2)
            weft_cancel(&waiter);
        if (_i & 4)
            weft_cancel(&parts[ticks % PARTS]);
        while (!weft_done(&completer) || !weft_done(&waiter))
            tick();
        ck_assert(completer_is_unlinked() && nothing_is_linked());
        run_dry();
        for (int i = 0; i < PARTS; i++)
            ck_assert(weft_done(&parts[i]));
        weft_error_of(&parts[1]);
    }
    record[0] = '\0';
}
END_TEST

/* A set whose limit has passed must be as new when it is used again. */
WEFT_ASYNC(late, WEFT_WAIT_SET(1) set; weft_future * which; const weft_error *caught; int i;)
{
    for (self->i = 0; self->i < 2; self->i++) {
        weft_check(weft_wait_add(&self->set, &parts[0]));
        weft_try {
            weft_with_completed(&self->set, UNITS(self->i ? 9 : 1)) {
                weft_next_completed(&self->set, &self->which);
                note("!");
            }
            weft_end;
        }
        weft_catch(&weft_timeout_error, self->caught) {
            note_error(self->caught);
        }
        weft_end;
    }
}
WEFT_ASYNC_END

START_TEST(a_set_that_was_late_is_used_again)
{
    static WEFT_TASK(late) task;
    start_parts(NULL, NULL, NULL);
    ck_no_error(weft_run(&loop, late, &task));
    ck_recorded("c=timeoutba!");
}
END_TEST

WEFT_ASYNC(resuming, WEFT_WAIT_SET(PARTS) set; weft_future * which; int i;)
{
    for (self->i = 0; self->i < PARTS; self->i++)
        weft_check(weft_wait_add(&self->set, &parts[self->i]));
    weft_with_completed(&self->set, WEFT_FOREVER) {
        for (self->i = 0; self->i < 2; self->i++)
            weft_next_completed(&self->set, &self->which);
        note("-");
        while (weft_completed_left(&self->set))
            weft_next_completed(&self->set, &self->which);
    }
    weft_end;
    ck_no_error(weft_wait_add(&self->set, &parts[0]));
    weft_with_completed(&self->set, WEFT_FOREVER) {
        weft_next_completed(&self->set, &self->which);
        note(self->which == weft_as_future(&parts[0]) ? "again" : "?");
    }
    weft_end;
}
WEFT_ASYNC_END

/* CPython: test_tasks.BaseTaskTests.test_as_completed_resume_iterator */
START_TEST(two_loops_may_share_one_block_and_a_set_is_used_again)
{
    static WEFT_TASK(resuming) resumer;
    start_parts(NULL, NULL, NULL);
    ck_no_error(weft_run(&loop, resuming, &resumer));
    ck_recorded("cb-aagain");
}
END_TEST

WEFT_ASYNC(taking, weft_future *which; const weft_error *caught;)
{
    weft_try {
        weft_next_completed(&shared, &self->which);
    }
    weft_catch(&weft_any_error, self->caught) {
        note_error(self->caught);
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(lending, WEFT_TASK(taking) taker; weft_future *which;)
{
    weft_check(weft_wait_add(&shared, &parts[0]));
    weft_with_completed(&shared, WEFT_FOREVER) {
        weft_create_task(taking, &self->taker);
        weft_await(&self->taker);
        weft_next_completed(&shared, &self->which);
        note(self->which == weft_as_future(&parts[0]) ? "mine" : "?");
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(a_block_of_one_task_refuses_another_task)
{
    static WEFT_TASK(lending) lender;
    memset(&shared, 0, sizeof(shared));
    start_parts(NULL, NULL, NULL);
    ck_no_error(weft_run(&loop, lending, &lender));
    ck_recorded("=invalid statecbamine");
}
END_TEST

WEFT_ASYNC(waiting_elsewhere, bool each; const weft_error *caught;)
{
    weft_try {
        if (self->each) {
            weft_with_completed(&shared, WEFT_FOREVER) {
                note("?");
            }
            weft_end;
        } else {
            weft_wait_all(&shared, WEFT_FOREVER);
        }
    }
    weft_catch(&weft_any_error, self->caught) {
        note_error(self->caught);
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(an_awaitable_of_another_loop_is_not_waited_for)
{
    static weft_virtual other_backend;
    static weft_loop other;
    static weft_future future;
    static WEFT_TASK(waiting_elsewhere) task;
    weft_virtual_init(&other_backend);
    weft_loop_init(&other, &other_backend.backend);
    memset(&shared, 0, sizeof(shared));
    weft_loop_create_future(&other, &future);
    ck_no_error(weft_wait_add(&shared, &future));
    ck_no_error(weft_run(&loop, waiting_elsewhere, &task, .each = _i));
    ck_recorded("=invalid state");
    ck_assert(!future.awaitable.waiters);
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("wait_set");
    tcase_add_loop_test(tests, a_wait_ends_when_enough_have_or_the_limit_has_passed, 0,
                        sizeof(waits) / sizeof(waits[0]));
    tcase_add_loop_test(tests, ended_parts_count_and_the_wait_still_takes_a_tick, 0, 3);
    tcase_add_test(tests, parts_that_end_before_the_woken_task_runs_count_as_ended);
    tcase_add_loop_test(tests, a_cancelled_part_has_ended_without_an_error, 0, 3);
    tcase_add_loop_test(tests, a_part_that_is_given_twice_works, 0, 3);
    tcase_add_loop_test(
        tests, gh_79306_a_cancelled_wait_raises_at_once_and_leaves_its_parts_running, 0, 3);
    tcase_add_loop_test(tests, gh_86296_an_end_and_a_cancellation_in_one_tick, 0, 2);
    tcase_add_loop_test(tests, unretrieved_errors_of_parts_go_to_the_exception_handler, 0, 3);
    tcase_add_test(tests, the_error_of_the_last_part_is_not_retrieved);
    tcase_add_test(tests, ended_parts_can_be_dropped_and_the_rest_waited_for);
    tcase_add_test(tests, the_parts_may_be_an_array_of_the_callers);
    tcase_add_loop_test(tests, an_empty_set_cannot_be_waited_for, 0, 2);
    tcase_add_loop_test(tests, a_set_that_is_waited_for_is_refused_and_goes_on, 0, 3);
    tcase_add_test(tests, a_task_waits_for_its_set);
    tcase_add_test(tests, a_loop_may_be_closed_under_a_wait);
    tcase_add_loop_test(tests, as_completed_yields_each_part_as_it_ends, 0,
                        sizeof(completions) / sizeof(completions[0]));
    tcase_add_loop_test(tests, parts_that_had_ended_come_in_the_order_of_the_set, 0, 2);
    tcase_add_test(tests, parts_that_end_in_one_tick_come_in_the_order_of_ending);
    tcase_add_test(tests, parts_that_ended_before_the_limit_come_before_the_error);
    tcase_add_test(tests, a_part_that_is_given_twice_comes_twice);
    tcase_add_test(tests, as_completed_fails_behind_the_last_part);
    tcase_add_test(tests, as_completed_fails_outside_of_its_block);
    tcase_add_test(tests, another_wait_in_the_block_goes_on_when_a_part_ends);
    tcase_add_loop_test(tests, gh_79306_a_cancelled_as_completed_leaves_nothing_linked, 0, 3);
    tcase_add_loop_test(tests, gh_79306_leaving_early_unlinks_the_parts_left, 0, PARTS);
    tcase_add_loop_test(tests, gh_79306_nothing_stays_linked_under_cancellation_at_any_tick, 0, 8);
    tcase_add_test(tests, a_set_that_was_late_is_used_again);
    tcase_add_test(tests, two_loops_may_share_one_block_and_a_set_is_used_again);
    tcase_add_test(tests, a_block_of_one_task_refuses_another_task);
    tcase_add_loop_test(tests, an_awaitable_of_another_loop_is_not_waited_for, 0, 2);
    return run_suite();
}
