/* SPDX-License-Identifier: MIT */
/* gather: one wait for several awaitables, which leaves no link behind. */
#include "helper.h"

#include <stdlib.h>

/* A part: sleeps, then ends with a result or an error. It may go on sleeping after a
 * cancellation. */
struct part {
    weft_frame frame;
    char name;
    weft_time delay;
    const weft_error *error;
    weft_time stays;
    weft_exit left;
    const weft_error *caught;
    int result;
};

WEFT_ASYNC_BODY(part)
{
    weft_try {
        weft_sleep(self->delay);
        note_letter(self->name);
        self->result = 10 * self->name;
        weft_check(self->error);
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        note("x");
        if (!self->stays)
            weft_raise(self->caught);
        weft_sleep(self->stays);
        note_letter(self->name);
    }
    weft_end;
}
WEFT_ASYNC_END

enum { PARTS = 3 };

static WEFT_TASK(part) parts[PARTS];
static weft_future future;

/* Gathers the parts, and also the future if `with_future`. */
struct gathering {
    weft_frame frame;
    bool collects, with_future, twice;
    const weft_error *caught;
    WEFT_GATHER(PARTS + 1) gather;
    int i;
};

WEFT_ASYNC_BODY(gathering)
{
    for (self->i = 0; self->i < PARTS; self->i++)
        weft_check(weft_gather_add(&self->gather, &parts[self->i]));
    if (self->with_future)
        weft_check(weft_gather_add(&self->gather, &future));
    if (self->twice)
        weft_check(weft_gather_add(&self->gather, &parts[0]));
    weft_try {
        if (self->collects)
            weft_gather_collect(&self->gather);
        else
            weft_gather_all(&self->gather);
    }
    weft_catch(&weft_base_error, self->caught) {
    }
    weft_end;
    note_error(self->caught);
}
WEFT_ASYNC_END

static WEFT_TASK(gathering) parent;

/* Starts the parts. They sleep 3, 2 and 1, and end with the errors given. */
static void start_parts(const weft_error *first, const weft_error *second, const weft_error *third)
{
    const weft_error *const errors[] = {first, second, third};
    weft_loop_create_future(&loop, &future);
    for (int i = 0; i < PARTS; i++)
        weft_loop_create_task(&loop, part, &parts[i], .name = (char)('a' + i),
                              .delay = (weft_time)(PARTS - i), .error = errors[i]);
}

/* gh-79306: the parts have no waiters left. */
static bool nothing_is_linked(void)
{
    if (parent.frame.gather.gather.multi_wait.count || !weft_done(&parent))
        return false;
    for (int i = 0; i < PARTS + 1; i++)
        if (weft_handle_pending(&parent.frame.gather.parts[i].handle))
            return false;
    return true;
}

/* CPython: test_tasks.GatherTestsBase.test_success */
/* CPython: test_tasks.GatherTestsBase.test_result_exception_success */
/* CPython: test_tasks.FutureGatherTests.test_constructor_homogenous_futures */
START_TEST(a_gather_ends_with_the_last_and_results_are_in_the_parts)
{
    start_parts(NULL, NULL, NULL);
    ck_no_error(weft_run(&loop, gathering, &parent, .collects = _i));
    ck_recorded("cba=ok");
    for (int i = 0; i < PARTS; i++)
        ck_assert_int_eq(parts[i].frame.result, 10 * ('a' + i));
    ck_assert(nothing_is_linked());
    ck_assert_uint_eq(elapsed(), 3);
}
END_TEST

/* CPython: test_tasks.GatherTestsBase.test_one_exception */
START_TEST(the_first_error_ends_a_gather_and_leaves_the_others_alone)
{
    start_parts(&fail, &other_fail, NULL);
    weft_loop_create_task(&loop, gathering, &parent);
    ck_no_error(weft_run_until_complete(&loop, &parent));
    ck_recorded("cb=other"); /* the first error in time, not in the order of the parts */
    ck_assert(nothing_is_linked());
    ck_assert(!weft_done(&parts[0]) && weft_cancelling(&parts[0].task) == 0);
    run_dry();
    ck_recorded("a");
    ck_error(weft_error_of(&parts[0]), &fail);
}
END_TEST

