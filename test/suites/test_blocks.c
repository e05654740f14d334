/* SPDX-License-Identifier: MIT */
/* Blocks are left as Python leaves them: each kind of section, inside each other kind and inside
 * a called coroutine, in each way. blocks.py recorded the expected results. */
#include "helper.h"
#include "panic.h"
#include "ways.h"

static weft_lock lock;
static weft_task some_task; /* holds the lock in tests that need no real holder */

/* Runs the coroutine `name` in a task of its own. Returns the task's error. */
#define RUN(name, ...)                                                                             \
    do {                                                                                           \
        static WEFT_TASK(name) task;                                                               \
        error = weft_run(&loop, name, &task, __VA_ARGS__);                                         \
    } while (0)

/* ---- Catches ---- */

static const weft_error network = {.text = "network"};
static const weft_error no_route = {.kind = &network, .text = "no route"};
static const weft_error no_route_to_moon = {.kind = &no_route, .text = "no route to moon"};

struct catching {
    weft_frame frame;
    const weft_error *raised, *caught;
};

WEFT_ASYNC_BODY(catching)
{
    weft_try {
        weft_check(self->raised);
        note("n");
    }
    weft_catch(&no_route_to_moon, self->caught) {
        note("m");
    }
    weft_catch(&network, self->caught) {
        note("w");
    }
    weft_catch(&no_route, self->caught) {
        note("never: the one before is more general");
    }
    weft_catch(&weft_any_error, self->caught) {
        note("a");
    }
    weft_catch(&weft_base_error, self->caught) {
        note("b");
    }
    weft_end;
    ck_assert_ptr_eq(self->caught, self->raised);
}
WEFT_ASYNC_END

START_TEST(the_first_catch_of_a_matching_kind_takes_an_error)
{
    const weft_error *error;
    RUN(catching, .raised = NULL);
    RUN(catching, .raised = &no_route_to_moon);
    RUN(catching, .raised = &no_route);
    RUN(catching, .raised = &network);
    RUN(catching, .raised = &fail);
    RUN(catching, .raised = &weft_cancelled_error);
    ck_no_error(error);
    ck_recorded("nmwwab");
}
END_TEST

struct catching_any {
    weft_frame frame;
    const weft_error *raised, *caught;
};

