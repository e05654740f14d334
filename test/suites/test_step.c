/* SPDX-License-Identifier: MIT */
/* Coroutines whose step the program writes itself (core/step.h). */
#include "helper.h"

/* ---- A coroutine that counts ---- */

struct count {
    weft_frame frame;
    const char *name;
    int to, i;
    const weft_error *error; /* to raise at the end */
};

static weft_step count_step(weft_frame *frame, weft_context *context)
{
    struct count *const self = (struct count *)(void *)frame;
    if (weft_frame_has_ended(frame)) {
        note("never");
        return weft_end_frame(frame);
    }
    if (weft_frame_is_new(frame))
        note("new");
    if (context->error || self->i == self->to) {
        if (!context->error)
            context->error = self->error;
        return weft_end_frame(frame);
    }
    note_letter((char)('0' + self->i++));
    weft_set_line(frame, __LINE__);
    return (weft_step){WEFT_YIELDED};
}

WEFT_CODE_NAMED(count, name, count_step);

static WEFT_TASK(count) counter, other;

START_TEST(a_task_runs_steps_of_the_program)
{
    ck_no_error(weft_run(&loop, count, &counter, "counter", 3));
    ck_recorded("new012");
    ck_error(weft_run(&loop, count, &counter, .to = 1, .error = &fail), &fail);
    ck_recorded("new0");
}
END_TEST

START_TEST(steps_of_two_tasks_alternate)
{
    weft_loop_create_task(&loop, count, &counter, .to = 2);
    weft_loop_create_task(&loop, count, &other, .to = 2);
    run_dry();
    ck_recorded("new0new011");
}
END_TEST

START_TEST(a_task_that_is_cancelled_before_its_first_step_ends_in_it)
{
    weft_loop_create_task(&loop, count, &counter, .to = 2);
    weft_cancel(&counter);
    run_dry();
    ck_recorded("never");
    ck_assert(weft_cancelled(&counter));
}
END_TEST

START_TEST(a_cancellation_is_found_in_the_context)
{
    weft_loop_create_task(&loop, count, &counter, .to = 2);
    tick();
    weft_cancel(&counter);
    run_dry();
    ck_recorded("new0");
    ck_assert(weft_cancelled(&counter));
}
END_TEST

START_TEST(a_task_has_the_name_in_its_frame_and_waits_at_its_line)
{
    weft_loop_create_task(&loop, count, &counter, .name = "Jo", .to = 2);
    tick();
    IF_TEXTS(ck_assert_str_eq(weft_task_name(&counter.task), "Jo"));
    ck_assert_uint_gt(weft_task_innermost(&counter.task)->state, 0);
    ck_assert_uint_lt(weft_task_innermost(&counter.task)->state, 100);
    run_dry();
    ck_recorded("new01");
}
END_TEST

/* ---- Calls ---- */

WEFT_ASYNC(caller, struct count count; const weft_error *error;)
{
    weft_try {
        weft_call(count, &self->count, .to = 2, .error = self->error);
        note("!");
    }
    weft_catch(&fail, self->error)
        note("x");
    weft_end;
}
WEFT_ASYNC_END

static WEFT_TASK(caller) calling;

START_TEST(a_coroutine_calls_one_with_steps)
{
    ck_no_error(weft_run(&loop, caller, &calling));
    ck_recorded("new01!");
    ck_no_error(weft_run(&loop, caller, &calling, .error = &fail));
    ck_recorded("new01x");
}
END_TEST

WEFT_ASYNC(inner, int ticks, i; const weft_error *error;)
{
    for (self->i = 0; self->i < self->ticks; self->i++)
        weft_sleep((weft_time)1);
    weft_check(self->error);
    note(".");
}
WEFT_ASYNC_END

WEFT_ASYNC(nest, int ticks; const weft_error *error; struct inner inner;)
{
    weft_call(inner, &self->inner, self->ticks, .error = self->error);
}
WEFT_ASYNC_END

/* Awaits `nest` in its first step, and goes on in the same step if that does not wait. */
struct await {
    weft_frame frame;
    int ticks;
    const weft_error *error;
    struct nest nest;
    bool twice, is_over, in_first_step;
};

static weft_step await_step(weft_frame *frame, weft_context *context)
{
    struct await *const self = (struct await *)(void *)frame;
    if (weft_frame_has_ended(frame))
        return weft_end_frame(frame);
    if (!weft_frame_is_new(frame)) {
        self->is_over = true;
        if (self->in_first_step)
            return (weft_step){WEFT_YIELDED}; /* weft_run_begun below returns */
    } else {
        weft_set_line(frame, __LINE__);
        weft_begin(nest, &self->nest, self->ticks, .error = self->error);
        self->in_first_step = true;
        weft_step step = weft_run_begun(context, frame, &self->nest.frame);
        if (self->is_over && !context->error && self->twice) {
            self->is_over = false;
            step = weft_run_begun(context, frame, &self->nest.frame);
        }
        self->in_first_step = false;
        note("|");
        if (!self->is_over)
            return step;
    }
    note_error(context->error);
    return weft_end_frame(frame);
}

