/* SPDX-License-Identifier: MIT */
/* Task groups: every way to leave the block, the error that it raises, and what must not be left
 * behind. */
#define _DEFAULT_SOURCE
#include "helper.h"
#include "panic.h"

#include <ctype.h>
#include <sys/mman.h>

/* A plan for a child, or for a group's body: how long it sleeps, and how it ends. */
struct plan {
    weft_time delay;
    const weft_error *error;
    weft_time stays;        /* how long it sleeps on after a cancellation */
    const weft_error *late; /* the error after that; NULL: the cancellation */
};

WEFT_ASYNC(child, char name; const struct plan *plan; const weft_error *caught;)
{
    weft_try {
        weft_sleep(self->plan->delay);
        note_letter(self->name);
        weft_check(self->plan->error);
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        note_letter((char)toupper(self->name));
        if (self->plan->stays)
            weft_sleep(self->plan->stays);
        weft_raise(self->plan->late ? self->plan->late : self->caught);
    }
    weft_end;
}
WEFT_ASYNC_END

typedef WEFT_TASK(child) child_task;

enum { CHILDREN = 5 };

static child_task children[CHILDREN];

/* Records the parts of a group's error in brackets, or the text of any other error. */
static void note_what(const weft_error *error)
{
    const char *between = "";
    if (!weft_error_is(error, &weft_group_error)) {
        note(error ? text_of(error) : "ok");
        return;
    }
    note("(");
    for (weft_error_walk at = weft_first_error(error); at.error; weft_next_error(&at)) {
        note(between);
        note_what(at.error);
        between = " ";
    }
    note(")");
}

/* Records "=", the error, and the task's cancellation count. */
static void note_outcome(const weft_error *error, const weft_task *task)
{
    note("=");
    note_what(error);
    note_letter((char)('0' + weft_cancelling(task)));
}

/* A group with children a, b, c... and a body, y. */
WEFT_ASYNC(family, const struct plan *plans; size_t count; const struct plan *body;
           weft_group group; struct child in_body; const weft_error *caught;)
{
    weft_try {
        weft_with_group(&self->group) {
            for (size_t i = 0; i < self->count; i++)
                weft_group_create_task(&self->group, child, &children[i], .name = (char)('a' + i),
                                       .plan = &self->plans[i]);
            if (self->body)
                weft_call(child, &self->in_body, .name = 'y', .plan = self->body);
        }
        weft_end;
    }
    weft_catch(&weft_base_error, self->caught) {
    }
    weft_end;
    note_outcome(self->caught, weft_current_task());
    if (self->caught)
        weft_raise(self->caught);
}
WEFT_ASYNC_END

static WEFT_TASK(family) parent;

static void start_family(const struct plan *plans, size_t count, const struct plan *body)
{
    weft_loop_create_task(&loop, family, &parent, .plans = plans, .count = count, .body = body);
}

static weft_handle canceller;

static void cancel_parent(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    ck_assert(weft_cancel(&parent));
}

/* Runs a family, and cancels it at `cancelled_at` unless that is 0. Nothing of it must stay. */
static void run_family(const struct plan *plans, size_t count, const struct plan *body,
                       weft_time cancelled_at)
{
    start_family(plans, count, body);
    if (cancelled_at)
        ck_no_error(weft_call_at(&loop, &canceller, clock_at(cancelled_at), cancel_parent));
    run_dry();
    ck_assert(weft_done(&parent));
    ck_assert_ptr_null(parent.frame.group.scope.children);
    ck_assert_ptr_null(parent.frame.group.scope.parent);
    ck_assert_uint_eq(count_tasks(), 0);
    ck_assert_ptr_eq(loop.tasks.next, &loop.tasks);
}

#define RUN_FAMILY(plans, body, cancelled_at)                                                      \
    run_family((plans), sizeof(plans) / sizeof((plans)[0]), (body), (cancelled_at))

/* Runs until the end of the tick in which the task ends. No waiter has been notified by then. */
static void run_until_end_of(const child_task *task)
{
    do
        tick();
    while (!weft_done(task));
}

/* ---- How the block ends ---- */

/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_01 */
START_TEST(a_block_ends_when_its_body_and_all_its_children_have)
{
    static const struct plan two[] = {{.delay = 1}, {.delay = 3}};
    static const struct plan bodies[] = {{.delay = 0}, {.delay = 2}, {.delay = 9}};
    static const char *const recorded[] = {"yab=ok0", "ayb=ok0", "aby=ok0"};
    static const weft_time end[] = {3, 3, 9};
    RUN_FAMILY(two, &bodies[_i], 0);
    ck_recorded(recorded[_i]);
    ck_assert_uint_eq(elapsed(), end[_i]);
}
END_TEST

START_TEST(a_block_without_children_does_not_wait)
{
    start_family(NULL, 0, NULL);
    tick();
    ck_recorded("=ok0");
    ck_assert(weft_done(&parent));
}
END_TEST

enum way { TO_THE_END, WITH_BREAK, WITH_CONTINUE, WITH_RETURN, WITH_ERROR, WAYS };

