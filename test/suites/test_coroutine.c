/* SPDX-License-Identifier: MIT */
/* Coroutines without a loop, driven with weft_resume. */
#include "elsewhere.h"
#include "helper.h"
#include "panic.h"

#include <stdlib.h>

/* Runs the coroutine begun in `root` to its end, through all its yields. Returns its error. */
static const weft_error *drive(weft_frame *root)
{
    weft_context context = {.error = NULL};
    weft_frame *innermost = root;
    weft_step_ signal;
    do
        signal = weft_resume(&innermost, root, &context);
    while (signal.what == WEFT_YIELDED);
    ck_assert_int_eq(signal.what, WEFT_RETURNED);
    ck_assert_ptr_eq(innermost, root);
    return context.error;
}

/* ---- Generators ---- */

struct count {
    weft_frame frame;
    int first, last;
    int value;
};

WEFT_ASYNC_BODY(count)
{
    for (self->value = self->first; self->value <= self->last; self->value++)
        weft_yield;
}
WEFT_ASYNC_END

START_TEST(a_generator_is_driven_without_a_loop)
{
    struct count numbers = {.first = 0};
    weft_context context = {.error = NULL};
    weft_frame *innermost = &numbers.frame;
    weft_begin(count, &numbers, .first = 3, .last = 6);
    int sum = 0;
    while (weft_resume(&innermost, &numbers.frame, &context).what == WEFT_YIELDED)
        sum += numbers.value;
    ck_assert_int_eq(sum, 3 + 4 + 5 + 6);
}
END_TEST

START_TEST(arguments_may_be_given_by_position_and_then_by_name)
{
    struct count numbers = {.first = 0};
    weft_begin(count, &numbers, 3, 6);
    ck_assert(numbers.first == 3 && numbers.last == 6 && numbers.value == 0);
    ck_no_error(drive(&numbers.frame));
    weft_begin(count, &numbers, 4, .value = 9);
    ck_assert(numbers.first == 4 && numbers.last == 0 && numbers.value == 9);
}
END_TEST

START_TEST(two_frames_of_one_coroutine_are_independent)
{
    struct count a = {.first = 0}, b = {.first = 0};
    weft_context context = {.error = NULL};
    weft_frame *in_a = &a.frame, *in_b = &b.frame;
    weft_begin(count, &a, .first = 1, .last = 9);
    weft_begin(count, &b, .first = 5, .last = 9);
    for (int i = 0; i < 3; i++) {
        weft_resume(&in_a, &a.frame, &context);
        weft_resume(&in_b, &b.frame, &context);
    }
    ck_assert_int_eq(a.value, 3);
    ck_assert_int_eq(b.value, 7);
}
END_TEST

START_TEST(a_coroutine_that_is_resumed_after_its_end_stays_ended)
{
    struct count numbers = {.first = 0};
    weft_begin(count, &numbers, .last = -1);
    for (int i = 0; i < 3; i++)
        ck_no_error(drive(&numbers.frame));
    ck_assert_int_eq(numbers.value, 0);
}
END_TEST

START_TEST(a_frame_may_be_used_again_once_its_coroutine_has_ended)
{
    struct count numbers = {.first = 0};
    for (int last = 0; last < 3; last++) {
        weft_begin(count, &numbers, .last = last);
        ck_no_error(drive(&numbers.frame));
        ck_assert_int_eq(numbers.value, last + 1);
    }
}
END_TEST

/* ---- Arguments and results ---- */

struct arguments {
    weft_frame frame;
    int given, not_given;
    const char *text;
    double numbers[3];
    int result;
};

WEFT_ASYNC_BODY(arguments)
{
    ck_assert_int_eq(self->given, 1);
    ck_assert_int_eq(self->not_given, 0);
    ck_assert_ptr_null(self->text);
    ck_assert(self->numbers[0] == 0 && self->numbers[2] == 0);
}
WEFT_ASYNC_END

START_TEST(arguments_that_are_not_given_are_zero)
{
    struct arguments frame = {.not_given = 7, .text = "before", .numbers = {1, 2, 3}};
    weft_begin(arguments, &frame, .given = 1);
    ck_no_error(drive(&frame.frame));
}
END_TEST

struct returning {
    weft_frame frame;
    bool early, awaits;
    int result;
};

WEFT_ASYNC_BODY(returning)
{
    if (self->awaits)
        weft_yield;
    if (self->early)
        weft_return_value(1);
    self->result = 2;
    if (self->awaits)
        weft_return;
    self->result = 3;
}
WEFT_ASYNC_END