WEFT_CODE(await, await_step);

static WEFT_TASK(await) awaiter;

START_TEST(an_await_that_does_not_wait_goes_on_in_its_step)
{
    ck_no_error(weft_run(&loop, await, &awaiter));
    ck_recorded(".|=ok");
    ck_error(weft_run(&loop, await, &awaiter, .error = &fail), &fail);
    ck_recorded("|=fail");
}
END_TEST

START_TEST(an_await_that_waits_goes_on_in_another_step)
{
    ck_no_error(weft_run(&loop, await, &awaiter, 2));
    ck_recorded("|.=ok");
    ck_assert_uint_eq(elapsed(), 2);
    ck_error(weft_run(&loop, await, &awaiter, 1, .error = &fail), &fail);
    ck_recorded("|=fail");
}
END_TEST

START_TEST(a_frame_is_not_awaited_twice)
{
    ck_error(weft_run(&loop, await, &awaiter, .twice = true), &weft_invalid_state_error);
    ck_recorded(".|=invalid state");
}
END_TEST

START_TEST(a_cancellation_reaches_what_is_awaited)
{
    weft_loop_create_task(&loop, await, &awaiter, 2);
    tick();
    ck_assert_ptr_eq(weft_task_innermost(&awaiter.task), &awaiter.frame.nest.inner.frame);
    weft_cancel(&awaiter);
    run_dry();
    ck_assert(weft_cancelled(&awaiter));
    ck_recorded("|=cancelled");
}
END_TEST

/* ---- A body: a step that enters the frame that awaits its caller ---- */

struct back {
    weft_frame frame;
};

static weft_step back_step(weft_frame *frame, weft_context *context)
{
    weft_frame *const around = frame->caller;
    weft_end_frame(frame);
    return weft_enter_frame(context, around->caller);
}

WEFT_CODE(back, back_step);

WEFT_ASYNC(locked, weft_lock *lock; struct back back;)
{
    weft_with_lock(self->lock)
        weft_call(back, &self->back);
    weft_end;
    note(")");
}
WEFT_ASYNC_END

/* Runs the steps of a lock's block, and one of its own in it. */
struct block {
    weft_frame frame;
    weft_lock *lock;
    struct locked locked;
    int steps;
};

static weft_step block_step(weft_frame *frame, weft_context *context)
{
    struct block *const self = (struct block *)(void *)frame;
    weft_set_line(frame, __LINE__);
    if (self->steps == 0) {
        self->steps++;
        weft_begin(locked, &self->locked, self->lock);
        return weft_run_begun(context, frame, &self->locked.frame);
    }
    if (self->steps == 1) {
        self->steps++;
        note(weft_lock_locked(self->lock) ? "(" : "?");
        return (weft_step){WEFT_YIELDED};
    }
    if (self->steps == 2) {
        self->steps++;
        return weft_run_frame(context, &self->locked.frame);
    }
    if (self->steps == 3) { /* called by weft_run_frame, which must return before the end */
        self->steps++;
        return (weft_step){WEFT_YIELDED};
    }
    return weft_end_frame(frame);
}

WEFT_CODE_EXTERN(block, block_step);

START_TEST(a_block_of_weft_has_a_body_in_steps)
{
    static weft_lock lock;
    static WEFT_TASK(block) blocks[2];
    weft_loop_create_task(&loop, block, &blocks[0], &lock);
    weft_loop_create_task(&loop, block, &blocks[1], &lock);
    run_dry();
    ck_recorded("()()");
    ck_assert(!weft_lock_locked(&lock));
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("step");
    tcase_add_test(tests, a_task_runs_steps_of_the_program);
    tcase_add_test(tests, steps_of_two_tasks_alternate);
    tcase_add_test(tests, a_task_that_is_cancelled_before_its_first_step_ends_in_it);
    tcase_add_test(tests, a_cancellation_is_found_in_the_context);
    tcase_add_test(tests, a_task_has_the_name_in_its_frame_and_waits_at_its_line);
    tcase_add_test(tests, a_coroutine_calls_one_with_steps);
    tcase_add_test(tests, an_await_that_does_not_wait_goes_on_in_its_step);
    tcase_add_test(tests, an_await_that_waits_goes_on_in_another_step);
    tcase_add_test(tests, a_frame_is_not_awaited_twice);
    tcase_add_test(tests, a_cancellation_reaches_what_is_awaited);
    tcase_add_test(tests, a_block_of_weft_has_a_body_in_steps);
    return run_suite();
}
