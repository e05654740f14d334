/* SPDX-License-Identifier: MIT */
/* Eager tasks: they run up to their first wait before their creator goes on. */
#include <stdlib.h>

#include "helper.h"

static weft_event never;

/* What an eager task does in its first step, and after it. */
enum act { END, FAIL, YIELD, WAIT, CANCEL_CREATOR, START_ANOTHER };

struct eager {
    weft_frame frame;
    enum act act;
    char name;
    weft_task *creator;
    struct eager_task *other;
    int result;
};

typedef struct eager_task {
    WEFT_TASK(eager);
} eager_task;

WEFT_ASYNC_BODY(eager)
{
    note_letter(self->name);
    ck_assert_ptr_eq(&weft_current_task()->root, &self->frame);
    if (self->act == FAIL)
        weft_raise(&fail);
    if (self->act == YIELD)
        weft_sleep(0);
    if (self->act == WAIT)
        weft_event_wait(&never);
    if (self->act == CANCEL_CREATOR)
        ck_assert(weft_cancel(self->creator));
    if (self->act == START_ANOTHER)
        weft_create_eager_task(eager, self->other, .name = (char)(self->name + 1));
    self->result = 7;
    note_letter((char)(self->name - 'a' + 'A'));
}
WEFT_ASYNC_END

struct creator {
    weft_frame frame;
    enum act act;
    eager_task child, other;
    const weft_error *error;
};

WEFT_ASYNC_BODY(creator)
{
    weft_create_eager_task(eager, &self->child, .name = 'a', .act = self->act,
                           .other = &self->other, .creator = weft_current_task());
    note_letter('-');
    ck_assert_ptr_eq(&weft_current_task()->root, &self->frame);
    weft_try {
        weft_await(&self->child);
    }
    weft_catch(&weft_base_error, self->error) {
        note_error(self->error);
        weft_raise(self->error);
    }
    weft_end;
    note_letter('.');
}
WEFT_ASYNC_END

static WEFT_TASK(creator) creator;

static void create(enum act act)
{
    never = (weft_event){.set = false};
    weft_loop_create_task(&loop, creator, &creator, .act = act);
    tick();
}

START_TEST(an_eager_task_that_returns_at_once_ends_before_its_creator_goes_on)
{
    create(END);
    ck_recorded("aA-.");
    ck_assert_int_eq(creator.frame.child.frame.result, 7);
    ck_assert(loop_is_idle());
}
END_TEST

START_TEST(an_eager_task_that_fails_at_once_keeps_its_error_to_be_retrieved)
{
    create(FAIL);
    ck_recorded("a-=fail");
    ck_error(weft_error_of(&creator), &fail);
    ck_assert(loop_is_idle());
}
END_TEST

START_TEST(an_eager_task_that_yields_goes_on_in_the_next_tick)
{
    create(YIELD);
    ck_recorded("a-");
    tick();
    ck_recorded("A");
    tick();
    ck_recorded(".");
}
END_TEST

START_TEST(an_eager_task_that_waits_is_woken_and_cancelled_like_any_task)
{
    create(WAIT);
    ck_recorded("a-");
    IF_TEXTS(ck_assert_str_eq(weft_task_waits_for(&creator.frame.child.task).what, "event"));
    weft_cancel(&creator);
    run_dry();
    ck_recorded("=cancelled");
    ck_assert(weft_cancelled(&creator));
    ck_assert_ptr_null(never.waiters.first);
}
END_TEST

START_TEST(an_eager_task_can_cancel_its_creator_at_its_next_wait)
{
    create(CANCEL_CREATOR);
    ck_recorded("aA-.");
    ck_assert(weft_cancelled(&creator));
}
END_TEST

START_TEST(an_eager_task_that_starts_another_goes_on_behind_it)
{
    create(START_ANOTHER);
    ck_recorded("abBA-.");
    ck_assert(loop_is_idle());
}
END_TEST

START_TEST(eager_tasks_are_among_all_tasks_in_the_order_of_creation)
{
    create(WAIT);
    ck_assert_ptr_eq(weft_first_task(&loop), &creator.task);
    ck_assert_ptr_eq(weft_next_task(&creator.task), &creator.frame.child.task);
    ck_assert_ptr_null(weft_next_task(&creator.frame.child.task));
    ck_no_error(weft_shutdown(&loop));
}
END_TEST

/* ---- Many tasks, each started by the one before ---- */

struct link {
    weft_frame frame;
    struct link_task *next;
    size_t left;
};

typedef struct link_task {
    WEFT_TASK(link);
} link_task;

static size_t links_that_went_on;

WEFT_ASYNC_BODY(link)
{
    if (self->left)
        weft_create_eager_task(link, self->next, .next = self->next + 1, .left = self->left - 1);
    links_that_went_on++;
}
WEFT_ASYNC_END

START_TEST(a_chain_of_a_million_does_not_grow_the_stack)
{
    enum { MANY = 1000000 };
    link_task *const links = calloc(MANY + 1, sizeof(*links));
    links_that_went_on = 0;
    weft_loop_create_task(&loop, link, &links[0], .next = &links[1], .left = MANY);
    tick();
    ck_assert_uint_eq(links_that_went_on, MANY + 1);
    ck_assert(loop_is_idle());
    free(links);
}
END_TEST