WEFT_ASYNC(leaving, int way, i; weft_group group; weft_exit left; int result;)
{
    static const struct plan plan = {.delay = 5};
    weft_try {
        for (self->i = 0; self->i < 3; self->i++) {
            weft_with_group(&self->group) {
                weft_group_create_task(&self->group, child, &children[0], .name = 'a',
                                       .plan = &plan);
                weft_sleep(0);
                if (self->way == WITH_BREAK)
                    break;
                if (self->way == WITH_CONTINUE)
                    continue;
                if (self->way == WITH_RETURN)
                    weft_return_value(7);
                if (self->way == WITH_ERROR)
                    weft_raise(&fail);
                note("-");
            }
            weft_end;
            note(".");
        }
        note("end");
    }
    weft_finally(&self->left) {
        note("!");
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(a_block_may_be_left_in_any_way_and_its_children_end_first)
{
    static const char *const recorded[WAYS] = {"-a.-a.-a.end!", "aend!", "aaaend!", "a!", "A!"};
    static WEFT_TASK(leaving) task;
    const weft_error *const error = weft_run(&loop, leaving, &task, .way = _i);
    ck_recorded(recorded[_i]);
    ck_assert_int_eq(task.frame.result, _i == WITH_RETURN ? 7 : 0);
    if (_i == WITH_ERROR)
        ck_error(weft_first_error(error).error, &fail);
    else
        ck_no_error(error);
}
END_TEST

/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_09 */
/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_10 */
START_TEST(an_error_of_the_body_cancels_the_children_and_is_the_last_in_the_groups)
{
    static const struct plan two[] = {{.delay = 5}, {.delay = 6}};
    static const struct plan body = {.delay = 1, .error = &fail};
    RUN_FAMILY(two, &body, 0);
    ck_recorded("yAB=(fail)0");
    ck_assert(weft_cancelled(&children[0]) && weft_cancelled(&children[1]));
    ck_assert_uint_eq(elapsed(), 1);
}
END_TEST

/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_04 */
/* CPython: test_taskgroups.TestTaskGroup.test_cancel_children_on_child_error */
START_TEST(a_child_that_fails_cancels_its_siblings_in_order_and_the_body)
{
    static const struct plan three[] = {{.delay = 9}, {.delay = 1, .error = &fail}, {.delay = 9}};
    static const struct plan body = {.delay = 9};
    RUN_FAMILY(three, _i ? &body : NULL, 0);
    ck_recorded(_i ? "bACY=(fail)0" : "bAC=(fail)0");
    ck_assert(weft_cancelled(&children[0]) && weft_cancelled(&children[2]));
    ck_error(weft_error_of(&children[1]), &fail);
    ck_assert_uint_eq(elapsed(), 1);
}
END_TEST

START_TEST(all_children_that_fail_in_one_tick_are_in_the_error_in_order)
{
    static const struct plan three[] = {{.delay = 2, .error = &fail},
                                        {.delay = 2, .error = &other_fail},
                                        {.delay = 2, .error = &fail}};
    RUN_FAMILY(three, NULL, 0);
    ck_recorded("abc=(fail other fail)0");
    ck_assert_uint_eq(weft_count_errors(weft_error_of(&parent)), 3);
}
END_TEST

/* The order is that of failing, not that of creation. */
/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_19 */
/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_20a */
/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_21a */
START_TEST(errors_are_walked_in_the_order_of_failing_the_bodys_last)
{
    static const weft_error third = {.text = "third"}, last = {.text = "last"};
    static const struct plan three[] = {{.delay = 9, .stays = 5, .late = &third},
                                        {.delay = 9, .stays = 3, .late = &other_fail},
                                        {.delay = 1, .error = &fail}};
    static const struct plan body = {.delay = 9, .stays = 1, .late = &last};
    RUN_FAMILY(three, &body, 0);
    ck_recorded("cABY=(fail other third last)0");
    weft_error_walk at = weft_first_error(weft_error_of(&parent));
    ck_assert_ptr_eq(at.task, &children[2].task);
    weft_next_error(&at);
    ck_assert_ptr_eq(at.task, &children[1].task);
    weft_next_error(&at);
    weft_next_error(&at);
    ck_error(at.error, &last);
    ck_assert_ptr_null(at.task);
    weft_next_error(&at);
    ck_assert_ptr_null(at.error);
    weft_next_error(&at);
    ck_assert_ptr_null(at.error);
}
END_TEST

/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_18 */
START_TEST(a_body_that_makes_another_error_of_a_cancellation_fails_the_group)
{
    static const struct plan body = {.delay = 9, .late = &other_fail};
    run_family(NULL, 0, &body, 1);
    ck_recorded("Y=(other)1");
}
END_TEST

/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_context_manager_exit_raises */
START_TEST(body_and_child_fail)
{
    static const struct plan one[] = {{.delay = 1, .error = &fail}};
    static const struct plan body = {.delay = 9, .late = &fail};
    RUN_FAMILY(one, &body, 0);
    ck_recorded("aY=(fail fail)0");
}
END_TEST

START_TEST(the_bodys_own_error_counts)
{
    static const struct plan two[] = {{.delay = 1, .error = &fail}, {.delay = 1, .error = &fail}};
    static const struct plan body = {.delay = 9, .late = &other_fail};
    RUN_FAMILY(two, &body, 0);
    ck_recorded("abY=(fail fail other)0");
    ck_assert_uint_eq(weft_count_errors(weft_error_of(&parent)), 3);
}
END_TEST

START_TEST(an_error_that_is_no_groups_is_walked_as_itself)
{
    weft_error_walk at = weft_first_error(&fail);
    ck_error(at.error, &fail);
    ck_assert_ptr_null(at.task);
    weft_next_error(&at);
    ck_assert_ptr_null(at.error);
    ck_assert_ptr_null(weft_first_error(NULL).error);
    ck_assert_uint_eq(weft_count_errors(&fail), 1);
    ck_assert_uint_eq(weft_count_errors(NULL), 0);
}
END_TEST

START_TEST(a_groups_error_is_of_its_kind_and_has_a_text)
{
    static const struct plan one[] = {{.delay = 1, .error = &fail}};
    RUN_FAMILY(one, NULL, 0);
    const weft_error *const error = weft_error_of(&parent);
    ck_assert(weft_error_is(error, &weft_group_error) && weft_error_is(error, &weft_any_error));
    ck_assert(!weft_error_is(error, &fail));
    ck_assert_str_eq(weft_error_text(error), weft_group_error.text);
    record[0] = '\0';
}
END_TEST

START_TEST(errors_of_children_count_as_retrieved)
{
    static const struct plan two[] = {{.delay = 1, .error = &fail}, {.delay = 1, .error = &fail}};
    weft_set_exception_handler(&loop, NULL);
    RUN_FAMILY(two, NULL, 0);
    ck_assert_ptr_eq(loop.failed, &parent.task);
    ck_assert_ptr_null(parent.task.next);
    record[0] = '\0';
}
END_TEST

/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_03 */
START_TEST(a_child_that_is_cancelled_alone_is_no_failure)
{
    static const struct plan two[] = {{.delay = 5}, {.delay = 3}};
    start_family(two, 2, NULL);
    tick();
    tick();
    ck_assert(weft_cancel(&children[0]));
    run_dry();
    ck_recorded("Ab=ok0");
    ck_assert(weft_cancelled(&children[0]));
}
END_TEST

/* ---- Cancelled from outside ---- */

/* CPython: test_taskgroups.TestTaskGroup.test_cancellation */
/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_22 */
START_TEST(a_group_that_is_cancelled_while_it_waits_cancels_its_children_in_order)
{
    static const struct plan five[] = {
        {.delay = 9}, {.delay = 9}, {.delay = 9}, {.delay = 9}, {.delay = 9}};
    RUN_FAMILY(five, NULL, 1);
    ck_recorded("ABCDE=cancelled1");
    ck_assert(weft_cancelled(&parent));
    ck_assert_uint_eq(elapsed(), 1);
}
END_TEST

/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_07 */
/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_08 */
/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_17 */
START_TEST(a_group_that_is_cancelled_in_its_body_cancels_its_children)
{
    static const struct plan two[] = {{.delay = 9}, {.delay = 9}};
    static const struct plan body = {.delay = 9};
    run_family(two, _i ? 2 : 0, &body, 1);
    ck_recorded(_i ? "YAB=cancelled1" : "Y=cancelled1");
    ck_assert(weft_cancelled(&parent));
}
END_TEST

/* The body catches the cancellation, which has no effect on the group. */
WEFT_ASYNC(ignoring, weft_group group; const weft_error *caught;)
{
    static const struct plan plan = {.delay = 9};
    weft_with_group(&self->group) {
        weft_group_create_task(&self->group, child, &children[0], .name = 'a', .plan = &plan);
        weft_try {
            weft_sleep(UNITS(5));
        }
        weft_catch(&weft_cancelled_error, self->caught) {
            note("!");
        }
        weft_end;
    }
    weft_end;
    note_outcome(NULL, weft_current_task());
}
WEFT_ASYNC_END

START_TEST(a_cancellation_that_the_body_catches_does_not_reach_the_children)
{
    static WEFT_TASK(ignoring) task;
    weft_loop_create_task(&loop, ignoring, &task);
    tick();
    weft_cancel(&task);
    run_dry();
    ck_recorded("!a=ok1");
    ck_assert_uint_eq(elapsed(), 9);
}
END_TEST

/* While the group shuts down, further cancellations change nothing. The children are not
 * cancelled again. */
START_TEST(a_group_is_cancelled_again_while_it_waits_for_its_cancelled_children)
{
    static const struct plan two[] = {{.delay = 9, .stays = 5}, {.delay = 9, .stays = 3}};
    start_family(two, 2, NULL);
    tick();
    weft_cancel(&parent);
    tick();
    tick();
    ck_recorded("AB");
    weft_cancel(&parent);
    weft_cancel(&parent);
    ck_assert_uint_eq(weft_cancelling(&children[0].task), 1);
    run_dry();
    ck_recorded("=cancelled3");
    ck_assert_uint_eq(elapsed(), 5);
}
END_TEST

/* gh-86296. The last child has ended, and the parent is ready. The cancellation must not be
 * lost. */
START_TEST(a_cancellation_after_the_last_childs_end_is_not_lost)
{
    static const struct plan one[] = {{.delay = 1}};
    start_family(one, 1, NULL);
    run_until_end_of(&children[0]);
    if (_i)
        tick(); /* and runs its callback */
    ck_assert(!weft_done(&parent) && weft_cancel(&parent));
    run_dry();
    ck_recorded("a=cancelled1");
}
END_TEST

/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_15 */
START_TEST(a_child_that_fails_after_a_cancellation_leaves_it_counted)
{
    static const struct plan one[] = {{.delay = 9, .stays = 2, .late = &fail}};
    static const struct plan body = {.delay = 9, .stays = 5};
    RUN_FAMILY(one, _i ? &body : NULL, 1);
    ck_recorded(_i ? "YA=(fail)1" : "A=(fail)1");
}
END_TEST

/* gh-94398, gh-116720: the parent is cancelled from outside, and a child fails at once. The
 * block raises the error, and the next await raises the cancellation. */
WEFT_ASYNC(sleeping_on, const struct plan *plan; weft_group group; const weft_error *caught;
           struct child after;)
{
    static const struct plan longer = {.delay = 50};
    weft_try {
        weft_with_group(&self->group) {
            weft_group_create_task(&self->group, child, &children[0], .name = 'a',
                                   .plan = self->plan);
            weft_sleep(UNITS(20));
        }
        weft_end;
    }
    weft_catch(&weft_group_error, self->caught) {
        note_outcome(self->caught, weft_current_task());
    }
    weft_end;
    weft_call(child, &self->after, .name = 'z', .plan = &longer);
}
WEFT_ASYNC_END

/* CPython: test_taskgroups.TestTaskGroup.test_error_and_cancel */
START_TEST(gh_116720_a_cancellation_from_outside_outlives_the_groups_error)
{
    static const struct plan plan = {.delay = 5, .error = &fail};
    static WEFT_TASK(sleeping_on) task;
    weft_loop_create_task(&loop, sleeping_on, &task, .plan = &plan);
    run_until_end_of(&children[0]);
    weft_cancel(&task); /* the group is not notified of the failure yet */
    run_dry();
    ck_recorded("a=(fail)1Z");
    ck_assert(weft_cancelled(&task));
    ck_assert_uint_eq(weft_cancelling(&task.task), 1);
    ck_assert_uint_eq(elapsed(), 5);
}
END_TEST

/* CPython: test_taskgroups.TestTaskGroup.test_cancelling_level_preserved */
START_TEST(a_groups_own_cancellation_is_taken_back)
{
    static const struct plan plan = {.delay = 0, .error = &fail};
    static WEFT_TASK(sleeping_on) task;
    ck_no_error(weft_run(&loop, sleeping_on, &task, .plan = &plan));
    ck_recorded("a=(fail)0z");
    ck_assert_uint_eq(weft_cancelling(&task.task), 0);
}
END_TEST

/* weft counts at most 127 requests. */
WEFT_ASYNC(cancelled_most_often, weft_group group; const weft_error *caught;)
{
    weft_try {
        weft_with_group(&self->group) {
            for (int i = 0; i < 130; i++)
                weft_cancel(weft_current_task());
            weft_raise(&fail);
        }
        weft_end;
    }
    weft_catch(&weft_group_error, self->caught) {
        ck_assert_uint_eq(weft_cancelling(weft_current_task()), 127);
        note("caught");
    }
    weft_end;
    weft_sleep(0);
    note("slept");
}
WEFT_ASYNC_END

START_TEST(a_groups_error_leaves_the_highest_count_of_requests)
{
    static WEFT_TASK(cancelled_most_often) task;
    weft_loop_create_task(&loop, cancelled_most_often, &task);
    run_dry();
    ck_recorded("caught");
    ck_assert(weft_cancelled(&task));
    ck_assert_uint_eq(weft_cancelling(&task.task), 127);
}
END_TEST

/* ---- Groups in groups ---- */

WEFT_ASYNC(nest, const struct plan *outer_plan, *inner_plan; weft_group outer, inner;
           const weft_error *caught; bool catches;)
{
    weft_try {
        weft_with_group(&self->outer) {
            if (self->outer_plan)
                weft_group_create_task(&self->outer, child, &children[0], .name = 'a',
                                       .plan = self->outer_plan);
            weft_try {
                weft_with_group(&self->inner) {
                    weft_group_create_task(&self->inner, child, &children[1], .name = 'b',
                                           .plan = self->inner_plan);
                }
                weft_end;
            }
            weft_catch(&weft_base_error, self->caught) {
                note_outcome(self->caught, weft_current_task());
                if (!self->catches)
                    weft_raise(self->caught);
                self->caught = NULL;
            }
            weft_end;
        }
        weft_end;
    }
    weft_catch(&weft_base_error, self->caught) {
    }
    weft_end;
    note_outcome(self->caught, weft_current_task());
}
WEFT_ASYNC_END

#define LATE                                                                                       \
    {                                                                                              \
        .delay = 9                                                                                 \
    }
#define SOON(what)                                                                                 \
    {                                                                                              \
        .delay = 1, .error = &what                                                                 \
    }

static const struct {
    struct plan outer, inner;
    bool catches;
    weft_time cancelled_at;
    const char *recorded;
} nests[] = {
    {LATE, LATE, false, 1, "B=cancelled1A=cancelled1"},
    {SOON(fail), LATE, false, 0, "aB=cancelled1=(fail)0"},
    {LATE, SOON(fail), false, 0, "b=(fail)0A=((fail))0"},
    {LATE, SOON(fail), true, 0, "b=(fail)0a=ok0"},
    /* gh-116720: both in one tick; the outer group's request must outlive the inner error */
    {SOON(fail), SOON(other_fail), false, 0, "ab=(other)1=(fail (other))0"},
    {SOON(fail), SOON(other_fail), true, 0, "ab=(other)1=(fail)0"},
    {SOON(fail), {.delay = 9, .late = &other_fail}, false, 0, "aB=(other)1=(fail (other))0"},
};

static WEFT_TASK(nest) nested;

static void cancel_nested(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    weft_cancel(&nested);
}

/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_11 */
/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_12 */
/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_13 */
/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_14 */
/* CPython: test_taskgroups.TestTaskGroup.test_nested_groups_both_cancelled */
START_TEST(gh_116720_groups_in_groups_keep_their_requests_apart)
{
    if (nests[_i].cancelled_at)
        weft_call_at(&loop, &canceller, clock_at(nests[_i].cancelled_at), cancel_nested);
    ck_no_error(weft_run(&loop, nest, &nested, .outer_plan = &nests[_i].outer,
                         .inner_plan = &nests[_i].inner, .catches = nests[_i].catches));
    ck_recorded(nests[_i].recorded);
}
END_TEST

WEFT_ASYNC(awaits_parent)
{
    weft_await(&parent);
}
WEFT_ASYNC_END

/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_16 */
START_TEST(a_cancellation_of_an_awaiting_task_reaches_the_group_of_its_target)
{
    static const struct plan one[] = {SOON(fail)};
    static const struct plan body = {.delay = 9, .stays = 5};
    static WEFT_TASK(awaits_parent) outer;
    start_family(one, 1, &body);
    weft_loop_create_task(&loop, awaits_parent, &outer);
    tick();
    weft_cancel(&outer);
    run_dry();
    ck_recorded("Ya=(fail)1");
    ck_error(weft_error_of(&outer), weft_error_of(&parent));
}
END_TEST

/* ---- Children that come later ---- */

WEFT_ASYNC(slowly, weft_group group; int i;)
{
    static const struct plan plan = {.delay = 2};
    weft_with_group(&self->group) {
        for (self->i = 0; self->i < CHILDREN; self->i++) {
            weft_group_create_task(&self->group, child, &children[self->i],
                                   .name = (char)('a' + self->i), .plan = &plan);
            weft_sleep(UNITS(1));
        }
        weft_sleep(UNITS(5));
        ck_assert_ptr_null(self->group.scope.children);
        note("-");
    }
    weft_end;
}
WEFT_ASYNC_END

/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_02 */
/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_23 */
START_TEST(children_may_come_and_go_while_the_body_runs)
{
    static WEFT_TASK(slowly) task;
    ck_no_error(weft_run(&loop, slowly, &task));
    ck_recorded("abcde-");
}
END_TEST

/* A child that creates two children in its own group, which do so too. */
struct doubling {
    weft_frame frame;
    weft_group *group;
};

typedef WEFT_TASK(doubling) doubling_task;

static doubling_task doublings[31];
static size_t doubled;

WEFT_ASYNC_BODY(doubling)
{
    note("h");
    weft_sleep(UNITS(1));
    for (int i = 0; i < 2 && doubled < sizeof(doublings) / sizeof(doublings[0]); i++) {
        doubling_task *const next = &doublings[doubled++];
        weft_group_create_task(self->group, doubling, next, .group = self->group);
    }
}
WEFT_ASYNC_END

WEFT_ASYNC(hercules, weft_group group; const struct plan *kills;)
{
    weft_with_group(&self->group) {
        doubled = 1;
        weft_group_create_task(&self->group, doubling, &doublings[0], .group = &self->group);
        if (self->kills)
            weft_group_create_task(&self->group, child, &children[0], .name = 'k',
                                   .plan = self->kills);
    }
    weft_end;
    note(".");
}
WEFT_ASYNC_END

/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_24 */
/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_25 */
START_TEST(children_may_have_siblings_while_their_parent_waits)
{
    static const struct plan kills = {.delay = 2, .error = &fail};
    static WEFT_TASK(hercules) task;
    ck_no_error(weft_run(&loop, hercules, &task));
    ck_recorded("hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh.");
    ck_assert_uint_eq(elapsed(), 5);
    const weft_error *const error = weft_run(&loop, hercules, &task, .kills = &kills);
    ck_recorded("hhhk");
    ck_error(weft_first_error(error).error, &fail);
    ck_assert_uint_eq(weft_count_errors(error), 1);
}
END_TEST

static const weft_error *refused;

static void start_from_callback(weft_loop *of, weft_handle *handle)
{
    static const struct plan plan = {.delay = 3};
    (void)of, (void)handle;
    refused =
        weft_group_start_task(&parent.frame.group, child, &children[1], .name = 'b', .plan = &plan);
}

START_TEST(a_callback_may_start_a_child)
{
    static const struct plan one[] = {{.delay = 2}};
    ck_no_error(weft_call_at(&loop, &canceller, clock_at(1), start_from_callback));
    RUN_FAMILY(one, NULL, 0);
    ck_recorded("ab=ok0");
    ck_no_error(refused);
    ck_assert_uint_eq(elapsed(), 4);
}
END_TEST

/* `of` is the last child. When its parent has been woken, the block has ended. */
START_TEST(a_child_is_refused_once_the_last_has_ended)
{
    static const struct plan one[] = {{.delay = 1}};
    start_family(one, 1, NULL);
    run_until_end_of(&children[0]);
    start_from_callback(&loop, &canceller); /* the group is not notified yet, so it still waits */
    ck_no_error(refused);
    run_until_end_of(&children[1]);
    tick();
    start_from_callback(&loop, &canceller);
    ck_error(refused, &weft_invalid_state_error);
    ck_assert(!weft_done(&parent));
    run_dry();
    ck_recorded("ab=ok0");
}
END_TEST

/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_not_entered */
/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_finished */
/* CPython: test_taskgroups.TestTaskGroup.test_coro_closed_when_tg_closed */
START_TEST(a_child_is_refused_before_the_block_and_behind_it_and_its_memory_is_as_it_was)
{
    static child_task untouched, zero;
    memset(&parent, 0, sizeof(parent));
    start_from_callback(&loop, &canceller);
    ck_error(refused, &weft_invalid_state_error);
    run_family(NULL, 0, NULL, 0);
    ck_error(weft_group_start_task(&parent.frame.group, child, &untouched, .name = 'x'),
             &weft_invalid_state_error);
    ck_assert_mem_eq(&untouched, &zero, sizeof(zero));
    ck_assert_ptr_eq(loop.tasks.next, &loop.tasks);
    ck_recorded("=ok0");
}
END_TEST

/* gh-94398: a cancelled child creates a child in its handler. The new child must be refused
 * without a leak. */
WEFT_ASYNC(stubborn, weft_group *group; const weft_error *caught;)
{
    static const struct plan plan = {.delay = 0};
    weft_try {
        weft_sleep(UNITS(9));
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        weft_try {
            weft_group_create_task(self->group, child, &children[1], .name = 'b', .plan = &plan);
            note("started");
        }
        weft_catch(&weft_invalid_state_error, self->caught) {
            note("refused");
        }
        weft_end;
    }
    weft_end;
}
WEFT_ASYNC_END

WEFT_ASYNC(shutting_down, weft_group group; WEFT_TASK(stubborn) stubborn;)
{
    static const struct plan plan = {.delay = 1, .error = &fail};
    weft_with_group(&self->group) {
        weft_group_create_task(&self->group, stubborn, &self->stubborn, .group = &self->group);
        weft_group_create_task(&self->group, child, &children[0], .name = 'a', .plan = &plan);
    }
    weft_end;
}
WEFT_ASYNC_END

/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_no_create_task_after_failure */
START_TEST(gh_94398_a_child_is_refused_while_the_group_shuts_down)
{
    static WEFT_TASK(shutting_down) task;
    static child_task zero;
    memset(&children[1], 0, sizeof(children[1]));
    const weft_error *const error = weft_run(&loop, shutting_down, &task);
    ck_recorded("arefused");
    ck_error(weft_first_error(error).error, &fail);
    ck_assert_mem_eq(&children[1], &zero, sizeof(zero));
    ck_assert_uint_eq(count_tasks(), 0);
}
END_TEST

/* Cancels the group while it starts a child: in the exception handler for the task that failed
 * in the child's memory, or in the evaluation of the arguments. */
static weft_group *cancelled_late;

static void cancel_late(weft_loop *of, weft_task *task, const weft_error *error)
{
    (void)of, (void)task, (void)error;
    weft_group_cancel(cancelled_late);
}

static const struct plan *cancelling_plan(void)
{
    static const struct plan plan = {.delay = 9};
    if (!loop.exception_handler)
        weft_group_cancel(cancelled_late);
    return &plan;
}

WEFT_ASYNC(starting_late, int way; child_task memory; weft_group group;)
{
    static const struct plan failing = {.error = &fail};
    cancelled_late = &self->group;
    weft_create_task(child, &self->memory, .name = 'f', .plan = &failing);
    weft_sleep(UNITS(1));
    weft_with_group(&self->group) {
        weft_try {
            if (self->way == 0)
                weft_group_create_task(&self->group, child, &self->memory,
                                       .plan = cancelling_plan());
            else if (self->way == 1)
                weft_group_create_eager_task(&self->group, child, &self->memory,
                                             .plan = cancelling_plan());
            else
                weft_check(weft_group_start_task(&self->group, child, &self->memory,
                                                 .plan = cancelling_plan()));
            note("started");
        }
        weft_catch(&weft_invalid_state_error) {
            note("refused");
        }
        weft_end;
    }
    weft_end;
    ck_assert(weft_is_free(&self->memory));
}
WEFT_ASYNC_END

START_TEST(a_child_is_refused_if_its_group_is_cancelled_while_it_is_started)
{
    static WEFT_TASK(starting_late) task;
    if (_i >= 3)
        weft_set_exception_handler(&loop, cancel_late);
    ck_no_error(weft_run(&loop, starting_late, &task, .way = _i % 3));
    ck_recorded("frefused");
    ck_assert_uint_eq(elapsed(), 1);
    ck_assert(loop_is_idle());
}
END_TEST

/* ---- Children that start at once ---- */

WEFT_ASYNC(quick, const weft_error *error; bool waits;)
{
    note("q");
    weft_check(self->error);
    if (self->waits)
        weft_sleep(UNITS(2));
    note(".");
}
WEFT_ASYNC_END

WEFT_ASYNC(eager, const weft_error *error; bool waits; weft_group group; WEFT_TASK(quick) quick;
           const weft_error *caught;)
{
    static const struct plan plan = {.delay = 1};
    weft_try {
        weft_with_group(&self->group) {
            weft_group_create_eager_task(&self->group, quick, &self->quick, .error = self->error,
                                         .waits = self->waits);
            note(weft_done(&self->quick) ? "+" : "-");
            weft_group_create_task(&self->group, child, &children[0], .name = 'a', .plan = &plan);
            weft_sleep(0);
            note("!");
        }
        weft_end;
        weft_try {
            weft_group_create_eager_task(&self->group, quick, &self->quick);
            note("never");
        }
        weft_catch(&weft_invalid_state_error, self->caught) {
            note("refused");
        }
        weft_end;
        self->caught = NULL;
    }
    weft_catch(&weft_base_error, self->caught) {
    }
    weft_end;
    note_outcome(self->caught, weft_current_task());
}
WEFT_ASYNC_END

START_TEST(a_child_may_start_at_once)
{
    static const char *const recorded[] = {"q.+!arefused=ok0", "q-!a.refused=ok0", "q+=(fail)0"};
    static WEFT_TASK(eager) task;
    ck_no_error(weft_run(&loop, eager, &task, .waits = _i == 1, .error = _i == 2 ? &fail : NULL));
    ck_recorded(recorded[_i]);
    ck_assert_uint_eq(count_tasks(), 0);
}
END_TEST

/* ---- A group that cancels itself ---- */

static void cancel_group(weft_loop *of, weft_handle *handle)
{
    (void)of, (void)handle;
    weft_group_cancel(&parent.frame.group);
    weft_group_cancel(&parent.frame.group);
    start_from_callback(of, handle);
    ck_error(refused, &weft_invalid_state_error);
}

static const struct {
    struct plan child, body;
    const char *recorded;
} cancelled_groups[] = {
    {{.delay = 9}, {.delay = 0}, "yA=ok0"},
    {{.delay = 9}, {.delay = 9}, "AY=ok0"},
    {{.delay = 9, .stays = 3}, {.delay = 9, .stays = 5}, "AY=ok0"},
    {{.delay = 9, .late = &fail}, {.delay = 9}, "AY=(fail)0"},
    {{.delay = 9}, {.delay = 9, .late = &fail}, "AY=(fail)0"},
};

START_TEST(a_cancelled_group_ends_without_an_error_unless_a_part_fails)
{
    ck_no_error(weft_call_at(&loop, &canceller, clock_at(1), cancel_group));
    run_family(&cancelled_groups[_i].child, 1, &cancelled_groups[_i].body, 0);
    ck_recorded(cancelled_groups[_i].recorded);
    ck_assert(!weft_cancelled(&parent));
}
END_TEST

START_TEST(a_cancelled_group_whose_task_is_cancelled_too_is_cancelled)
{
    static const struct plan one[] = {{.delay = 9, .stays = 5}};
    static const struct plan body = {.delay = 9};
    start_family(one, 1, _i & 1 ? &body : NULL);
    tick();
    if (_i & 2)
        weft_cancel(&parent);
    weft_group_cancel(&parent.frame.group);
    if (!(_i & 2))
        weft_cancel(&parent);
    run_dry();
    ck_assert(weft_cancelled(&parent));
    ck_assert_uint_eq(weft_cancelling(&parent.task), 1);
    ck_assert_ptr_nonnull(strstr(record, "=cancelled1"));
    record[0] = '\0';
}
END_TEST

START_TEST(a_group_that_was_not_entered_or_has_ended_is_not_cancelled)
{
    static const struct plan one[] = {{.delay = 1}};
    memset(&parent, 0, sizeof(parent));
    weft_group_cancel(&parent.frame.group);
    RUN_FAMILY(one, NULL, 0);
    weft_group_cancel(&parent.frame.group);
    ck_recorded("a=ok0");
    start_family(one, 1, NULL);
    run_until_end_of(&children[0]);
    tick();
    ck_assert(!weft_done(&parent));
    weft_group_cancel(&parent.frame.group); /* its last child has ended */
    ck_assert_uint_eq(weft_cancelling(&parent.task), 0);
    run_dry();
    ck_recorded("a=ok0");
}
END_TEST

/* After the block everything goes on, including the loop around the block. */
WEFT_ASYNC(cancels_its_own, weft_group group; int i;)
{
    static const struct plan plan = {.delay = 5};
    for (self->i = 0; self->i < 2; self->i++) {
        weft_with_group(&self->group) {
            weft_group_create_task(&self->group, child, &children[0], .name = 'a', .plan = &plan);
            weft_sleep(0);
            weft_group_cancel(&self->group);
            note("-");
            weft_sleep(UNITS(1));
            note("never");
        }
        weft_end;
        note(".");
    }
    weft_sleep(UNITS(1));
    note("end");
}
WEFT_ASYNC_END

START_TEST(a_body_may_cancel_its_group_and_all_goes_on_behind_it)
{
    static WEFT_TASK(cancels_its_own) task;
    ck_no_error(weft_run(&loop, cancels_its_own, &task));
    ck_recorded("-A.-A.end");
    ck_assert_uint_eq(weft_cancelling(&task.task), 0);
}
END_TEST

/* A request that was made and caught before the block does not affect the group. */
WEFT_ASYNC(cancelled_before, weft_group group; const weft_error *caught;)
{
    weft_cancel(weft_current_task());
    weft_try {
        weft_sleep(UNITS(1));
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        note("x");
    }
    weft_end;
    weft_with_group(&self->group) {
        weft_group_cancel(&self->group);
        weft_sleep(UNITS(1));
        note("never");
    }
    weft_end;
    note_outcome(NULL, weft_current_task());
}
WEFT_ASYNC_END

START_TEST(a_request_from_before_a_cancelled_group_does_not_count)
{
    static WEFT_TASK(cancelled_before) task;
    ck_no_error(weft_run(&loop, cancelled_before, &task));
    ck_recorded("x=ok1");
}
END_TEST

/* ---- No task is cancelled more often than needed ---- */

START_TEST(a_sibling_that_has_ended_too_is_not_cancelled)
{
    static const struct plan two[] = {SOON(fail), {.delay = 1}};
    RUN_FAMILY(two, NULL, 0);
    ck_recorded("ab=(fail)0");
    ck_assert_uint_eq(weft_cancelling(&children[1].task), 0);
}
END_TEST

/* The group already shuts down, because its body failed. */
START_TEST(a_late_failure_does_not_cancel_the_parent)
{
    static const struct plan two[] = {{.delay = 9, .stays = 2, .late = &fail},
                                      {.delay = 9, .stays = 5}};
    static const struct plan body = {.delay = 1, .error = &other_fail};
    start_family(two, 2, &body);
    run_until_end_of(&children[0]);
    tick();
    ck_assert_uint_eq(weft_cancelling(&parent.task), 0);
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&parent.task).what, "group"));
    run_dry();
    ck_recorded("yAB=(fail other)0");
}
END_TEST

