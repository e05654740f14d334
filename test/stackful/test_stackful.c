/* SPDX-License-Identifier: MIT */
/* Coroutines with stacks: what no lesson and no trace program shows. Each test runs with both
 * switches. */
#define _POSIX_C_SOURCE 200809L
#include "scenarios/stackful/stackful.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper.h"

static struct stackful_pool pool;

static void begin(int switcher)
{
    const struct stackful_options options = {
        .size = 128 * 1024, .switcher = switcher ? STACKFUL_UCONTEXT : STACKFUL_BEST};
    stackful_pool_init(&pool, &options);
    stackful_use_pool(&pool);
}

static void end(void)
{
    weft_loop_close(&loop);
    stackful_pool_close(&pool);
    ck_assert_uint_eq(pool.count, 0);
}

#define ADD(test) tcase_add_loop_test(tests, test, 0, 2)

/* ---- Stacks ---- */

STACKFUL(sleeper, weft_time delay; int result;)
{
    note("(");
    stackful_sleep(self->delay);
    note(")");
    stackful_return_value(7);
}

static WEFT_TASK(sleeper) sleepers[5];

START_TEST(a_stack_is_used_again)
{
    begin(_i);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 5; i++)
            weft_loop_create_task(&loop, sleeper, &sleepers[i], 1);
        run_dry();
        ck_recorded("((((()))))");
        ck_assert_int_eq(sleepers[4].frame.result, 7);
        ck_assert_uint_eq(pool.in_use, 0);
    }
    ck_assert_uint_eq(pool.count, 5);
    ck_assert_uint_eq(pool.peak, 5);
    end();
}
END_TEST

START_TEST(without_a_pool_a_coroutine_raises_an_error)
{
    stackful_use_pool(NULL);
    ck_error(weft_run(&loop, sleeper, &sleepers[0]), &stackful_no_stack_error);
    ck_recorded("");
}
END_TEST

START_TEST(a_refused_stack_is_an_error)
{
    begin(_i);
    pool.mapped = SIZE_MAX / 2;
    ck_error(weft_run(&loop, sleeper, &sleepers[0]), &stackful_no_stack_error);
    ck_assert_str_eq(pool.refused, "mmap");
    end();
}
END_TEST

START_TEST(a_task_that_is_cancelled_before_its_first_step_needs_no_stack)
{
    begin(_i);
    weft_loop_create_task(&loop, sleeper, &sleepers[0], 1);
    weft_cancel(&sleepers[0]);
    run_dry();
    ck_recorded("");
    ck_assert_uint_eq(pool.count, 0);
    end();
}
END_TEST

START_TEST(the_stacks_of_a_closed_loop_are_reclaimed)
{
    begin(_i);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 5; i++)
            weft_loop_create_task(&loop, sleeper, &sleepers[i], WEFT_FOREVER);
        tick();
        ck_recorded("(((((");
        ck_assert_uint_eq(pool.in_use, 5);
        weft_loop_close(&loop);
        stackful_pool_reclaim(&pool);
        ck_assert_uint_eq(pool.in_use, 0);
    }
    ck_assert_uint_eq(pool.count, 5);
    end();
}
END_TEST

/* Uses about `bytes` of the stack. The array's address is stored, and the function calls itself
 * through a pointer, so that no compiler leaves out the array or the call. */
static int use(size_t bytes);
static int (*volatile use_more)(size_t bytes) = use;
static volatile char *volatile deepest;

static int use(size_t bytes)
{
    volatile char array[1024];
    deepest = array;
    array[0] = array[1023] = 1;
    if (bytes <= sizeof(array))
        return array[0];
    return use_more(bytes - sizeof(array)) + array[1023];
}

STACKFUL(user, size_t bytes; int result;)
{
    stackful_return_value(use(self->bytes));
}

static WEFT_TASK(user) users;

START_TEST(the_high_water_mark_is_known)
{
    begin(_i);
    ck_no_error(weft_run(&loop, user, &users, 10000));
    const size_t low = stackful_high_water(&pool);
    ck_assert_uint_ge(low, 10000);
    ck_no_error(weft_run(&loop, user, &users, 40000));
    ck_assert_uint_ge(stackful_high_water(&pool), low + 20000);
    ck_assert_uint_le(stackful_high_water(&pool), pool.options.size);
    end();
}
END_TEST