START_TEST(a_result_is_the_value_in_the_frame_at_the_end)
{
    static const int expected[] = {3, 1, 2, 1};
    struct returning frame = {.result = 0};
    for (int i = 0; i < 4; i++) {
        weft_begin(returning, &frame, .early = i & 1, .awaits = i & 2);
        ck_no_error(drive(&frame.frame));
        ck_assert_int_eq(frame.result, expected[i]);
    }
}
END_TEST

struct nothing {
    weft_frame frame;
};

WEFT_ASYNC_BODY(nothing)
{
}
WEFT_ASYNC_END

START_TEST(a_coroutine_may_be_empty)
{
    struct nothing frame = {.frame = {.code = NULL}};
    weft_begin(nothing, &frame);
    ck_no_error(drive(&frame.frame));
}
END_TEST

/* ---- Calls ---- */

struct calling {
    weft_frame frame;
    int i, sum;
    struct doubled doubled;
};

WEFT_ASYNC_BODY(calling)
{
    for (self->i = 0; self->i < 3; self->i++) {
        weft_call(doubled, &self->doubled, .n = self->i);
        self->sum += self->doubled.result;
    }
    while (self->i-- > 0)
        weft_call(doubled, &self->doubled, .n = 10);
    self->sum += self->doubled.result;
}
WEFT_ASYNC_END

START_TEST(a_coroutine_of_another_file_is_called)
{
    struct calling frame = {.sum = 0};
    weft_begin(calling, &frame);
    ck_no_error(drive(&frame.frame));
    ck_assert_int_eq(frame.sum, 0 + 2 + 4 + 20);
}
END_TEST

struct begun {
    weft_frame frame;
    struct doubled first, second, never;
    int n, sum;
    const weft_error *caught;
};

/* first, second = doubled(n), doubled(n + 1); n = 100; await second; await first */
WEFT_ASYNC_BODY(begun)
{
    weft_begin(doubled, &self->first, .n = self->n);
    weft_begin(doubled, &self->second, .n = self->n + 1);
    self->n = 100;
    weft_call_begun(&self->second);
    weft_call_begun(&self->first);
    self->sum = self->first.result + 10 * self->second.result;
    weft_try {
        weft_call_begun(&self->first);
        note("never");
    }
    weft_catch(&weft_invalid_state_error, self->caught) {
        note("twice ");
    }
    weft_end;
    weft_try {
        weft_call_begun(&self->never);
        note("never");
    }
    weft_catch(&weft_invalid_state_error, self->caught) {
        note("not begun ");
    }
    weft_end;
    weft_begin(doubled, &self->first, .n = self->n);
    weft_call_begun(&self->first);
    self->sum += self->first.result;
}
WEFT_ASYNC_END

START_TEST(a_coroutine_that_was_begun_is_called_later_and_once)
{
    struct begun frame = {.sum = 0};
    weft_begin(begun, &frame, .n = 1);
    ck_no_error(drive(&frame.frame));
    ck_recorded("twice not begun ");
    ck_assert_int_eq(frame.sum, 2 + 40 + 200);
}
END_TEST

WEFT_ASYNC(taking_over, struct doubled *begun;)
{
    weft_call_begun(self->begun);
    note("never");
}
WEFT_ASYNC_END

START_TEST(the_coroutine_of_a_task_is_not_called_before_its_first_step)
{
    static WEFT_TASK(taking_over) other;
    static WEFT_TASK(doubled) task;
    weft_loop_create_task(&loop, taking_over, &other, .begun = &task.frame);
    weft_loop_create_task(&loop, doubled, &task, .n = 5);
    run_dry();
    ck_error(weft_error_of(&other), &weft_invalid_state_error);
    ck_recorded("");
    ck_assert(weft_done(&task) && task.frame.result == 10);
}
END_TEST

struct evaluating {
    weft_frame frame;
    struct doubled doubled[3];
    int i;
};

WEFT_ASYNC_BODY(evaluating)
{
    weft_call(doubled, &self->doubled[self->i++], .n = 5);
    weft_call(doubled, &self->doubled[0], .n = self->doubled[0].result + 1);
    weft_begin(doubled, &self->doubled[self->i++], .n = 6);
    weft_call_begun(&self->doubled[1]);
}
WEFT_ASYNC_END

START_TEST(the_frame_is_evaluated_once_and_its_last_result_may_be_an_argument)
{
    struct evaluating frame = {.i = 0};
    weft_begin(evaluating, &frame);
    ck_no_error(drive(&frame.frame));
    ck_assert_int_eq(frame.i, 2);
    ck_assert_int_eq(frame.doubled[0].result, 22);
    ck_assert_int_eq(frame.doubled[1].result, 12);
}
END_TEST