START_TEST(children_that_are_cancelled_already_are_not_cancelled_with_the_group)
{
    static const struct plan one[] = {{.delay = 9, .stays = 5}};
    start_family(one, 1, NULL);
    tick();
    tick();
    weft_cancel(&parent);
    tick();
    weft_group_cancel(&parent.frame.group);
    ck_assert_uint_eq(weft_cancelling(&children[0].task), 1);
    run_dry();
    ck_recorded("A=cancelled1");
}
END_TEST

/* ---- Entered twice ---- */

WEFT_ASYNC(twice, weft_group group; const weft_error *caught;)
{
    static const struct plan plan = {.delay = 2};
    weft_with_group(&self->group) {
        weft_group_create_task(&self->group, child, &children[0], .name = 'a', .plan = &plan);
        weft_try {
            weft_with_group(&self->group) {
                note("never");
            }
            weft_end;
        }
        weft_catch(&weft_invalid_state_error, self->caught) {
            note("refused");
        }
        weft_end;
    }
    weft_end;
    note(".");
    weft_with_group(&self->group) {
        weft_group_create_task(&self->group, child, &children[0], .name = 'b', .plan = &plan);
    }
    weft_end;
}
WEFT_ASYNC_END

/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_already_entered */
START_TEST(a_group_that_is_entered_twice_is_refused_and_can_be_reused)
{
    static WEFT_TASK(twice) task;
    ck_no_error(weft_run(&loop, twice, &task));
    ck_recorded("refuseda.b");
}
END_TEST