START_TEST(a_stack_that_overflows_ends_the_process_at_the_guard_page)
{
    begin(_i);
    ck_no_error(weft_run(&loop, user, &users, 10000)); /* a neighbour in memory, perhaps */
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        (void)close(STDERR_FILENO);
        (void)weft_run(&loop, user, &users, 1000000);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ck_assert(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
    end();
}
END_TEST

START_TEST(stacks_may_do_without_guard_pages)
{
    const struct stackful_options options = {.size = 1, .no_guard = true, .keep_fp_status = true};
    stackful_pool_init(&pool, &options);
    stackful_use_pool(&pool);
    ck_assert_uint_eq(pool.mapped, pool.page); /* too small for a coroutine */
    pool.options.size = pool.mapped = 16 * pool.page;
    ck_no_error(weft_run(&loop, sleeper, &sleepers[0], 1));
    ck_recorded("()");
    end();
}
END_TEST

/* ---- Errors and blocks ---- */

static weft_lock lock;
static const weft_error inner_error = {.text = "inner"};

/* Raises at depth 0, on the way out of a function that knows nothing of errors. */
static int dive(int depth, const weft_error *error)
{
    if (depth)
        return dive(depth - 1, error) + 1;
    stackful_sleep((weft_time)1);
    stackful_check(error);
    return 0;
}

enum way { END, RAISE, RETURN, RAISE_IN_CATCH, RAISE_IN_FINALLY, RETURN_IN_FINALLY, NEVER };

STACKFUL(leaver, enum way way; int result;)
{
    stackful_try {
        stackful_with_lock(&lock) {
            note(weft_lock_locked(&lock) ? "[" : "?");
            if (self->way == RETURN)
                stackful_return_value(1);
            if (self->way == NEVER)
                stackful_sleep(WEFT_FOREVER);
            self->result = dive(9, self->way == END ? NULL : &inner_error);
        }
        stackful_end;
        note("]");
    }
    stackful_catch(&fail)
        note("never");
    stackful_catch(&inner_error, error) {
        note(weft_error_is(error, &inner_error) ? "c" : "?");
        if (self->way == RAISE_IN_CATCH)
            stackful_raise(&fail);
    }
    stackful_catch(&weft_any_error)
        note("never");
    stackful_finally {
        note("f");
        stackful_sleep((weft_time)1);
        if (self->way == RAISE_IN_FINALLY)
            stackful_raise(&other_fail);
        if (self->way == RETURN_IN_FINALLY)
            stackful_return_value(2);
    }
    stackful_end;
    note(".");
}

static WEFT_TASK(leaver) leaving;

START_TEST(a_block_is_left_in_any_way)
{
    static const struct {
        enum way way;
        const char *record;
        const weft_error *error;
        int result;
    } ways[] = {
        {END, "[]f.", NULL, 9},
        {RAISE, "[cf.", NULL, 0},
        {RETURN, "[f", NULL, 1},
        {RAISE_IN_CATCH, "[cf", &fail, 0},
        {RAISE_IN_FINALLY, "[cf", &other_fail, 0},
        {RETURN_IN_FINALLY, "[cf", NULL, 2},
    };
    begin(_i);
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        const weft_error *const error = weft_run(&loop, leaver, &leaving, ways[i].way);
        ck_assert_ptr_eq(error, ways[i].error);
        ck_recorded(ways[i].record);
        ck_assert_int_eq(leaving.frame.result, ways[i].result);
        ck_assert(!weft_lock_locked(&lock));
    }
    end();
}
END_TEST

START_TEST(a_cancelled_coroutine_leaves_its_blocks)
{
    begin(_i);
    weft_loop_create_task(&loop, leaver, &leaving, NEVER);
    tick();
    weft_cancel(&leaving);
    run_dry();
    ck_recorded("[f");
    ck_assert(weft_cancelled(&leaving) && !weft_lock_locked(&lock));
    end();
}
END_TEST

enum jump { BREAK, CONTINUE, PLAIN_RETURN, OUTSIDE };

STACKFUL(stray, enum jump jump;)
{
    for (int i = 0; i < 2; i++) {
        stackful_try {
            if (self->jump == BREAK)
                break;
            if (self->jump == CONTINUE)
                continue;
            return;
        }
        stackful_finally {
        }
        stackful_end;
    }
}

static WEFT_TASK(stray) strays;