struct is_even {
    weft_frame frame;
    unsigned n;
    bool result;
    struct is_odd *other;
};

struct is_odd {
    weft_frame frame;
    unsigned n;
    bool result;
    struct is_even *other;
};

WEFT_FORWARD(is_odd);

static struct is_even evens[12];
static struct is_odd odds[12];

WEFT_ASYNC_BODY(is_even)
{
    if (self->n == 0)
        weft_return_value(true);
    self->other = &odds[self->n - 1];
    weft_call(is_odd, self->other, .n = self->n - 1);
    self->result = self->other->result;
}
WEFT_ASYNC_END

WEFT_ASYNC_BODY(is_odd)
{
    if (self->n == 0)
        weft_return_value(false);
    self->other = &evens[self->n - 1];
    weft_call(is_even, self->other, .n = self->n - 1);
    self->result = self->other->result;
}
WEFT_ASYNC_END

START_TEST(coroutines_call_each_other)
{
    for (unsigned n = 0; n < 12; n++) {
        struct is_even frame = {.n = 0};
        weft_begin(is_even, &frame, .n = n);
        ck_no_error(drive(&frame.frame));
        ck_assert(frame.result == (n % 2 == 0));
    }
}
END_TEST

struct deep {
    weft_frame frame;
    size_t depth;
    bool fails;
    size_t result;
    struct deep *callee;
    weft_exit left;
};

static uintptr_t lowest, highest;

/* Records the position on C's stack. */
static void look_at_stack(void)
{
    const volatile char here = 0;
    const uintptr_t address = (uintptr_t)&here;
    lowest = address < lowest ? address : lowest;
    highest = address > highest ? address : highest;
}

WEFT_ASYNC_BODY(deep)
{
    look_at_stack();
    if (self->depth == 0) {
        weft_yield;
        weft_check(self->fails ? &fail : NULL);
        weft_return;
    }
    self->callee = calloc(1, sizeof(*self->callee));
    weft_try {
        weft_call(deep, self->callee, .depth = self->depth - 1, .fails = self->fails);
        self->result = self->callee->result + 1;
    }
    weft_finally(&self->left) {
        free(self->callee);
        look_at_stack();
    }
    weft_end;
}
WEFT_ASYNC_END

static const weft_error *run_deep(bool fails)
{
    struct deep frame = {.depth = 0};
    lowest = UINTPTR_MAX, highest = 0;
    weft_begin(deep, &frame, .depth = 100000, .fails = fails);
    const weft_error *const error = drive(&frame.frame);
    ck_assert_uint_eq(frame.result, fails ? 0 : 100000);
    ck_assert_uint_lt(highest - lowest, 4096);
    return error;
}

START_TEST(calls_of_any_depth_take_no_stack)
{
    ck_no_error(run_deep(false));
}
END_TEST

START_TEST(an_error_leaves_through_calls_of_any_depth_without_stack)
{
    ck_error(run_deep(true), &fail);
}
END_TEST

struct raising {
    weft_frame frame;
    bool awaits;
};

WEFT_ASYNC_BODY(raising)
{
    if (self->awaits)
        weft_yield;
    weft_raise(&fail);
}
WEFT_ASYNC_END

struct between {
    weft_frame frame;
    bool awaits;
    struct raising raising;
};

WEFT_ASYNC_BODY(between)
{
    weft_call(raising, &self->raising, .awaits = self->awaits);
    note("never");
}
WEFT_ASYNC_END

struct catcher {
    weft_frame frame;
    bool awaits;
    struct between between;
    const weft_error *caught;
};