/* The errors of the first block must not show up in the second. */
WEFT_ASYNC(again, weft_group group; const weft_error *caught; int i;)
{
    static const struct plan plans[] = {{.delay = 1, .error = &fail},
                                        {.delay = 1, .error = &other_fail}};
    for (self->i = 0; self->i < 2; self->i++) {
        weft_try {
            weft_with_group(&self->group) {
                weft_group_create_task(&self->group, child, &children[self->i], .name = 'a',
                                       .plan = &plans[self->i]);
                if (!self->i)
                    weft_raise(&other_fail);
            }
            weft_end;
        }
        weft_catch(&weft_group_error, self->caught) {
            note_outcome(self->caught, weft_current_task());
        }
        weft_end;
    }
    weft_group_forget_errors(&self->group);
    ck_assert_uint_eq(weft_count_errors(self->caught), 0);
    ck_assert_ptr_null(weft_first_error(self->caught).error);
}
WEFT_ASYNC_END

START_TEST(a_group_that_is_entered_again_has_forgotten_its_errors)
{
    static WEFT_TASK(again) task;
    ck_no_error(weft_run(&loop, again, &task));
    ck_recorded("=(other)0a=(other)0");
}
END_TEST

WEFT_ASYNC(forgets_its_own, weft_group group; const weft_error *caught;)
{
    weft_try {
        weft_with_group(&self->group) {
            weft_raise(&other_fail);
        }
        weft_end;
    }
    weft_catch(&weft_group_error, self->caught) {
        ck_assert_uint_eq(weft_count_errors(self->caught), 1);
    }
    weft_end;
    weft_group_forget_errors(&self->group);
    ck_assert_uint_eq(weft_count_errors(self->caught), 0);
    ck_assert_ptr_null(weft_first_error(self->caught).error);
}
WEFT_ASYNC_END