/* Runs `stray` in another process, which must panic. Returns what it writes to standard error. */
static const char *panic_of(int switcher, enum jump jump)
{
    static char text[4096];
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        begin(switcher);
        if (jump == OUTSIDE)
            stackful_sleep((weft_time)1);
        else
            (void)weft_run(&loop, stray, &strays, jump);
        _exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    ssize_t n;
    while ((n = read(ends[0], text + length, sizeof(text) - 1 - length)) > 0)
        length += (size_t)n;
    text[length] = '\0';
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    ck_assert(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
    return text;
}

START_TEST(a_block_must_not_be_left_by_a_jump)
{
    static const char *const texts[] = {"a break leaves", "a continue leaves", "a plain return"};
    const char *const text = panic_of(_i % 2, (enum jump)(_i / 2));
    ck_assert_msg(strstr(text, texts[_i / 2]), "the panic was: %s", text);
}
END_TEST

START_TEST(an_await_outside_of_a_stackful_coroutine_panics)
{
    ck_assert_ptr_nonnull(strstr(panic_of(0, OUTSIDE), "outside of a stackful coroutine"));
}
END_TEST

/* ---- Coroutines with and without stacks ---- */

STACKFUL(callee, weft_time delay; const weft_error *error; int result;)
{
    note("<");
    stackful_sleep(self->delay);
    stackful_check(self->error);
    note(">");
    stackful_return_value(3);
}

WEFT_ASYNC(without, weft_time delay; const weft_error *error; struct callee callee; int result;)
{
    weft_call(callee, &self->callee, self->delay, self->error);
    self->result = self->callee.result + 1;
}
WEFT_ASYNC_END

STACKFUL(with, weft_time delay; const weft_error *error; int result;)
{
    struct without inner = {.result = 0};
    weft_begin(without, &inner, self->delay, self->error);
    stackful_call_begun(&inner);
    stackful_return_value(inner.result + 1);
}

static WEFT_TASK(without) outer;
static WEFT_TASK(with) outermost;

/* The coroutine without a stack runs on the stack of its caller, and so does what it calls. */
START_TEST(coroutines_with_and_without_stacks_call_each_other)
{
    begin(_i);
    for (int delay = 0; delay < 3; delay++) {
        ck_no_error(weft_run(&loop, without, &outer, (weft_time)delay));
        ck_assert_int_eq(outer.frame.result, 4);
        ck_no_error(weft_run(&loop, with, &outermost, (weft_time)delay));
        ck_assert_int_eq(outermost.frame.result, 5);
        ck_recorded("<><>");
        ck_error(weft_run(&loop, with, &outermost, (weft_time)delay, &fail), &fail);
        ck_recorded("<");
    }
    ck_assert_uint_eq(pool.count, 1);
    end();
}
END_TEST

WEFT_ASYNC(eager, struct eager_tasks *tasks;)
{
    weft_create_eager_task(sleeper, &sleepers[0], 1);
    note("!");
    weft_await(&sleepers[0]);
}
WEFT_ASYNC_END

START_TEST(a_coroutine_with_a_stack_may_be_eager)
{
    static WEFT_TASK(eager) task;
    begin(_i);
    ck_no_error(weft_run(&loop, eager, &task));
    ck_recorded("(!)");
    end();
}
END_TEST

/* A loop that runs on the stack of another loop's task. */
STACKFUL(host, int result;)
{
    weft_virtual clock;
    weft_loop guest;
    WEFT_TASK(sleeper) task = {.task = {.next = NULL}};
    weft_virtual_init(&clock);
    weft_loop_init(&guest, &clock.backend);
    stackful_yield();
    stackful_check(weft_run(&guest, sleeper, &task, 5));
    weft_loop_close(&guest);
    stackful_yield();
    stackful_return_value(task.frame.result);
}

START_TEST(a_loop_may_run_on_a_stack)
{
    static WEFT_TASK(host) task;
    begin(_i);
    weft_loop_create_task(&loop, sleeper, &sleepers[1], 1);
    ck_no_error(weft_run(&loop, host, &task));
    ck_assert_int_eq(task.frame.result, 7);
    ck_recorded("(()"); /* weft_run cancels the other task at its end */
    ck_assert_uint_eq(pool.count, 3);
    end();
}
END_TEST

START_TEST(a_begun_coroutine_is_awaited_once)
{
    static WEFT_TASK(with) task;
    begin(_i);
    ck_no_error(weft_run(&loop, with, &task));
    ck_recorded("<>");
    end();
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("stackful");
    ADD(a_stack_is_used_again);
    tcase_add_test(tests, without_a_pool_a_coroutine_raises_an_error);
    ADD(a_refused_stack_is_an_error);
    ADD(a_task_that_is_cancelled_before_its_first_step_needs_no_stack);
    ADD(the_stacks_of_a_closed_loop_are_reclaimed);
    ADD(the_high_water_mark_is_known);
    ADD(a_stack_that_overflows_ends_the_process_at_the_guard_page);
    tcase_add_test(tests, stacks_may_do_without_guard_pages);
    ADD(a_block_is_left_in_any_way);
    ADD(a_cancelled_coroutine_leaves_its_blocks);
    tcase_add_loop_test(tests, a_block_must_not_be_left_by_a_jump, 0, 6);
    tcase_add_test(tests, an_await_outside_of_a_stackful_coroutine_panics);
    ADD(coroutines_with_and_without_stacks_call_each_other);
    ADD(a_coroutine_with_a_stack_may_be_eager);
    ADD(a_loop_may_run_on_a_stack);
    ADD(a_begun_coroutine_is_awaited_once);
    return run_suite();
}