WEFT_ASYNC_BODY(catching_any)
{
    weft_try {
        weft_try {
            weft_raise(self->raised);
        }
        weft_catch(&weft_any_error, self->caught) {
            note("any ");
        }
        weft_end;
    }
    weft_catch(&weft_base_error, self->caught) {
        note("base ");
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(weft_any_error_does_not_catch_a_cancellation_but_weft_base_error_does)
{
    const weft_error *error;
    RUN(catching_any, .raised = &fail);
    RUN(catching_any, .raised = &weft_deadlock_error);
    RUN(catching_any, .raised = &weft_cancelled_error);
    ck_no_error(error);
    ck_recorded("any any base ");
}
END_TEST

START_TEST(to_raise_no_error_is_an_error)
{
    const weft_error *error;
    RUN(catching_any, .raised = NULL);
    ck_no_error(error);
    ck_recorded("any ");
}
END_TEST

struct raising_again {
    weft_frame frame;
    const weft_error *caught;
};

/* try: raise no_route
 * except network as e: await ...; raise e       (not caught by its own block's catches)
 * except BaseException: never */
WEFT_ASYNC_BODY(raising_again)
{
    weft_try {
        weft_raise(&no_route);
    }
    weft_catch(&network, self->caught) {
        weft_sleep(UNITS(1));
        weft_raise(self->caught);
    }
    weft_catch(&weft_base_error, self->caught) {
        note("never");
    }
    weft_end;
    note("never");
}
WEFT_ASYNC_END

START_TEST(an_error_raised_in_a_catch_is_not_caught_by_the_same_block)
{
    const weft_error *error;
    RUN(raising_again, .caught = NULL);
    ck_error(error, &no_route);
    ck_recorded("");
}
END_TEST

struct sequence {
    weft_frame frame;
    const weft_error *caught;
    int i;
};

/* After a catch the error is gone: the next block and the next round of the loop do not see it. */
WEFT_ASYNC_BODY(sequence)
{
    for (self->i = 0; self->i < 3; self->i++) {
        weft_try {
            weft_check(self->i == 1 ? &fail : NULL);
            note("e");
        }
        weft_catch(&fail, self->caught) {
            note("c");
        }
        weft_end;
        weft_try {
            weft_sleep(UNITS(1));
            note("E");
        }
        weft_catch(&weft_base_error, self->caught) {
            note("never");
        }
        weft_end;
    }
}
WEFT_ASYNC_END

START_TEST(an_error_that_was_caught_is_gone)
{
    const weft_error *error;
    RUN(sequence, .i = 0);
    ck_no_error(error);
    ck_recorded("eEcEeE");
}
END_TEST

/* ---- Finally, with ---- */

struct replacing {
    weft_frame frame;
    weft_exit left, inner_left;
};

WEFT_ASYNC_BODY(replacing)
{
    weft_try {
        weft_try {
            weft_raise(&no_route);
        }
        weft_finally(&self->inner_left) {
            weft_sleep(UNITS(1));
            weft_raise(&fail);
        }
        weft_end;
    }
    weft_finally(&self->left) {
        note("f");
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(a_raise_in_a_finally_replaces_the_error)
{
    const weft_error *error;
    RUN(replacing, .left = {0});
    ck_error(error, &fail);
    ck_recorded("f");
}
END_TEST

struct handling_within {
    weft_frame frame;
    weft_exit left;
    const weft_error *caught;
};

/* try: raise no_route
 * finally:
 *     try: raise fail
 *     except fail: pass              (no_route is still in flight) */
WEFT_ASYNC_BODY(handling_within)
{
    weft_try {
        weft_raise(&no_route);
    }
    weft_finally(&self->left) {
        weft_try {
            weft_sleep(UNITS(1));
            weft_raise(&fail);
        }
        weft_catch(&fail, self->caught) {
            weft_sleep(UNITS(1));
        }
        weft_end;
        note("f");
    }
    weft_end;
    note("never");
}
WEFT_ASYNC_END

START_TEST(an_error_handled_inside_a_finally_keeps_the_error_in_flight)
{
    const weft_error *error;
    RUN(handling_within, .caught = NULL);
    ck_error(error, &no_route);
    ck_recorded("f");
}
END_TEST

struct looping_within {
    weft_frame frame;
    weft_exit left;
    int i, j;
};

/* A break or continue inside a loop of the section ends that loop only. */
WEFT_ASYNC_BODY(looping_within)
{
    for (self->i = 0; self->i < 2; self->i++) {
        weft_try {
            for (self->j = 0; self->j < 3; self->j++) {
                weft_sleep(UNITS(1));
                if (self->j == 0)
                    continue;
                if (self->j == 2)
                    break;
                note("t");
            }
            if (self->i == 0)
                continue;
        }
        weft_finally(&self->left) {
            self->j = 0;
            do {
                weft_sleep(UNITS(1));
                if (self->j == 0)
                    continue;
                note("f");
                break;
            } while (self->j++ < 2);
        }
        weft_end;
        note("e");
    }
}
WEFT_ASYNC_END

START_TEST(break_and_continue_leave_the_innermost_loop_of_a_section)
{
    const weft_error *error;
    RUN(looping_within, .i = 0);
    ck_no_error(error);
    ck_recorded("tftfe");
}
END_TEST

struct failing_release {
    weft_frame frame;
    const weft_error *raised;
};

WEFT_ASYNC_BODY(failing_release)
{
    weft_with_lock(&lock) {
        weft_sleep(UNITS(1));
        weft_lock_release(&lock);
        weft_check(self->raised);
        note("e");
        weft_return;
    }
    weft_end;
}
WEFT_ASYNC_END

/* async with lock: lock.release(); ...      RuntimeError: Lock is not acquired. */
START_TEST(the_error_of_a_release_replaces_the_error_in_flight)
{
    const weft_error *error;
    RUN(failing_release, .raised = &fail);
    ck_error(error, &weft_invalid_state_error);
    RUN(failing_release, .raised = NULL);
    ck_error(error, &weft_invalid_state_error);
    ck_recorded("e");
}
END_TEST

struct not_acquiring {
    weft_frame frame;
};

WEFT_ASYNC_BODY(not_acquiring)
{
    weft_with_lock(&lock) {
        note("never");
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(a_with_that_is_cancelled_while_it_acquires_releases_nothing)
{
    static WEFT_TASK(not_acquiring) task;
    lock.holder = &some_task;
    weft_loop_create_task(&loop, not_acquiring, &task);
    weft_cancel(&task);
    ck_error(weft_run_until_complete(&loop, &task), &weft_cancelled_error);
    weft_loop_create_task(&loop, not_acquiring, &task);
    ck_error(weft_run_until_complete(&loop, &task), &weft_deadlock_error);
    weft_cancel(&task);
    ck_error(weft_run_until_complete(&loop, &task), &weft_cancelled_error);
    ck_assert(weft_lock_locked(&lock));
    lock.holder = NULL;
    ck_recorded("");
}
END_TEST

/* ---- Outside of a loop ---- */

struct loopless {
    weft_frame frame;
    weft_exit left;
    const weft_error *caught;
    char where;
    bool breaks;
};

#define LEAVE_LOOP(section)                                                                        \
    if (self->where == (section) && self->breaks)                                                  \
        break;                                                                                     \
    if (self->where == (section))                                                                  \
        continue;

/* weft-lint: ignore, since this test is about the panic. */
WEFT_ASYNC_BODY(loopless)
{
    LEAVE_LOOP('-')
    weft_sleep(0);
    LEAVE_LOOP('s')
    weft_try {
        LEAVE_LOOP('t')
        weft_raise(&fail);
    }
    weft_catch(&fail, self->caught) {
        LEAVE_LOOP('c')
    }
    weft_finally(&self->left) {
        LEAVE_LOOP('f')
    }
    weft_end;
    weft_with_lock(&lock) {
        LEAVE_LOOP('w')
        weft_sleep(0);
        LEAVE_LOOP('W')
    }
    weft_end;
}
WEFT_ASYNC_END

#define LOOPLESS "-stcfwW"

/* Leaves the loop by a panic. The loop and lock are initialised again, since the last panic left
 * them in use. */
static void leave_loop(char where, bool breaks)
{
    static WEFT_TASK(loopless) task;
    memset(&task, 0, sizeof(task));
    lock.holder = NULL;
    weft_loop_init(&loop, &backend.backend);
    weft_run(&loop, loopless, &task, .where = where, .breaks = breaks);
}

START_TEST(break_and_continue_outside_of_a_loop_panic)
{
    EXPECT_PANIC(leave_loop(LOOPLESS[_i], true), "break outside of a loop");
    EXPECT_PANIC(leave_loop(LOOPLESS[_i], false), "continue outside of a loop");
    ck_panicked_in(__FILE__);
    lock.holder = NULL;
}
END_TEST

/* weft-lint: ignore a break and a continue outside of a loop, which panic */
WEFT_ASYNC(astray, unsigned line; bool breaks;)
{
    weft_sleep(0);
    weft_with_lock(&lock) {
        self->line = __LINE__ + 5;
        if (self->breaks)
            break;
        continue;
    }
    weft_end;
}
WEFT_ASYNC_END

static WEFT_TASK(astray) astray_task;

static void go_astray(bool breaks)
{
    memset(&astray_task, 0, sizeof(astray_task));
    lock.holder = NULL;
    weft_loop_init(&loop, &backend.backend);
    weft_run(&loop, astray, &astray_task, .breaks = breaks);
}

START_TEST(the_panic_for_a_stray_break_names_the_end_of_its_block)
{
    EXPECT_PANIC(go_astray(true), "break outside of a loop");
    ck_assert_uint_eq(panic.line, astray_task.frame.line);
    EXPECT_PANIC(go_astray(false), "continue outside of a loop");
    ck_assert_uint_eq(panic.line, astray_task.frame.line);
    lock.holder = NULL;
}
END_TEST

/* ---- A section in a section ---- */

struct row {
    const char *sections;
    const char *recorded[6]; /* one for each of WAYS */
};

#include "blocks_expected.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static weft_lock outer_lock;

/* Records a letter, and which locks are held. */
static weft_time step(char letter)
{
    note_letter(letter);
    if (weft_lock_locked(&lock))
        note("'");
    if (weft_lock_locked(&outer_lock))
        note("^");
    return 0;
}

#define STEP(letter) weft_sleep(step(letter))

#define FRAME(name)                                                                                \
    struct name {                                                                                  \
        weft_frame frame;                                                                          \
        char kind, way, way_in;                                                                    \
        bool called;                                                                               \
        int round;                                                                                 \
        const weft_error *error, *outer_error;                                                     \
        weft_exit left, outer_left;                                                                \
    }
FRAME(alone);
FRAME(in_try_with_catch);
FRAME(in_try_with_finally);
FRAME(in_catch);
FRAME(in_catch_with_finally);
FRAME(in_finally);
FRAME(in_finally_after_error);
FRAME(in_with);
FRAME(overriding);

static struct alone callee;

WEFT_ASYNC_BODY(alone)
{
    for (self->round = 0; self->round < 2; self->round++) {
        STEP('(');
#include "sections.h"
        STEP(')');
    }
    STEP('.');
}
WEFT_ASYNC_END

WEFT_ASYNC_BODY(in_try_with_catch)
{
    for (self->round = 0; self->round < 2; self->round++) {
        STEP('(');
        weft_try {
            STEP('A');
#include "sections.h"
            STEP('B');
        }
        weft_catch(&weft_base_error, self->outer_error) {
            STEP('H');
        }
        weft_end;
        STEP(')');
    }
    STEP('.');
}
WEFT_ASYNC_END

WEFT_ASYNC_BODY(in_try_with_finally)
{
    for (self->round = 0; self->round < 2; self->round++) {
        STEP('(');
        weft_try {
            STEP('A');
#include "sections.h"
            STEP('B');
        }
        weft_finally(&self->outer_left) {
            STEP('F');
        }
        weft_end;
        STEP(')');
    }
    STEP('.');
}
WEFT_ASYNC_END

WEFT_ASYNC_BODY(in_catch)
{
    for (self->round = 0; self->round < 2; self->round++) {
        STEP('(');
        weft_try {
            weft_raise(&other_fail);
        }
        weft_catch(&other_fail, self->outer_error) {
            STEP('A');
#include "sections.h"
            STEP('B');
        }
        weft_end;
        STEP(')');
    }
    STEP('.');
}
WEFT_ASYNC_END

WEFT_ASYNC_BODY(in_catch_with_finally)
{
    for (self->round = 0; self->round < 2; self->round++) {
        STEP('(');
        weft_try {
            STEP('X');
            weft_raise(&other_fail);
        }
        weft_catch(&weft_base_error, self->outer_error) {
            STEP('A');
#include "sections.h"
            STEP('B');
        }
        weft_finally(&self->outer_left) {
            STEP('F');
        }
        weft_end;
        STEP(')');
    }
    STEP('.');
}
WEFT_ASYNC_END

WEFT_ASYNC_BODY(in_finally)
{
    for (self->round = 0; self->round < 2; self->round++) {
        STEP('(');
        weft_try {
            STEP('X');
        }
        weft_finally(&self->outer_left) {
            STEP('A');
#include "sections.h"
            STEP('B');
        }
        weft_end;
        STEP(')');
    }
    STEP('.');
}
WEFT_ASYNC_END

WEFT_ASYNC_BODY(in_finally_after_error)
{
    for (self->round = 0; self->round < 2; self->round++) {
        STEP('(');
        weft_try {
            STEP('X');
            weft_raise(&other_fail);
        }
        weft_finally(&self->outer_left) {
            STEP('A');
#include "sections.h"
            STEP('B');
        }
        weft_end;
        STEP(')');
    }
    STEP('.');
}
WEFT_ASYNC_END

WEFT_ASYNC_BODY(in_with)
{
    for (self->round = 0; self->round < 2; self->round++) {
        STEP('(');
        weft_with_lock(&outer_lock) {
            STEP('A');
#include "sections.h"
            STEP('B');
        }
        weft_end;
        STEP(')');
    }
    STEP('.');
}
WEFT_ASYNC_END

/* A finally section that is entered in one way and left in another. */
WEFT_ASYNC_BODY(overriding)
{
    for (self->round = 0; self->round < 2; self->round++) {
        STEP('(');
        weft_try {
            STEP('x');
            LEAVE(self->way_in);
            STEP('y');
        }
        weft_finally(&self->left) {
            STEP('a');
            LEAVE(self->way);
            STEP('b');
        }
        weft_end;
        STEP(')');
    }
    STEP('.');
}
WEFT_ASYNC_END

/* ---- All of them ---- */

static void check_row(const struct row *row, size_t way, const weft_error *error)
{
    note_error(error);
    ck_assert_msg(!strcmp(record, row->recorded[way]), "%s %c: %s, in Python %s", row->sections,
                  WAYS[way], record, row->recorded[way]);
    record[0] = '\0';
    ck_assert(!weft_lock_locked(&lock) && !weft_lock_locked(&outer_lock) && loop_is_idle());
}

static void run_row(const struct row *row, size_t way, bool is_called)
{
    const weft_error *error = NULL;
    const char around = row->sections[0];
#define ARGUMENTS .kind = row->sections[1], .way = WAYS[way], .called = is_called
    if (around == 'n')
        RUN(alone, ARGUMENTS);
    else if (around == 't')
        RUN(in_try_with_catch, ARGUMENTS);
    else if (around == 'f')
        RUN(in_try_with_finally, ARGUMENTS);
    else if (around == 'c')
        RUN(in_catch, ARGUMENTS);
    else if (around == 'b')
        RUN(in_catch_with_finally, ARGUMENTS);
    else if (around == 'l')
        RUN(in_finally, ARGUMENTS);
    else if (around == 'e')
        RUN(in_finally_after_error, ARGUMENTS);
    else
        RUN(in_with, ARGUMENTS);
    check_row(row, way, error);
}

START_TEST(sections_in_sections_are_left_as_in_python)
{
    for (size_t way = 0; way < 6; way++)
        run_row(&nested[_i], way, false);
}
END_TEST

START_TEST(sections_in_called_coroutines_are_left_as_in_python)
{
    for (size_t way = 0; way < 6; way++)
        run_row(&called[_i], way, true);
}
END_TEST

START_TEST(the_way_out_of_a_finally_overrides_the_way_into_it)
{
    const struct row *const row = &overridden[_i];
    for (size_t to = 0; to < 6; to++) {
        const weft_error *error;
        RUN(overriding, .way_in = row->sections[0], .way = WAYS[to]);
        check_row(row, to, error);
    }
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("blocks");
    tcase_add_loop_test(tests, sections_in_sections_are_left_as_in_python, 0, LENGTH(nested));
    tcase_add_loop_test(tests, sections_in_called_coroutines_are_left_as_in_python, 0,
                        LENGTH(called));
    tcase_add_loop_test(tests, the_way_out_of_a_finally_overrides_the_way_into_it, 0,
                        LENGTH(overridden));
    tcase_add_test(tests, the_first_catch_of_a_matching_kind_takes_an_error);
    tcase_add_test(tests, weft_any_error_does_not_catch_a_cancellation_but_weft_base_error_does);
    tcase_add_test(tests, to_raise_no_error_is_an_error);
    tcase_add_test(tests, an_error_raised_in_a_catch_is_not_caught_by_the_same_block);
    tcase_add_test(tests, an_error_that_was_caught_is_gone);
    tcase_add_test(tests, a_raise_in_a_finally_replaces_the_error);
    tcase_add_test(tests, an_error_handled_inside_a_finally_keeps_the_error_in_flight);
    tcase_add_test(tests, break_and_continue_leave_the_innermost_loop_of_a_section);
    tcase_add_test(tests, the_error_of_a_release_replaces_the_error_in_flight);
    tcase_add_test(tests, a_with_that_is_cancelled_while_it_acquires_releases_nothing);
    tcase_add_loop_test(tests, break_and_continue_outside_of_a_loop_panic, 0, sizeof(LOOPLESS) - 1);
    tcase_add_test(tests, the_panic_for_a_stray_break_names_the_end_of_its_block);
    return run_suite();
}