START_TEST(a_group_forgets_the_bodys_own_error_too)
{
    static WEFT_TASK(forgets_its_own) task;
    ck_no_error(weft_run(&loop, forgets_its_own, &task));
}
END_TEST

/* After that, the children's memory may be freed. */
WEFT_ASYNC(frees_its_child, weft_group group; child_task *child; const weft_error *caught;)
{
    static const struct plan failing = {.delay = 1, .error = &fail};
    weft_try {
        weft_with_group(&self->group) {
            weft_group_create_task(&self->group, child, self->child, .name = 'a', .plan = &failing);
        }
        weft_end;
    }
    weft_catch(&weft_group_error, self->caught) {
        ck_assert_uint_eq(weft_count_errors(self->caught), 1);
    }
    weft_end;
    weft_group_forget_errors(&self->group);
    ck_assert_int_eq(munmap(self->child, sizeof(*self->child)), 0);
    ck_assert_ptr_null(weft_first_error(self->caught).error);
}
WEFT_ASYNC_END

START_TEST(a_group_that_has_forgotten_its_errors_does_not_look_at_its_children)
{
    static WEFT_TASK(frees_its_child) task;
    child_task *const memory =
        mmap(NULL, sizeof(*memory), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert(memory != MAP_FAILED);
    ck_no_error(weft_run(&loop, frees_its_child, &task, .child = memory));
    ck_recorded("a");
}
END_TEST

/* ---- Memory ---- */

WEFT_ASYNC(reusing, weft_group group; int i;)
{
    static const struct plan plans[] = {{.delay = 1}, {.delay = 9}};
    weft_with_group(&self->group) {
        weft_group_create_task(&self->group, child, &children[1], .name = 'b', .plan = &plans[1]);
        for (self->i = 0; self->i < 3; self->i++) {
            weft_group_create_task(&self->group, child, &children[0], .name = 'a',
                                   .plan = &plans[0]);
            weft_await(&children[0]);
        }
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(a_childs_memory_is_free_when_the_task_that_awaited_it_runs)
{
    static WEFT_TASK(reusing) task;
    ck_no_error(weft_run(&loop, reusing, &task));
    ck_recorded("aaab");
}
END_TEST

START_TEST(a_childs_memory_is_not_free_before_its_group_is_notified)
{
    static const struct plan one[] = {{.delay = 1}};
    start_family(one, 1, NULL);
    ck_assert(weft_is_free(&children[0]));
    run_until_end_of(&children[0]);
    ck_assert(weft_done(&children[0]) && !weft_is_free(&children[0]));
    EXPECT_PANIC(weft_loop_create_task(&loop, child, &children[0], .name = 'z'), "whose group");
    EXPECT_PANIC(start_from_callback(&loop, &canceller);
                 weft_loop_create_task(&loop, child, &children[1], .name = 'z'), "has not ended");
}
END_TEST

/* The memory of a failed child is used again before its siblings fail. The siblings' errors are
 * in the group's error, and the walk ends at the memory that was used again. */
static const struct plan idle = {.delay = 50};

static void reuse_first(weft_loop *of, weft_handle *handle)
{
    (void)handle;
    weft_loop_create_task(of, child, &children[0], .name = 'n', .plan = &idle);
}

START_TEST(a_failed_childs_memory_may_be_used_again_before_its_siblings_fail)
{
    static const struct plan three[] = {{.delay = 1, .error = &fail},
                                        {.delay = 9, .stays = 5, .late = &fail},
                                        {.delay = 9, .stays = 6, .late = &other_fail}};
    ck_no_error(weft_call_at(&loop, &canceller, clock_at(3), reuse_first));
    start_family(three, 3, NULL);
    run_dry();
    ck_recorded("aBC=(fail other)0n");
    ck_assert_uint_eq(weft_count_errors(weft_error_of(&parent)), 2);
    ck_assert_uint_eq(count_tasks(), 0);
}
END_TEST

/* The memory is used again in another group, which then fails. The two errors must stay apart. */
WEFT_ASYNC(stranger, weft_group group; const weft_error *caught;)
{
    static const struct plan plan = {.delay = 0, .error = &other_fail};
    weft_try {
        weft_with_group(&self->group) {
            weft_group_create_task(&self->group, child, &children[0], .name = 'n', .plan = &plan);
        }
        weft_end;
    }
    weft_catch(&weft_group_error, self->caught) {
        note_outcome(self->caught, weft_current_task());
        weft_sleep(UNITS(20));
        note_outcome(self->caught, weft_current_task());
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_TASK(stranger) other_group;

static void reuse_first_in_a_group(weft_loop *of, weft_handle *handle)
{
    (void)handle;
    weft_loop_create_task(of, stranger, &other_group);
}

START_TEST(a_failed_childs_memory_may_fail_again_in_another_group)
{
    static const struct plan two[] = {{.delay = 1, .error = &fail},
                                      {.delay = 9, .stays = 5, .late = &fail}};
    ck_no_error(weft_call_at(&loop, &canceller, clock_at(3), reuse_first_in_a_group));
    RUN_FAMILY(two, NULL, 0);
    ck_recorded("aBn=(other)0=(fail)0=(other)0");
}
END_TEST

/* The last error links to the first. */
START_TEST(a_walk_ends_where_memory_was_used_again)
{
    static const struct plan three[] = {SOON(fail), SOON(other_fail), SOON(fail)};
    static const char *const left[] = {"()", "(fail)", "()"};
    RUN_FAMILY(three, NULL, 0);
    ck_recorded("abc=(fail other fail)0");
    weft_loop_create_task(&loop, child, &children[_i], .name = 'n', .plan = &idle);
    note_what(weft_error_of(&parent));
    ck_recorded(left[_i]);
}
END_TEST

/* The group's memory is used for something else. Its children must still find their loop. */
WEFT_ASYNC(awaits_child, const weft_error *caught;)
{
    weft_try {
        weft_await(&children[0]);
        weft_await(&children[1]);
    }
    weft_catch(&fail, self->caught) {
        note("fail");
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(children_outlive_their_group)
{
    static const struct plan two[] = {{.delay = 1}, SOON(fail)};
    static WEFT_TASK(awaits_child) task;
    RUN_FAMILY(two, NULL, 0);
    ck_assert_ptr_nonnull(weft_error_of(&parent));
    memset(&parent, 0xFF, sizeof(parent));
    ck_no_error(weft_run(&loop, awaits_child, &task));
    ck_assert(!weft_cancel(&children[0]));
    weft_loop_create_task(&loop, child, &children[0], .name = 'n', .plan = &two[0]);
    run_dry();
    ck_recorded("ab=(fail)0failn");
    memset(&parent, 0, sizeof(parent));
}
END_TEST

/* A failed child keeps its counts, and a surplus weft_uncancel has no effect. */
START_TEST(a_failed_child_is_a_task_like_any_other)
{
    static const struct plan two[] = {{.delay = 1, .error = &fail}, {.delay = 9, .late = &fail}};
    RUN_FAMILY(two, NULL, 0);
    ck_assert_uint_eq(weft_cancelling(&children[0].task), 0);
    ck_assert_uint_eq(weft_cancelling(&children[1].task), 1);
    ck_assert_uint_eq(weft_uncancel(&children[1].task), 0);
    ck_assert_uint_eq(weft_uncancel(&children[1].task), 0);
    ck_assert(weft_done(&children[0]) && !weft_cancelled(&children[0]));
    ck_assert(!weft_cancel(&children[0]));
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&children[0].task).what, "nothing"));
    note_what(weft_error_of(&parent));
    ck_recorded("aB=(fail fail)0(fail fail)");
}
END_TEST

/* ---- Reports ---- */

START_TEST(all_tasks_lists_tasks_without_a_group_and_then_each_groups)
{
    static const struct plan two[] = {{.delay = 2}, {.delay = 3}};
    static child_task alone;
    start_family(two, 2, NULL);
    tick();
    weft_loop_create_task(&loop, child, &alone, .name = 'z', .plan = &two[1]);
    weft_task *task = weft_first_task(&loop);
    ck_assert_ptr_eq(task, &parent.task);
    ck_assert_ptr_eq(task = weft_next_task(task), &alone.task);
    ck_assert_ptr_eq(task = weft_next_task(task), &children[0].task);
    ck_assert_ptr_eq(task = weft_next_task(task), &children[1].task);
    ck_assert_ptr_null(weft_next_task(task));
    run_until_end_of(&children[0]);
    ck_assert_uint_eq(count_tasks(), 3); /* the group is not notified yet */
    run_dry();
    record[0] = '\0';
}
END_TEST

START_TEST(all_tasks_leaves_out_a_failed_child_whose_group_is_not_notified_yet)
{
    static const struct plan two[] = {{.delay = 1, .error = &fail}, {.delay = 3}};
    start_family(two, 2, NULL);
    run_until_end_of(&children[0]);
    weft_task *const first = weft_first_task(&loop);
    ck_assert_ptr_eq(first, &parent.task);
    ck_assert_ptr_eq(weft_next_task(first), &children[1].task);
    ck_assert_ptr_null(weft_next_task(&children[1].task));
    run_dry();
    record[0] = '\0';
}
END_TEST

START_TEST(a_parent_waits_for_its_group)
{
    static const struct plan one[] = {{.delay = 2}};
    start_family(one, 1, NULL);
    tick();
    const weft_wait_info waiting = weft_task_waits_for(&parent.task);
    ck_assert_str_eq(waiting.what, "group");
    ck_assert_ptr_eq(waiting.object, &parent.frame.group);
    ck_assert_ptr_null(waiting.holder);
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&children[0].task).what, "nothing"));
    tick();
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&children[0].task).what, "sleep"));
    run_dry();
    record[0] = '\0';
}
END_TEST