WEFT_ASYNC_BODY(catcher)
{
    weft_try {
        weft_call(between, &self->between, .awaits = self->awaits);
        note("never");
    }
    weft_catch(&fail, self->caught) {
        note("caught");
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(an_error_leaves_through_calls_up_to_its_catch)
{
    for (int awaits = 0; awaits < 2; awaits++) {
        struct catcher frame = {.caught = NULL};
        weft_begin(catcher, &frame, .awaits = awaits);
        ck_no_error(drive(&frame.frame));
        ck_error(frame.caught, &fail);
        ck_recorded("caught");
    }
}
END_TEST

START_TEST(an_error_without_a_catch_is_returned_to_the_driver)
{
    struct between frame = {.awaits = false};
    weft_begin(between, &frame);
    ck_error(drive(&frame.frame), &fail);
    ck_no_error(drive(&frame.frame)); /* the error is raised only once */
    ck_recorded("");
}
END_TEST

/* ---- Panics ---- */

START_TEST(a_resume_at_a_state_that_does_not_exist_panics)
{
    struct count numbers = {.first = 0};
    weft_begin(count, &numbers);
    numbers.frame.state = 7;
    EXPECT_PANIC(drive(&numbers.frame), "resumed at a line that has no await");
    ck_panicked_in(__FILE__);
    ck_assert_uint_eq(panic.line, 7);
}
END_TEST

#ifndef WEFT_CHECK_AWAITS /* with this macro the following does not compile, as intended */
struct switching {
    weft_frame frame;
};

/* weft-lint: ignore, since this test is about the panic. */
WEFT_ASYNC_BODY(switching)
{
    switch (1) {
    case 1:
        weft_yield;
    }
}
WEFT_ASYNC_END

START_TEST(an_await_inside_a_switch_panics_when_it_is_resumed)
{
    struct switching frame = {.frame = {.code = NULL}};
    weft_begin(switching, &frame);
    EXPECT_PANIC(drive(&frame.frame), "inside a switch");
    ck_panicked_in(__FILE__);
}
END_TEST
#endif

static void begin_twice(struct count *numbers)
{
    weft_context context = {.error = NULL};
    weft_frame *innermost = &numbers->frame;
    weft_begin(count, numbers, .last = 3);
    weft_resume(&innermost, &numbers->frame, &context);
    weft_begin(count, numbers, .last = 3);
}

START_TEST(a_begin_in_a_frame_in_use_panics)
{
    struct count numbers = {.first = 0};
    EXPECT_PANIC(begin_twice(&numbers), "the frame is in use");
    ck_panicked_in(__FILE__);
}
END_TEST

START_TEST(a_begin_in_a_frame_that_is_not_zero_panics)
{
    struct count numbers;
    memset(&numbers, 0xA5, sizeof(numbers));
    EXPECT_PANIC(weft_begin(count, &numbers), "was not zero at first");
}
END_TEST

struct calling_itself {
    weft_frame frame;
    struct calling_itself *callee;
};

static unsigned call_line;

WEFT_ASYNC_BODY(calling_itself)
{
    weft_yield;
    call_line = __LINE__ + 1;
    weft_call(calling_itself, self->callee);
}
WEFT_ASYNC_END

START_TEST(a_call_in_a_frame_in_use_panics)
{
    struct calling_itself frame = {.callee = NULL};
    weft_begin(calling_itself, &frame, .callee = &frame);
    EXPECT_PANIC(drive(&frame.frame), "the frame is in use");
    ck_panicked_in(__FILE__);
    ck_assert_uint_eq(panic.line, call_line);
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("coroutine");
    tcase_add_test(tests, a_generator_is_driven_without_a_loop);
    tcase_add_test(tests, two_frames_of_one_coroutine_are_independent);
    tcase_add_test(tests, a_coroutine_that_is_resumed_after_its_end_stays_ended);
    tcase_add_test(tests, a_frame_may_be_used_again_once_its_coroutine_has_ended);
    tcase_add_test(tests, arguments_may_be_given_by_position_and_then_by_name);
    tcase_add_test(tests, arguments_that_are_not_given_are_zero);
    tcase_add_test(tests, a_result_is_the_value_in_the_frame_at_the_end);
    tcase_add_test(tests, a_coroutine_may_be_empty);
    tcase_add_test(tests, a_coroutine_of_another_file_is_called);
    tcase_add_test(tests, a_coroutine_that_was_begun_is_called_later_and_once);
    tcase_add_test(tests, the_coroutine_of_a_task_is_not_called_before_its_first_step);
    tcase_add_test(tests, the_frame_is_evaluated_once_and_its_last_result_may_be_an_argument);
    tcase_add_test(tests, coroutines_call_each_other);
    tcase_add_test(tests, calls_of_any_depth_take_no_stack);
    tcase_add_test(tests, an_error_leaves_through_calls_of_any_depth_without_stack);
    tcase_add_test(tests, an_error_leaves_through_calls_up_to_its_catch);
    tcase_add_test(tests, an_error_without_a_catch_is_returned_to_the_driver);
    tcase_add_test(tests, a_resume_at_a_state_that_does_not_exist_panics);
#ifndef WEFT_CHECK_AWAITS
    tcase_add_test(tests, an_await_inside_a_switch_panics_when_it_is_resumed);
#endif
    tcase_add_test(tests, a_begin_in_a_frame_in_use_panics);
    tcase_add_test(tests, a_begin_in_a_frame_that_is_not_zero_panics);
    tcase_add_test(tests, a_call_in_a_frame_in_use_panics);
    return run_suite();
}