/* CPython: test_tasks.GatherTestsBase.test_return_exceptions */
START_TEST(collect_stores_errors_as_results)
{
    start_parts(&fail, NULL, &other_fail);
    ck_no_error(weft_run(&loop, gathering, &parent, .collects = true));
    ck_recorded("cba=ok");
    ck_error(weft_error_of(&parts[0]), &fail);
    ck_error(weft_error_of(&parts[1]), NULL);
    ck_error(weft_error_of(&parts[2]), &other_fail);
    ck_assert(nothing_is_linked());
}
END_TEST

/* asyncio: a child that was cancelled alone is an error like any other. */
/* CPython: test_tasks.FutureGatherTests.test_one_cancellation */
/* CPython: test_tasks.FutureGatherTests.test_result_exception_one_cancellation */
START_TEST(a_part_that_is_cancelled_alone_fails_the_gather)
{
    static const char *const recorded[] = {"x=cancelled", "xca=ok"};
    start_parts(NULL, NULL, NULL);
    weft_loop_create_task(&loop, gathering, &parent, .collects = _i);
    tick();
    weft_cancel(&parts[1]);
    ck_no_error(weft_run_until_complete(&loop, &parent));
    ck_recorded(recorded[_i]);
    ck_no_error(weft_shutdown(&loop));
}
END_TEST

static void count_failure(weft_loop *of, weft_task *task, const weft_error *error)
{
    (void)of, (void)task;
    note_error(error);
}

START_TEST(errors_that_a_gather_was_notified_of_count_as_retrieved)
{
    weft_set_exception_handler(&loop, count_failure);
    start_parts(&fail, &fail, &fail);
    ck_no_error(weft_run(&loop, gathering, &parent, .collects = true));
    weft_loop_close(&loop);
    ck_recorded("cba=ok");
}
END_TEST

/* Also the errors of later parts count as retrieved, though the gather raises only the first. */
START_TEST(errors_of_parts_that_had_failed_count_as_retrieved)
{
    weft_set_exception_handler(&loop, count_failure);
    start_parts(&fail, &other_fail, &fail);
    run_dry();
    weft_loop_create_task(&loop, gathering, &parent);
    run_dry();
    weft_loop_close(&loop);
    ck_recorded("cba=fail");
}
END_TEST

/* ---- Empty, ended, given twice, no room ---- */

struct empty {
    weft_frame frame;
    WEFT_GATHER(1) gather;
};

WEFT_ASYNC_BODY(empty)
{
    weft_gather_all(&self->gather);
    note("1");
    weft_gather_collect(&self->gather);
    note("2");
}
WEFT_ASYNC_END

/* CPython: test_tasks.FutureGatherTests.test_constructor_empty_sequence_use_running_loop */
START_TEST(an_empty_gather_does_not_wait)
{
    static WEFT_TASK(empty) task;
    weft_loop_create_task(&loop, empty, &task);
    tick();
    ck_recorded("12");
}
END_TEST

static const struct {
    bool collects;
    const weft_error *error;
    const char *recorded;
} ended[] = {
    {false, NULL, "=ok"},
    {false, &fail, "=fail"},
    {true, &fail, "=ok"},
};

START_TEST(parts_that_have_all_ended_are_not_waited_for)
{
    start_parts(NULL, ended[_i].error, NULL);
    run_dry();
    ck_recorded("cba");
    weft_loop_create_task(&loop, gathering, &parent, .collects = ended[_i].collects);
    tick();
    ck_recorded(ended[_i].recorded);
    ck_assert(nothing_is_linked() && loop_is_idle());
}
END_TEST

START_TEST(a_part_that_had_failed_ends_the_gather_at_once)
{
    start_parts(NULL, NULL, &fail);
    tick();
    tick();
    tick();
    ck_recorded("c");
    weft_loop_create_task(&loop, gathering, &parent);
    tick();
    ck_recorded("=fail");
    ck_assert(nothing_is_linked());
    run_dry();
    ck_recorded("ba");
}
END_TEST

START_TEST(a_part_that_had_ended_counts_once)
{
    start_parts(NULL, NULL, NULL);
    do
        tick();
    while (!weft_done(&parts[2]));
    weft_loop_create_task(&loop, gathering, &parent, .collects = _i);
    run_dry();
    ck_recorded("cba=ok");
}
END_TEST

/* CPython: test_tasks.CoroutineGatherTests.test_duplicate_coroutines */
START_TEST(a_part_that_is_given_twice_is_fine)
{
    start_parts(NULL, NULL, NULL);
    ck_no_error(weft_run(&loop, gathering, &parent, .twice = true, .collects = _i & 1));
    ck_recorded("cba=ok");
    ck_assert(nothing_is_linked());
    start_parts(&fail, NULL, NULL);
    ck_no_error(weft_run(&loop, gathering, &parent, .twice = true, .collects = _i & 1));
    ck_recorded(_i & 1 ? "cba=ok" : "cba=fail");
    ck_assert(nothing_is_linked());
}
END_TEST