/* ---- In groups ---- */

struct member {
    weft_frame frame;
    weft_group *group;
    eager_task *third;
    bool cancels;
};

/* A child that changes its group before its first wait. */
WEFT_ASYNC_BODY(member)
{
    if (self->third)
        weft_group_create_eager_task(self->group, eager, self->third, .name = 'c', .act = FAIL);
    if (self->cancels)
        weft_group_cancel(self->group);
    note_letter('m');
    weft_event_wait(&never);
}
WEFT_ASYNC_END

struct family {
    weft_frame frame;
    weft_group group;
    WEFT_TASK(member) member;
    eager_task third, late;
    bool fails, cancels;
    const weft_error *error;
};

WEFT_ASYNC_BODY(family)
{
    weft_try {
        weft_with_group(&self->group) {
            weft_group_create_eager_task(&self->group, member, &self->member, .group = &self->group,
                                         .third = self->fails ? &self->third : NULL,
                                         .cancels = self->cancels);
            note_letter('-');
        }
        weft_end;
        note_letter('.');
    }
    weft_catch(&weft_group_error, self->error) {
        for (weft_error_walk at = weft_first_error(self->error); at.error; weft_next_error(&at))
            note_error(at.error);
    }
    weft_end;
    ck_assert_uint_eq(weft_cancelling(weft_current_task()), 0);
    weft_try {
        weft_group_create_eager_task(&self->group, eager, &self->late, .name = 'z');
    }
    weft_catch(&weft_invalid_state_error) {
        note("refused");
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_TASK(family) family;

/* gh-128550: an eager child started another child, which failed at once. asyncio aborted the
 * group before the first child was in it, so that child was never cancelled. */
START_TEST(a_child_whose_own_child_fails_at_once_is_cancelled_with_the_group_gh_128550)
{
    never = (weft_event){.set = false};
    weft_loop_create_task(&loop, family, &family, .fails = true);
    run_dry();
    ck_recorded("cm-=failrefused");
    ck_assert(weft_cancelled(&family.frame.member));
    ck_assert(loop_is_idle());
}
END_TEST

/* gh-155418: asyncio also did not cancel a child that cancelled the group before its own first
 * wait. */
START_TEST(a_child_that_cancels_its_group_before_it_waits_is_cancelled_itself_gh_155418)
{
    never = (weft_event){.set = false};
    weft_loop_create_task(&loop, family, &family, .cancels = true);
    run_dry();
    ck_recorded("m-.refused");
    ck_assert(weft_cancelled(&family.frame.member));
    ck_assert(loop_is_idle());
}
END_TEST

/* ---- The group of another loop ---- */

static weft_virtual other_backend;
static weft_loop other_loop;
static struct eager_task stranger;

WEFT_ASYNC(starting_elsewhere, weft_group *group;)
{
    weft_group_create_eager_task(self->group, eager, &stranger, .name = 'e');
}
WEFT_ASYNC_END

WEFT_ASYNC(lending, weft_group group; const weft_error *error;)
{
    weft_with_group(&self->group) {
        static WEFT_TASK(starting_elsewhere) task;
        self->error = weft_run(&other_loop, starting_elsewhere, &task, .group = &self->group);
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(an_eager_task_is_refused_in_the_group_of_another_loop)
{
    static WEFT_TASK(lending) task;
    weft_virtual_init(&other_backend);
    weft_loop_init(&other_loop, &other_backend.backend);
    ck_no_error(weft_run(&loop, lending, &task));
    ck_error(task.frame.error, &weft_invalid_state_error);
    ck_recorded("");
    ck_assert(weft_is_free(&stranger) && loop_is_idle());
    ck_no_error(weft_loop_close(&other_loop));
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("eager");
    tcase_add_test(tests, an_eager_task_that_returns_at_once_ends_before_its_creator_goes_on);
    tcase_add_test(tests, an_eager_task_that_fails_at_once_keeps_its_error_to_be_retrieved);
    tcase_add_test(tests, an_eager_task_that_yields_goes_on_in_the_next_tick);
    tcase_add_test(tests, an_eager_task_that_waits_is_woken_and_cancelled_like_any_task);
    tcase_add_test(tests, an_eager_task_can_cancel_its_creator_at_its_next_wait);
    tcase_add_test(tests, an_eager_task_that_starts_another_goes_on_behind_it);
    tcase_add_test(tests, eager_tasks_are_among_all_tasks_in_the_order_of_creation);
    tcase_add_test(tests, a_chain_of_a_million_does_not_grow_the_stack);
    tcase_add_test(tests,
                   a_child_whose_own_child_fails_at_once_is_cancelled_with_the_group_gh_128550);
    tcase_add_test(tests,
                   a_child_that_cancels_its_group_before_it_waits_is_cancelled_itself_gh_155418);
    tcase_add_test(tests, an_eager_task_is_refused_in_the_group_of_another_loop);
    return run_suite();
}