WEFT_ASYNC_NAMED(yolo, name, const char *name;)
{
    weft_sleep(0);
}
WEFT_ASYNC_END

WEFT_ASYNC(names, weft_group group; WEFT_TASK(yolo) child;)
{
    weft_with_group(&self->group) {
        weft_group_create_task(&self->group, yolo, &self->child, .name = "yolo");
        note(weft_task_name(&self->child.task));
    }
    weft_end;
}
WEFT_ASYNC_END

/* CPython: test_taskgroups.TestTaskGroup.test_taskgroup_task_name */
START_TEST(a_child_has_a_name)
{
    static WEFT_TASK(names) task;
    ck_no_error(weft_run(&loop, names, &task));
    ck_recorded("yolo");
}
END_TEST

WEFT_ASYNC(numbering, weft_group group; WEFT_TASK(yolo) children[2]; int n;)
{
    weft_with_group(&self->group) {
        weft_group_create_task(&self->group, yolo, &self->children[self->n++], .name = "first");
        weft_group_create_task(&self->group, yolo, &self->children[self->n++], .name = "second");
        note(weft_task_name(&self->children[0].task));
        note(weft_task_name(&self->children[1].task));
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(the_task_of_a_child_is_evaluated_once)
{
    static WEFT_TASK(numbering) task;
    ck_no_error(weft_run(&loop, numbering, &task));
    ck_recorded("firstsecond");
    ck_assert_int_eq(task.frame.n, 2);
}
END_TEST

/* ---- The end of the loop ---- */

START_TEST(a_shutdown_ends_parents_and_children)
{
    static const struct plan two[] = {{.delay = 9}, {.delay = 9, .stays = 3}};
    start_family(two, 2, NULL);
    tick();
    tick();
    ck_no_error(weft_shutdown(&loop));
    ck_recorded("AB=cancelled1");
    ck_assert_uint_eq(count_tasks(), 0);
    ck_assert_ptr_eq(loop.tasks.next, &loop.tasks);
}
END_TEST

/* Closes the loop at each tick of a group's life. */
START_TEST(a_loop_may_be_closed_with_groups_open_and_their_frames_are_free)
{
    static const struct plan two[] = {{.delay = 1, .error = &fail}, {.delay = 9, .stays = 2}};
    for (int ticks = 0; ticks < 8; ticks++) {
        start_family(two, 2, NULL);
        for (int i = 0; i < ticks; i++)
            tick();
        ck_no_error(weft_loop_close(&loop));
        ck_assert_uint_eq(count_tasks(), 0);
        ck_assert(weft_done(&parent));
    }
    record[0] = '\0';
    RUN_FAMILY(two, NULL, 0);
    ck_recorded("aB=(fail)0");
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("group");
    tcase_add_loop_test(tests, a_block_ends_when_its_body_and_all_its_children_have, 0, 3);
    tcase_add_test(tests, a_block_without_children_does_not_wait);
    tcase_add_loop_test(tests, a_block_may_be_left_in_any_way_and_its_children_end_first, 0, WAYS);
    tcase_add_test(tests, an_error_of_the_body_cancels_the_children_and_is_the_last_in_the_groups);
    tcase_add_loop_test(tests, a_child_that_fails_cancels_its_siblings_in_order_and_the_body, 0, 2);
    tcase_add_test(tests, all_children_that_fail_in_one_tick_are_in_the_error_in_order);
    tcase_add_test(tests, errors_are_walked_in_the_order_of_failing_the_bodys_last);
    tcase_add_test(tests, a_body_that_makes_another_error_of_a_cancellation_fails_the_group);
    tcase_add_test(tests, body_and_child_fail);
    tcase_add_test(tests, the_bodys_own_error_counts);
    tcase_add_test(tests, an_error_that_is_no_groups_is_walked_as_itself);
    tcase_add_test(tests, a_groups_error_is_of_its_kind_and_has_a_text);
    tcase_add_test(tests, errors_of_children_count_as_retrieved);
    tcase_add_test(tests, a_child_that_is_cancelled_alone_is_no_failure);
    tcase_add_test(tests, a_group_that_is_cancelled_while_it_waits_cancels_its_children_in_order);
    tcase_add_loop_test(tests, a_group_that_is_cancelled_in_its_body_cancels_its_children, 0, 2);
    tcase_add_test(tests, a_cancellation_that_the_body_catches_does_not_reach_the_children);
    tcase_add_test(tests, a_group_is_cancelled_again_while_it_waits_for_its_cancelled_children);
    tcase_add_loop_test(tests, a_cancellation_after_the_last_childs_end_is_not_lost, 0, 2);
    tcase_add_loop_test(tests, a_child_that_fails_after_a_cancellation_leaves_it_counted, 0, 2);
    tcase_add_test(tests, a_groups_error_leaves_the_highest_count_of_requests);
    tcase_add_test(tests, gh_116720_a_cancellation_from_outside_outlives_the_groups_error);
    tcase_add_test(tests, a_groups_own_cancellation_is_taken_back);
    tcase_add_loop_test(tests, gh_116720_groups_in_groups_keep_their_requests_apart, 0,
                        sizeof(nests) / sizeof(nests[0]));
    tcase_add_test(tests, a_cancellation_of_an_awaiting_task_reaches_the_group_of_its_target);
    tcase_add_test(tests, children_may_come_and_go_while_the_body_runs);
    tcase_add_test(tests, children_may_have_siblings_while_their_parent_waits);
    tcase_add_test(tests, a_callback_may_start_a_child);
    tcase_add_test(tests, a_child_is_refused_once_the_last_has_ended);
    tcase_add_test(tests,
                   a_child_is_refused_before_the_block_and_behind_it_and_its_memory_is_as_it_was);
    tcase_add_test(tests, gh_94398_a_child_is_refused_while_the_group_shuts_down);
    tcase_add_loop_test(tests, a_child_is_refused_if_its_group_is_cancelled_while_it_is_started, 0,
                        6);
    tcase_add_loop_test(tests, a_child_may_start_at_once, 0, 3);
    tcase_add_loop_test(tests, a_cancelled_group_ends_without_an_error_unless_a_part_fails, 0,
                        sizeof(cancelled_groups) / sizeof(cancelled_groups[0]));
    tcase_add_loop_test(tests, a_cancelled_group_whose_task_is_cancelled_too_is_cancelled, 0, 4);
    tcase_add_test(tests, a_group_that_was_not_entered_or_has_ended_is_not_cancelled);
    tcase_add_test(tests, a_body_may_cancel_its_group_and_all_goes_on_behind_it);
    tcase_add_test(tests, a_request_from_before_a_cancelled_group_does_not_count);
    tcase_add_test(tests, a_sibling_that_has_ended_too_is_not_cancelled);
    tcase_add_test(tests, a_late_failure_does_not_cancel_the_parent);
    tcase_add_test(tests, children_that_are_cancelled_already_are_not_cancelled_with_the_group);
    tcase_add_test(tests, a_group_that_is_entered_twice_is_refused_and_can_be_reused);
    tcase_add_test(tests, a_group_that_is_entered_again_has_forgotten_its_errors);
    tcase_add_test(tests, a_group_forgets_the_bodys_own_error_too);
    tcase_add_test(tests, a_group_that_has_forgotten_its_errors_does_not_look_at_its_children);
    tcase_add_test(tests, a_childs_memory_is_free_when_the_task_that_awaited_it_runs);
    tcase_add_test(tests, a_childs_memory_is_not_free_before_its_group_is_notified);
    tcase_add_test(tests, a_failed_childs_memory_may_be_used_again_before_its_siblings_fail);
    tcase_add_test(tests, a_failed_childs_memory_may_fail_again_in_another_group);
    tcase_add_loop_test(tests, a_walk_ends_where_memory_was_used_again, 0, 3);
    tcase_add_test(tests, children_outlive_their_group);
    tcase_add_test(tests, a_failed_child_is_a_task_like_any_other);
    tcase_add_test(tests, all_tasks_lists_tasks_without_a_group_and_then_each_groups);
    tcase_add_test(tests, all_tasks_leaves_out_a_failed_child_whose_group_is_not_notified_yet);
    tcase_add_test(tests, a_parent_waits_for_its_group);
    tcase_add_test(tests, a_child_has_a_name);
    tcase_add_test(tests, the_task_of_a_child_is_evaluated_once);
    tcase_add_test(tests, a_shutdown_ends_parents_and_children);
    tcase_add_test(tests, a_loop_may_be_closed_with_groups_open_and_their_frames_are_free);
    return run_suite();
}