START_TEST(parts_that_do_not_fit_or_were_never_started_are_refused)
{
    static WEFT_GATHER(1) gather;
    static weft_future never;
    weft_loop_create_future(&loop, &future);
    ck_error(weft_gather_add(&gather, &never), &weft_invalid_state_error);
    ck_no_error(weft_gather_add(&gather, &future));
    ck_error(weft_gather_add(&gather, &future), &weft_invalid_state_error);
    ck_assert_uint_eq(gather.gather.multi_wait.count, 1);
}
END_TEST

struct growing {
    weft_frame frame;
    WEFT_GATHER_OVER gather;
    weft_part room[PARTS];
    int i;
};

WEFT_ASYNC_BODY(growing)
{
    for (self->i = 0; self->i < PARTS; self->i++)
        weft_check(weft_gather_add_in(&self->gather, self->room, PARTS, &parts[self->i]));
    WEFT_WAIT_(weft_gather_begin_(weft_context_, &self->gather.gather, false), );
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

/* ---- Cancellation ---- */

WEFT_ASYNC(gathering_these, WEFT_GATHER(PARTS) gather;)
{
    weft_gather(&self->gather, &parts[0], &future, &parts[2]);
    note("all");
    weft_gather(&self->gather, &parts[1]);
    note("one");
}
WEFT_ASYNC_END

static weft_handle ending;

static void end_future(weft_loop *running, weft_handle *handle)
{
    (void)running, (void)handle;
    note("f");
    ck_no_error(weft_set_done(&future));
}

START_TEST(a_gather_of_these_waits_for_each_of_them_whatever_they_are)
{
    static WEFT_TASK(gathering_these) task;
    start_parts(NULL, NULL, NULL);
    ck_no_error(weft_call_later(&loop, &ending, UNITS(5), end_future));
    ck_no_error(weft_run(&loop, gathering_these, &task));
    ck_recorded("cbafallone");
}
END_TEST

START_TEST(a_gather_of_these_raises_the_first_error)
{
    static WEFT_TASK(gathering_these) task;
    start_parts(NULL, NULL, &fail);
    ck_error(weft_run(&loop, gathering_these, &task), &fail);
    ck_assert_uint_eq(task.frame.gather.gather.multi_wait.count, 0);
}
END_TEST

/* Adds a last part that does not fit, or that was never started. */
WEFT_ASYNC(gathering_too_many, bool never; WEFT_GATHER(PARTS) gather; const weft_error *caught;)
{
    static weft_future never_started;
    weft_try {
        if (self->never)
            weft_gather(&self->gather, &parts[0], &parts[1], &never_started);
        else
            weft_gather(&self->gather, &parts[0], &parts[1], &parts[2], &future);
    }
    weft_catch(&weft_invalid_state_error, self->caught) {
        note("refused");
    }
    weft_end;
    weft_gather(&self->gather, &parts[2], &parts[1], &parts[0]);
    note("all");
}
WEFT_ASYNC_END

START_TEST(a_gather_of_these_takes_all_or_none)
{
    static WEFT_TASK(gathering_too_many) task;
    start_parts(NULL, NULL, NULL);
    ck_no_error(weft_run(&loop, gathering_too_many, &task, .never = _i));
    ck_recorded("refusedcbaall");
}
END_TEST

WEFT_ASYNC(gathering_each, bool collects; const weft_error *error; WEFT_GATHER_OF(part, PARTS) all;)
{
    if (self->collects)
        weft_gather_collect_each(&self->all, i, part, (char)('a' + i), (weft_time)(PARTS - i),
                                 i == 1 ? self->error : NULL);
    else
        weft_gather_each(&self->all, i, part, (char)('a' + i), (weft_time)(PARTS - i),
                         i == 1 ? self->error : NULL);
    note("all");
}
WEFT_ASYNC_END

static WEFT_TASK(gathering_each) each;

START_TEST(a_gather_of_each_starts_its_tasks_in_order_and_has_their_results)
{
    ck_no_error(weft_run(&loop, gathering_each, &each, .collects = _i));
    ck_recorded("cbaall");
    for (int i = 0; i < PARTS; i++)
        ck_assert_int_eq(each.frame.all.tasks[i].frame.result, 10 * ('a' + i));
}
END_TEST

START_TEST(a_gather_of_each_raises_the_first_error_and_the_others_go_on)
{
    weft_loop_create_task(&loop, gathering_each, &each, .error = &fail);
    ck_error(weft_run_until_complete(&loop, &each), &fail);
    ck_recorded("cb");
    run_dry();
    ck_recorded("a");
}
END_TEST

START_TEST(a_gather_that_collects_each_stores_errors_as_results)
{
    ck_no_error(weft_run(&loop, gathering_each, &each, .collects = true, .error = &fail));
    ck_recorded("cbaall");
    ck_error(weft_error_of(&each.frame.all.tasks[1]), &fail);
    ck_error(weft_error_of(&each.frame.all.tasks[2]), NULL);
}
END_TEST

/* CPython: test_tasks.CoroutineGatherTests.test_cancellation_broadcast */
/* Another part was added before, so there is no room for the tasks. */
WEFT_ASYNC(gathering_each_too_many, WEFT_GATHER_OF(part, 1) all;)
{
    weft_check(weft_gather_add(&self->all, &future));
    weft_gather_each(&self->all, i, part, .name = (char)('a' + i));
}
WEFT_ASYNC_END

START_TEST(a_gather_of_each_starts_all_or_none)
{
    static WEFT_TASK(gathering_each_too_many) task;
    weft_loop_create_future(&loop, &future);
    ck_error(weft_run(&loop, gathering_each_too_many, &task), &weft_invalid_state_error);
    ck_assert(!task.frame.all.tasks[0].awaitable.scope);
}
END_TEST

START_TEST(a_cancelled_gather_cancels_all_its_parts)
{
    start_parts(NULL, NULL, NULL);
    weft_loop_create_task(&loop, gathering, &parent, .with_future = true, .collects = _i);
    tick();
    ck_assert(weft_cancel(&parent));
    ck_assert(weft_cancelled(&future));
    for (int i = 0; i < PARTS; i++)
        ck_assert_uint_eq(weft_cancelling(&parts[i].task), 1);
    run_dry();
    ck_recorded("xxx=cancelled");
    ck_assert(nothing_is_linked());
    ck_assert_uint_eq(elapsed(), 0);
}
END_TEST

/* The gather ends cancelled, though all its parts caught the cancellation and returned. */
/* CPython: test_tasks.BaseTaskTests.test_cancel_gather_2 */
START_TEST(a_cancelled_gather_ends_cancelled_after_all_its_parts)
{
    weft_loop_create_future(&loop, &future);
    for (int i = 0; i < PARTS; i++)
        weft_loop_create_task(&loop, part, &parts[i], .name = (char)('a' + i), .delay = 100,
                              .stays = 1 + (weft_time)i);
    weft_loop_create_task(&loop, gathering, &parent, .collects = _i);
    tick();
    ck_assert(weft_cancel(&parent));
    run_dry();
    ck_recorded("xxxabc=cancelled");
    for (int i = 0; i < PARTS; i++)
        ck_assert(!weft_cancelled(&parts[i]));
}
END_TEST

START_TEST(a_gather_is_cancelled_twice)
{
    start_parts(NULL, NULL, NULL);
    weft_loop_create_task(&loop, gathering, &parent, .collects = true);
    tick();
    ck_assert(weft_cancel(&parent) && weft_cancel(&parent));
    ck_assert_uint_eq(weft_cancelling(&parent.task), 2);
    run_dry();
    ck_recorded("xxx=cancelled");
    ck_assert(weft_done(&parent) && !weft_cancelled(&parent) && nothing_is_linked());
}
END_TEST

START_TEST(a_gather_is_cancelled_again_while_it_waits_for_its_cancelled_parts)
{
    weft_loop_create_future(&loop, &future);
    for (int i = 0; i < PARTS; i++)
        weft_loop_create_task(&loop, part, &parts[i], .name = (char)('a' + i), .delay = 100,
                              .stays = 50);
    weft_loop_create_task(&loop, gathering, &parent);
    tick();
    weft_cancel(&parent);
    tick();
    ck_recorded("xxx");
    weft_cancel(&parent);
    run_dry();
    ck_recorded("=cancelled");
    ck_assert_uint_eq(elapsed(), 0);
}
END_TEST

/* gh-86296. All parts have ended, and the notification is queued. The gather has no part left
 * to cancel. */
/* CPython: test_tasks.BaseTaskTests.test_cancel_gather_1 */
START_TEST(a_cancellation_after_the_last_part_ended_is_raised_in_the_parent)
{
    start_parts(NULL, NULL, NULL);
    weft_loop_create_task(&loop, gathering, &parent);
    tick();
    while (!weft_done(&parts[0]))
        tick();
    ck_recorded("cba");
    ck_assert(!weft_done(&parent) && weft_cancel(&parent));
    run_dry();
    ck_recorded("=cancelled");
    for (int i = 0; i < PARTS; i++)
        ck_assert(!weft_cancelled(&parts[i]));
}
END_TEST

/* The request has ended no wait: the parts ended by themselves. */
START_TEST(a_cancellation_after_the_last_part_ended_can_be_taken_back)
{
    start_parts(NULL, NULL, NULL);
    weft_loop_create_task(&loop, gathering, &parent);
    while (!weft_done(&parts[0]))
        tick();
    ck_assert(!weft_done(&parent) && weft_cancel(&parent));
    ck_assert_uint_eq(weft_uncancel(&parent.task), 0);
    run_dry();
    ck_recorded("cba=ok");
}
END_TEST

/* A tree of gathers: each gather waits for two gathers of the next level. */
struct tree {
    weft_frame frame;
    int depth;
    struct tree_children *children;
    WEFT_GATHER(2) gather;
};

typedef WEFT_TASK(tree) tree_task;

struct tree_children {
    tree_task tasks[2];
};

static struct tree_children children[64];
static size_t used;

WEFT_ASYNC_BODY(tree)
{
    if (self->depth == 0) {
        weft_sleep(UNITS(1000));
        note("never");
    }
    self->children = &children[used++];
    for (int i = 0; i < 2; i++) {
        weft_create_task(tree, &self->children->tasks[i], .depth = self->depth - 1);
        weft_check(weft_gather_add(&self->gather, &self->children->tasks[i]));
    }
    weft_gather_all(&self->gather);
    note("never");
}
WEFT_ASYNC_END

START_TEST(a_cancel_reaches_the_leaves_of_gathers_in_gathers)
{
    static tree_task root;
    used = 0;
    weft_loop_create_task(&loop, tree, &root, .depth = 5);
    for (int i = 0; i < 6; i++)
        tick();
    ck_assert_uint_eq(count_tasks(), 63);
    ck_assert(weft_cancel(&root));
    for (size_t i = 0; i < used; i++)
        for (int j = 0; j < 2; j++)
            ck_assert_uint_eq(weft_cancelling(&children[i].tasks[j].task), 1);
    run_dry();
    ck_assert(weft_cancelled(&root) && count_tasks() == 0);
    ck_recorded("");
    ck_assert_uint_eq(elapsed(), 0);
}
END_TEST

/* A chain of gathers: each gathers the one before. */
struct link {
    weft_frame frame;
    weft_future *part;
    WEFT_GATHER(1) gather;
};

WEFT_ASYNC_BODY(link)
{
    weft_check(weft_gather_add(&self->gather, self->part));
    weft_gather_all(&self->gather);
    note("never");
}
WEFT_ASYNC_END

typedef WEFT_TASK(link) link_task;

enum { MANY = 300000 };

START_TEST(a_chain_of_gathers_is_cancelled_in_constant_stack)
{
    link_task *const links = calloc(MANY, sizeof(*links));
    weft_loop_create_future(&loop, &future);
    for (size_t i = 0; i < MANY; i++)
        weft_loop_create_task(&loop, link, &links[i],
                              .part = i ? weft_as_future(&links[i - 1]) : &future);
    tick();
    ck_assert(weft_cancel(&links[MANY - 1]));
    ck_assert(weft_cancelled(&future));
    run_dry();
    for (size_t i = 0; i < MANY; i++)
        ck_assert(weft_cancelled(&links[i]));
    ck_recorded("");
    free(links);
}
END_TEST

/* asyncio recurses here until its stack overflows. A circle of one is a task that gathers
 * itself. */
START_TEST(a_circle_of_gathers_is_a_deadlock_that_survives_a_cancel)
{
    link_task *const links = calloc((size_t)_i, sizeof(*links));
    for (int i = 0; i < _i; i++)
        weft_loop_create_task(&loop, link, &links[i], .part = weft_as_future(&links[(i + 1) % _i]));
    run_dry();
    ck_assert_uint_eq(count_tasks(), (size_t)_i);
    ck_assert(weft_cancel(&links[0]));
    run_dry();
    ck_recorded("");
    weft_loop_close(&loop);
    free(links);
}
END_TEST

START_TEST(a_circle_of_gathers_is_broken_by_a_cancel)
{
    static link_task a, b;
    weft_loop_create_task(&loop, link, &a, .part = weft_as_future(&b));
    weft_loop_create_task(&loop, link, &b, .part = weft_as_future(&a));
    run_dry();
    ck_assert(weft_cancel(&a));
    run_dry();
    ck_assert(weft_cancelled(&a) && weft_cancelled(&b));
}
END_TEST

/* Leaves a circle, while a part of it fails in the same tick. The task must be notified once. */
WEFT_ASYNC(in_circle, weft_future *other; bool with_future; WEFT_GATHER(2) gather;)
{
    weft_check(weft_gather_add(&self->gather, self->other));
    if (self->with_future)
        weft_check(weft_gather_add(&self->gather, &future));
    weft_gather_all(&self->gather);
    note("never");
}
WEFT_ASYNC_END

START_TEST(a_part_fails_in_the_tick_in_which_a_circle_is_broken)
{
    static WEFT_TASK(in_circle) a, b;
    weft_loop_create_future(&loop, &future);
    weft_loop_create_task(&loop, in_circle, &a, .other = weft_as_future(&b), .with_future = true);
    weft_loop_create_task(&loop, in_circle, &b, .other = weft_as_future(&a));
    tick();
    weft_set_error(&future, &fail);
    ck_assert(weft_cancel(&a));
    run_dry();
    ck_assert(weft_cancelled(&a) && weft_cancelled(&b));
    ck_recorded("");
}
END_TEST

/* ---- A request that is older than the gather ---- */

WEFT_ASYNC(cancels_itself, bool collects; WEFT_GATHER(PARTS + 1) gather; int i;)
{
    for (self->i = 0; self->i < PARTS; self->i++)
        weft_check(weft_gather_add(&self->gather, &parts[self->i]));
    weft_check(weft_gather_add(&self->gather, &future));
    weft_cancel(weft_current_task());
    if (self->collects)
        weft_gather_collect(&self->gather);
    else
        weft_gather_all(&self->gather);
    note("never");
}
WEFT_ASYNC_END

/* bpo-34872, for gather: the request cancels the task's next wait. */
START_TEST(a_task_that_has_cancelled_itself_cancels_the_parts_of_its_gather)
{
    static WEFT_TASK(cancels_itself) task;
    start_parts(NULL, NULL, NULL);
    tick();
    weft_loop_create_task(&loop, cancels_itself, &task, .collects = _i);
    tick();
    ck_assert(weft_cancelled(&future));
    for (int i = 0; i < PARTS; i++)
        ck_assert_uint_eq(weft_cancelling(&parts[i].task), 1);
    ck_assert(!weft_done(&task));
    run_dry();
    ck_recorded("xxx");
    ck_assert(weft_cancelled(&task));
    ck_assert_uint_eq(weft_cancelling(&task.task), 1);
    ck_assert_uint_eq(elapsed(), 0);
}
END_TEST

/* All parts had ended, so the gather does not wait. The request stays for the next wait. */
START_TEST(a_task_that_has_cancelled_itself_passes_by_a_gather_that_does_not_wait)
{
    static WEFT_TASK(cancels_itself) task;
    start_parts(NULL, NULL, NULL);
    weft_set_done(&future);
    run_dry();
    ck_recorded("cba");
    weft_loop_create_task(&loop, cancels_itself, &task);
    tick();
    ck_recorded("never");
    ck_assert(weft_cancelled(&task)); /* gh-74234 */
}
END_TEST

/* A gather that was cancelled must be as new when it is used again. */
WEFT_ASYNC(gathers_again, WEFT_GATHER(1) gather; const weft_error *caught;)
{
    weft_check(weft_gather_add(&self->gather, &parts[0]));
    weft_try {
        weft_gather_all(&self->gather);
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        note_error(self->caught);
    }
    weft_end;
    weft_check(weft_gather_add(&self->gather, &parts[1]));
    weft_gather_all(&self->gather);
    note("ok");
}
WEFT_ASYNC_END

START_TEST(a_gather_that_was_cancelled_is_used_again)
{
    static WEFT_TASK(gathers_again) task;
    start_parts(NULL, NULL, NULL);
    weft_loop_create_task(&loop, gathers_again, &task);
    tick();
    weft_cancel(&task);
    run_dry();
    ck_recorded("x=cancelledcbok");
    ck_assert(weft_done(&task) && !weft_cancelled(&task));
}
END_TEST

/* A gather that ended early with an error must be as new when it is used again. */
WEFT_ASYNC(gathers_the_rest, WEFT_GATHER(PARTS) gather; const weft_error *caught;)
{
    weft_try {
        weft_gather(&self->gather, &parts[0], &parts[1], &parts[2]);
    }
    weft_catch(&weft_any_error, self->caught) {
        note_error(self->caught);
    }
    weft_end;
    weft_gather(&self->gather, &parts[0], &parts[1]);
    note("ok");
}
WEFT_ASYNC_END

START_TEST(a_gather_that_failed_early_is_used_again)
{
    static WEFT_TASK(gathers_the_rest) task;
    start_parts(NULL, NULL, &fail);
    ck_no_error(weft_run(&loop, gathers_the_rest, &task));
    ck_recorded("c=failbaok");
    ck_assert_uint_eq(elapsed(), 3);
}
END_TEST

/* Of no parts: none of them has an error. */
WEFT_ASYNC(gathers_none, WEFT_GATHER(PARTS) gather;)
{
    weft_try {
        weft_gather(&self->gather, &parts[0], &parts[1], &parts[2]);
    }
    weft_catch(&weft_any_error) {
    }
    weft_end;
    weft_gather_all(&self->gather);
    note("ok");
}
WEFT_ASYNC_END

START_TEST(a_gather_that_failed_is_used_again_for_nothing)
{
    static WEFT_TASK(gathers_none) task;
    start_parts(NULL, NULL, &fail);
    ck_no_error(weft_run(&loop, gathers_none, &task));
    ck_recorded("cokxx"); /* those that were not waited for end in the shutdown */
}
END_TEST

/* ---- One that is in use ---- */

static WEFT_GATHER(1) shared;

WEFT_ASYNC(sharing, char name; const weft_error *caught;)
{
    weft_try {
        weft_gather_all(&shared);
    }
    weft_catch(&weft_base_error, self->caught) {
    }
    weft_end;
    note_letter(self->name);
    note_error(self->caught);
}
WEFT_ASYNC_END

START_TEST(a_gather_that_is_awaited_is_refused_and_goes_on)
{
    static WEFT_TASK(sharing) sharers[2];
    memset(&shared, 0, sizeof(shared));
    weft_loop_create_future(&loop, &future);
    ck_no_error(weft_gather_add(&shared, &future));
    for (int i = 0; i < 2; i++)
        weft_loop_create_task(&loop, sharing, &sharers[i], .name = (char)('s' + i));
    tick();
    ck_recorded("t=invalid state");
    ck_error(weft_gather_add(&shared, &future), &weft_invalid_state_error);
    weft_set_done(&future);
    run_dry();
    ck_recorded("s=ok");
}
END_TEST

/* After the gather has ended, another task uses it, before the first task runs. */
START_TEST(a_gather_that_has_ended_is_free_at_once)
{
    static WEFT_TASK(sharing) sharers[2];
    static weft_future second;
    memset(&shared, 0, sizeof(shared));
    weft_loop_create_future(&loop, &future);
    weft_loop_create_future(&loop, &second);
    ck_no_error(weft_gather_add(&shared, &future));
    weft_loop_create_task(&loop, sharing, &sharers[0], .name = 's');
    tick();
    weft_set_done(&future);
    tick();
    ck_no_error(weft_gather_add(&shared, &second));
    weft_loop_create_task(&loop, sharing, &sharers[1], .name = 't');
    run_dry();
    ck_recorded("s=ok");
    weft_set_done(&second);
    run_dry();
    ck_recorded("t=ok");
}
END_TEST

START_TEST(an_awaitable_of_another_loop_is_not_gathered)
{
    static weft_virtual other_backend;
    static weft_loop other;
    static WEFT_TASK(sharing) sharer;
    weft_virtual_init(&other_backend);
    weft_loop_init(&other, &other_backend.backend);
    memset(&shared, 0, sizeof(shared));
    weft_loop_create_future(&other, &future);
    if (_i)
        ck_no_error(weft_set_done(&future));
    ck_no_error(weft_gather_add(&shared, &future));
    ck_no_error(weft_run(&loop, sharing, &sharer, .name = 's'));
    ck_recorded("s=invalid state");
    ck_assert(_i || !future.awaitable.waiters);
}
END_TEST

START_TEST(a_task_waits_for_its_gather)
{
    start_parts(NULL, NULL, NULL);
    weft_loop_create_task(&loop, gathering, &parent);
    tick();
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&parent.task).what, "gather"));
    IF_TEXTS(ck_assert_ptr_eq(weft_task_waits_for(&parent.task).object, &parent.frame.gather));
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("gather");
    tcase_add_loop_test(tests, a_gather_ends_with_the_last_and_results_are_in_the_parts, 0, 2);
    tcase_add_test(tests, the_first_error_ends_a_gather_and_leaves_the_others_alone);
    tcase_add_test(tests, collect_stores_errors_as_results);
    tcase_add_loop_test(tests, a_part_that_is_cancelled_alone_fails_the_gather, 0, 2);
    tcase_add_test(tests, errors_that_a_gather_was_notified_of_count_as_retrieved);
    tcase_add_test(tests, errors_of_parts_that_had_failed_count_as_retrieved);
    tcase_add_test(tests, an_empty_gather_does_not_wait);
    tcase_add_loop_test(tests, parts_that_have_all_ended_are_not_waited_for, 0, 3);
    tcase_add_test(tests, a_part_that_had_failed_ends_the_gather_at_once);
    tcase_add_loop_test(tests, a_part_that_had_ended_counts_once, 0, 2);
    tcase_add_loop_test(tests, a_part_that_is_given_twice_is_fine, 0, 2);
    tcase_add_test(tests, parts_that_do_not_fit_or_were_never_started_are_refused);
    tcase_add_test(tests, the_parts_may_be_an_array_of_the_callers);
    tcase_add_test(tests, a_gather_of_these_waits_for_each_of_them_whatever_they_are);
    tcase_add_test(tests, a_gather_of_these_raises_the_first_error);
    tcase_add_loop_test(tests, a_gather_of_these_takes_all_or_none, 0, 2);
    tcase_add_loop_test(tests, a_gather_of_each_starts_its_tasks_in_order_and_has_their_results, 0,
                        2);
    tcase_add_test(tests, a_gather_of_each_raises_the_first_error_and_the_others_go_on);
    tcase_add_test(tests, a_gather_that_collects_each_stores_errors_as_results);
    tcase_add_test(tests, a_gather_of_each_starts_all_or_none);
    tcase_add_loop_test(tests, a_cancelled_gather_cancels_all_its_parts, 0, 2);
    tcase_add_loop_test(tests, a_cancelled_gather_ends_cancelled_after_all_its_parts, 0, 2);
    tcase_add_test(tests, a_gather_is_cancelled_twice);
    tcase_add_test(tests, a_gather_is_cancelled_again_while_it_waits_for_its_cancelled_parts);
    tcase_add_test(tests, a_cancellation_after_the_last_part_ended_is_raised_in_the_parent);
    tcase_add_test(tests, a_cancellation_after_the_last_part_ended_can_be_taken_back);
    tcase_add_test(tests, a_cancel_reaches_the_leaves_of_gathers_in_gathers);
    tcase_add_test(tests, a_chain_of_gathers_is_cancelled_in_constant_stack);
    tcase_add_loop_test(tests, a_circle_of_gathers_is_a_deadlock_that_survives_a_cancel, 1, 4);
    tcase_add_test(tests, a_circle_of_gathers_is_broken_by_a_cancel);
    tcase_add_test(tests, a_part_fails_in_the_tick_in_which_a_circle_is_broken);
    tcase_add_loop_test(tests, a_task_that_has_cancelled_itself_cancels_the_parts_of_its_gather, 0,
                        2);
    tcase_add_test(tests, a_task_that_has_cancelled_itself_passes_by_a_gather_that_does_not_wait);
    tcase_add_test(tests, a_gather_that_was_cancelled_is_used_again);
    tcase_add_test(tests, a_gather_that_failed_early_is_used_again);
    tcase_add_test(tests, a_gather_that_failed_is_used_again_for_nothing);
    tcase_add_test(tests, a_gather_that_is_awaited_is_refused_and_goes_on);
    tcase_add_test(tests, a_gather_that_has_ended_is_free_at_once);
    tcase_add_loop_test(tests, an_awaitable_of_another_loop_is_not_gathered, 0, 2);
    tcase_add_test(tests, a_task_waits_for_its_gather);
    return run_suite();
}
