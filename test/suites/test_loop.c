/* SPDX-License-Identifier: MIT */
/* The loop: its iterations, its runs and their ends, and its calls of the backend. */
#define _POSIX_C_SOURCE 200809L
#include "core/backend/units.h"
#include "helper.h"
#include "panic.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

/* ---- Coroutines that most tests are made of ---- */

/* Records its letter `times` times, once per step. */
struct runner {
    weft_frame frame;
    char name;
    int times;
    weft_time delay;
};

WEFT_ASYNC_BODY(runner)
{
    while (self->times-- > 0) {
        note_letter(self->name);
        weft_sleep(self->delay);
    }
}
WEFT_ASYNC_END

/* Waits for ever. */
struct hanging {
    weft_frame frame;
    char name;
    weft_future *future;
    weft_exit left;
};

WEFT_ASYNC_BODY(hanging)
{
    weft_try {
        weft_await(self->future);
    }
    weft_finally(&self->left) {
        note_letter(self->name);
    }
    weft_end;
}
WEFT_ASYNC_END

static weft_future never;

static void new_future(void)
{
    weft_loop_create_future(&loop, &never);
}

/* ---- Iterations ---- */

START_TEST(a_task_made_ready_during_an_iteration_runs_in_the_next)
{
    static WEFT_TASK(runner) a, b;
    weft_loop_create_task(&loop, runner, &a, .name = 'a', .times = 2);
    weft_loop_create_task(&loop, runner, &b, .name = 'b', .times = 3);
    static const char *const iterations[] = {"ab", "ab", "b", ""};
    for (int i = 0; i < 4; i++) {
        tick();
        ck_recorded(iterations[i]);
    }
    ck_assert(loop_is_idle());
}
END_TEST

/* Task c is due, but a and b are ready before it. The end of its sleep takes one callback, and c
 * runs a tick later. */
START_TEST(due_timers_come_behind_ready_tasks)
{
    static WEFT_TASK(runner) a, b, c;
    weft_loop_create_task(&loop, runner, &c, .name = 'c', .times = 2, .delay = 5);
    tick();
    weft_loop_create_task(&loop, runner, &a, .name = 'a', .times = 2);
    weft_loop_create_task(&loop, runner, &b, .name = 'b', .times = 2);
    backend.now = clock_at(5);
    ck_recorded("c");
    tick();
    tick();
    ck_recorded("ababc");
    run_dry();
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_sleep */
START_TEST(the_clock_moves_only_when_nothing_is_ready)
{
    static WEFT_TASK(runner) busy, asleep;
    weft_loop_create_task(&loop, runner, &busy, .name = '.', .times = 10);
    weft_loop_create_task(&loop, runner, &asleep, .name = 's', .times = 1, .delay = 7);
    for (int i = 0; i < 11; i++) {
        ck_assert_uint_eq(elapsed(), 0);
        tick();
    }
    run_dry();
    ck_assert_uint_eq(elapsed(), 7);
    ck_recorded(".s.........");
}
END_TEST

/* ---- Runs ---- */

/* The main task ends in the second iteration. The run is notified in the third iteration, which
 * it completes. */
START_TEST(a_run_completes_the_iteration_after_the_end_of_main)
{
    static WEFT_TASK(runner) before, main_task, after;
    weft_loop_create_task(&loop, runner, &before, .name = 'b', .times = 9);
    weft_loop_create_task(&loop, runner, &main_task, .name = 'm', .times = 1);
    weft_loop_create_task(&loop, runner, &after, .name = 'a', .times = 9);
    ck_no_error(weft_run_until_complete(&loop, &main_task));
    ck_recorded("bmababa"); /* b m a; b (m ends) a; b a */
}
END_TEST

struct spawning {
    weft_frame frame;
    weft_exit left;
    WEFT_TASK(hanging) a, b, late;
};

WEFT_ASYNC_BODY(spawning)
{
    weft_create_task(hanging, &self->a, .name = 'a', .future = &never);
    weft_create_task(hanging, &self->b, .name = 'b', .future = self->a.frame.future);
    weft_sleep(0);
    note("m");
    weft_raise(&fail);
}
WEFT_ASYNC_END

START_TEST(weft_run_cancels_the_tasks_left_in_order_and_returns_mains_error)
{
    static WEFT_TASK(spawning) task;
    ck_error(weft_run(&loop, spawning, &task), &fail);
    ck_recorded("mab");
    ck_assert(weft_cancelled(&task.frame.a) && weft_cancelled(&task.frame.b) && loop_is_idle());
}
END_TEST

/* The run of another loop may end with this error, and the task may raise it. */
WEFT_ASYNC(raising_deadlock, WEFT_TASK(hanging) left;)
{
    weft_create_task(hanging, &self->left, .name = 'l', .future = &never);
    weft_sleep(UNITS(1));
    weft_raise(&weft_deadlock_error);
}
WEFT_ASYNC_END

START_TEST(a_task_that_ends_with_a_deadlock_error_of_its_own_is_no_deadlock)
{
    static WEFT_TASK(raising_deadlock) task;
    ck_error(weft_run(&loop, raising_deadlock, &task), &weft_deadlock_error);
    ck_recorded("l");
    ck_assert(weft_done(&task) && weft_cancelled(&task.frame.left) && loop_is_idle());
}
END_TEST

START_TEST(a_coroutine_that_is_known_by_its_code_alone_is_run)
{
    void *const memory = calloc(1, weft_task_size(&spawning_code));
    ck_error(weft_run_code(&loop, &spawning_code, memory), &fail);
    ck_recorded("mab");
    free(memory);
}
END_TEST

struct strict {
    weft_frame frame;
    _Alignas(64) char line[64];
};

WEFT_ASYNC_BODY(strict)
{
    note("s");
}
WEFT_ASYNC_END

/* The frame follows the task's head, at an offset that is not a multiple of 64. */
START_TEST(a_coroutine_whose_frame_is_aligned_too_strictly_for_a_task_panics)
{
    static _Alignas(64) unsigned char memory[1024];
    ck_assert_uint_le(weft_task_size(&strict_code), sizeof(memory));
    EXPECT_PANIC(weft_run_code(&loop, &strict_code, memory), "aligned too strictly for a task");
}
END_TEST

START_TEST(a_run_until_an_ended_task_returns_at_once)
{
    weft_set_error(&never, &fail);
    ck_error(weft_run_until_complete(&loop, &never), &fail);
}
END_TEST

START_TEST(a_run_until_a_task_that_was_never_started_is_refused)
{
    never = (weft_future){.awaitable = {.scope = NULL}};
    ck_error(weft_run_until_complete(&loop, &never), &weft_invalid_state_error);
}
END_TEST

START_TEST(a_program_compiled_with_another_fd_setsize_panics_at_its_own_line)
{
    static weft_select other;
    EXPECT_PANIC(weft_select_init_(&other, sizeof(other) + sizeof(long), "program.c", 7),
                 "FD_SETSIZE");
    ck_assert_str_eq(panic.file, "program.c");
    ck_assert_uint_eq(panic.line, 7);
    EXPECT_PANIC(weft_select_init_(&other, sizeof(other) - sizeof(long), "program.c", 7),
                 "FD_SETSIZE");
    weft_select_init(&other);
    ck_assert(other.backend.now != NULL);
}
END_TEST

/* ---- A shutdown cancels each task as weft_cancel does ---- */

enum { WEB = 400 };

struct web_task;

/* Awaits another task or gathers two, if there are any. Records its cancellation count when it
 * is cancelled. */
struct strand {
    weft_frame frame;
    struct web_task *one, *other;
    WEFT_GATHER(2) gather;
    unsigned count;
    size_t place; /* position in the order of cancellation */
};

typedef struct web_task {
    WEFT_TASK(strand);
} web_task;

static size_t ended;

WEFT_ASYNC_BODY(strand)
{
    weft_try {
        if (!self->one)
            weft_sleep(WEFT_FOREVER);
        else if (!self->other)
            weft_await(self->one);
        else
            weft_gather(&self->gather, self->one, self->other);
    }
    weft_catch(&weft_cancelled_error) {
        self->count = weft_cancelling(weft_current_task());
        self->place = ++ended;
        weft_raise(&weft_cancelled_error);
    }
    weft_end;
}
WEFT_ASYNC_END

/* Each task awaits earlier tasks of `web`, mostly the one before it. The tasks are created in
 * random order, and some are cancelled several times first. */
static void start_web(web_task *web, unsigned seed)
{
    static size_t order[WEB];
    srand(seed);
    ended = 0;
    const int forward = rand() % 3;
    for (size_t i = 0; i < WEB; i++)
        order[i] = forward ? i : WEB - 1 - i;
    for (size_t i = 0; forward == 2 && i < WEB; i++) {
        const size_t j = (size_t)rand() % WEB, swapped = order[i];
        order[i] = order[j], order[j] = swapped;
    }
    struct {
        web_task *one, *other;
    } waits[WEB] = {{NULL, NULL}};
    for (size_t i = 1; i < WEB; i++) {
        waits[i].one = rand() % 50 ? &web[i - 1] : rand() % 2 ? &web[(size_t)rand() % i] : NULL;
        waits[i].other = waits[i].one && !(rand() % 16) ? &web[(size_t)rand() % i] : NULL;
    }
    memset(web, 0, WEB * sizeof(*web));
    for (size_t i = 0; i < WEB; i++)
        weft_loop_create_task(&loop, strand, &web[order[i]], .one = waits[order[i]].one,
                              .other = waits[order[i]].other);
    tick();
    for (size_t i = 0; i < WEB; i++)
        if (!(rand() % 20))
            web[i].task.root.flags |= (uint16_t)((unsigned)rand() % 128 * WEFT_CANCELLING_ONE_);
}

START_TEST(a_shutdown_cancels_each_task_as_weft_cancel_does)
{
    static web_task expected[WEB], web[WEB];
    const unsigned first = (unsigned)time(NULL);
    printf("a_shutdown_cancels_each_task_as_weft_cancel_does: seed %u\n", first);
    for (unsigned seed = first; seed < first + 100; seed++) {
        start_web(expected, seed);
        for (weft_task *task = weft_first_task(&loop); task; task = weft_next_task(task))
            weft_cancel(task);
        run_dry();
        start_web(web, seed);
        ck_no_error(weft_shutdown(&loop));
        for (size_t i = 0; i < WEB; i++) {
            ck_assert(weft_cancelled(&web[i]));
            ck_assert_uint_eq(web[i].frame.place, expected[i].frame.place);
            ck_assert_uint_eq(web[i].frame.count, expected[i].frame.count);
        }
    }
}
END_TEST

START_TEST(a_loop_runs_again_and_again)
{
    static WEFT_TASK(runner) task;
    for (int i = 0; i < 3; i++)
        ck_no_error(weft_run(&loop, runner, &task, .name = 'r', .times = 1, .delay = 2));
    ck_recorded("rrr");
    ck_assert_uint_eq(elapsed(), 6);
}
END_TEST

static void stop(weft_loop *of, weft_handle *handle)
{
    (void)handle;
    weft_stop(of);
}

START_TEST(stop_ends_a_run_after_its_tick_and_the_next_run_goes_on)
{
    static WEFT_TASK(runner) a, b;
    weft_handle handle = {.function = NULL};
    weft_loop_create_task(&loop, runner, &a, .name = 'a', .times = 3);
    weft_call_soon(&loop, &handle, stop);
    weft_loop_create_task(&loop, runner, &b, .name = 'b', .times = 3);
    ck_no_error(weft_run_forever(&loop));
    ck_recorded("ab");
    run_dry();
    ck_recorded("abab");
}
END_TEST

/* ---- A host's loop ---- */

START_TEST(a_host_runs_one_tick_at_a_time_and_gets_the_time_of_the_next)
{
    static WEFT_TASK(runner) a;
    ck_assert_uint_eq(weft_next_run(&loop), WEFT_FOREVER);
    weft_loop_create_task(&loop, runner, &a, .name = 'a', .times = 3, .delay = 7);
    ck_assert_uint_eq(weft_next_run(&loop), 0);
    for (int i = 0; i < 3; i++) {
        ck_no_error(weft_run_once(&loop)); /* runs what is ready */
        ck_recorded("a");
        ck_assert_uint_eq(weft_next_run(&loop), clock_at(7 * (weft_time)(i + 1)));
        ck_no_error(weft_run_once(&loop)); /* before the deadline: nothing to run, no sleep */
        ck_recorded("");
        backend.backend.sleep(&backend.backend, weft_next_run(&loop));
        ck_no_error(weft_run_once(&loop)); /* runs the timer's callback */
        ck_assert_uint_eq(weft_next_run(&loop), 0);
    }
    ck_no_error(weft_run_once(&loop)); /* runs the task to its end */
    ck_assert_uint_eq(weft_next_run(&loop), WEFT_FOREVER);
    ck_assert(weft_done(&a) && loop_is_idle());
}
END_TEST

START_TEST(a_hosts_run_that_was_stopped_before_is_a_tick_as_well)
{
    static WEFT_TASK(runner) a;
    weft_loop_create_task(&loop, runner, &a, .name = 'a', .times = 2);
    weft_stop(&loop);
    ck_no_error(weft_run_once(&loop));
    ck_recorded("a");
    ck_no_error(weft_run_once(&loop));
    ck_recorded("a");
    run_dry();
}
END_TEST

static void run_once_inside(weft_loop *of, weft_handle *handle)
{
    (void)handle;
    note_error(weft_run_once(of));
}

START_TEST(a_host_does_not_run_a_loop_that_runs)
{
    weft_handle handle = {.function = NULL};
    weft_call_soon(&loop, &handle, run_once_inside);
    ck_no_error(weft_run_once(&loop));
    ck_recorded("=invalid state");
}
END_TEST

/* CPython: test_tasks.BaseTaskTests.test_stop_while_run_in_complete */
START_TEST(a_stopped_run_until_complete_is_an_error)
{
    static WEFT_TASK(runner) task;
    weft_loop_create_task(&loop, runner, &task, .name = 'r', .times = 2);
    weft_stop(&loop);
    ck_error(weft_run_until_complete(&loop, &task), &weft_invalid_state_error);
    ck_recorded("r");
    ck_no_error(weft_run_until_complete(&loop, &task)); /* nothing of the first run is left */
    ck_recorded("r");
}
END_TEST

/* CPython: Runner.close() cancels all tasks, also after the error that the loop was stopped. */
START_TEST(a_weft_run_that_is_stopped_cancels_its_task)
{
    static WEFT_TASK(hanging) task;
    weft_stop(&loop);
    ck_error(weft_run(&loop, hanging, &task, .name = 'h', .future = &never),
             &weft_invalid_state_error);
    ck_recorded("h");
    ck_assert(weft_cancelled(&task) && loop_is_idle());
}
END_TEST

START_TEST(an_idle_loop_is_a_deadlock_unless_it_is_stopped_at_once)
{
    ck_error(weft_run_forever(&loop), &weft_deadlock_error);
    ck_error(weft_shutdown(&loop), NULL);
}
END_TEST

enum nesting_way { FOREVER, UNTIL_COMPLETE, RUN, RUNNER_RUN, SHUTDOWN, RUNNER_CLOSE, WAYS };

struct nesting {
    weft_frame frame;
    enum nesting_way way;
    WEFT_TASK(runner) task;
};

static const weft_error *run_inside(struct nesting *self)
{
    switch (self->way) {
    case FOREVER:
        return weft_run_forever(&loop);
    case UNTIL_COMPLETE:
        return weft_run_until_complete(&loop, &never);
    case RUN:
        return weft_run(&loop, runner, &self->task);
    case RUNNER_RUN:
        return weft_runner_run(&loop, runner, &self->task);
    case SHUTDOWN:
        return weft_shutdown(&loop);
    default:
        return weft_runner_close(&loop);
    }
}

WEFT_ASYNC_BODY(nesting)
{
    ck_error(run_inside(self), &weft_invalid_state_error);
    weft_sleep(UNITS(5));
    note("n");
}
WEFT_ASYNC_END

/* RuntimeError: This event loop is already running. No task is cancelled. */
START_TEST(a_run_inside_a_run_is_refused_and_changes_nothing)
{
    static WEFT_TASK(nesting) task;
    static WEFT_TASK(runner) other;
    weft_loop_create_task(&loop, runner, &other, .name = 'o', .times = 2, .delay = 1);
    weft_loop_create_task(&loop, nesting, &task, .way = (enum nesting_way)_i);
    ck_no_error(weft_run_until_complete(&loop, &task));
    ck_recorded("oon");
    ck_assert(weft_done(&other) && !weft_cancelled(&other));
}
END_TEST

/* ---- Deadlock ---- */

START_TEST(a_deadlock_leaves_the_tasks_for_reports)
{
    static WEFT_TASK(hanging) task;
    ck_error(weft_run(&loop, hanging, &task, .name = 'h', .future = &never), &weft_deadlock_error);
    ck_recorded("");
    ck_assert_ptr_eq(weft_first_task(&loop), &task.task);
    IF_TEXTS(ck_assert_ptr_eq(weft_task_waits_for(&task.task).object, &never));
    weft_set_done(&never); /* after an event from outside, the loop goes on */
    ck_no_error(weft_run_until_complete(&loop, &task));
    ck_recorded("h");
}
END_TEST

/* ---- Shutdown, close ---- */

/* What a cancelled task does in its finally block: ends, starts another task, or never ends. */
struct cleaning_up {
    weft_frame frame;
    char action;
    weft_exit left;
    WEFT_TASK(hanging) child;
};

WEFT_ASYNC_BODY(cleaning_up)
{
    weft_try {
        weft_sleep(UNITS(1000));
    }
    weft_finally(&self->left) {
        note_letter(self->action);
        if (self->action == 's')
            weft_sleep(UNITS(10));
        if (self->action == 'c')
            weft_create_task(hanging, &self->child, .name = '!', .future = &never);
        if (self->action == 'h')
            weft_await(&never);
        note_letter(self->action);
    }
    weft_end;
}
WEFT_ASYNC_END

/* CPython: test_runners.RunnerTests.test_run, test_close */
START_TEST(a_runner_keeps_tasks_between_runs_and_cancels_them_at_its_close)
{
    static WEFT_TASK(runner) first, second;
    static WEFT_TASK(hanging) left;
    static weft_future endless;
    weft_loop_create_future(&loop, &endless);
    weft_loop_create_task(&loop, hanging, &left, .name = 'h', .future = &endless);
    ck_no_error(weft_runner_run(&loop, runner, &first, .name = 'a', .times = 1, .delay = 1));
    ck_no_error(weft_runner_run(&loop, runner, &second, .name = 'b', .times = 1, .delay = 1));
    ck_assert(!weft_done(&left));
    ck_no_error(weft_runner_close(&loop));
    ck_assert(weft_cancelled(&left));
    ck_assert_ptr_null(weft_first_task(&loop));
}
END_TEST

START_TEST(a_shutdown_waits_for_the_tasks_that_it_cancels)
{
    static WEFT_TASK(cleaning_up) a, b;
    weft_loop_create_task(&loop, cleaning_up, &a, .action = 's');
    weft_loop_create_task(&loop, cleaning_up, &b, .action = 'e');
    tick();
    ck_no_error(weft_shutdown(&loop));
    ck_recorded("sees");
    ck_assert(weft_cancelled(&a) && weft_cancelled(&b) && loop_is_idle());
    ck_assert_uint_eq(elapsed(), 10);
    ck_no_error(weft_shutdown(&loop));
}
END_TEST

START_TEST(a_shutdown_does_not_wait_for_tasks_created_during_it)
{
    static WEFT_TASK(cleaning_up) task;
    weft_loop_create_task(&loop, cleaning_up, &task, .action = 'c');
    tick();
    ck_no_error(weft_shutdown(&loop));
    ck_recorded("cc");
    ck_assert(weft_cancelled(&task) && !weft_done(&task.frame.child));
    /* The second shutdown cancels the task that was created during the first. */
    ck_no_error(weft_shutdown(&loop));
    ck_assert(weft_cancelled(&task.frame.child));
}
END_TEST

START_TEST(a_shutdown_that_ends_in_a_deadlock_can_be_repeated)
{
    static WEFT_TASK(cleaning_up) task;
    weft_loop_create_task(&loop, cleaning_up, &task, .action = 'h');
    tick();
    ck_error(weft_shutdown(&loop), &weft_deadlock_error);
    ck_recorded("h");
    ck_assert(!weft_done(&task));
    ck_no_error(weft_shutdown(&loop));
    ck_assert(weft_cancelled(&task) && loop_is_idle());
}
END_TEST

START_TEST(a_runners_close_reports_and_forgets_a_task_that_did_not_end)
{
    static WEFT_TASK(cleaning_up) task;
    weft_loop_create_task(&loop, cleaning_up, &task, .action = 'h');
    tick();
    ck_error(weft_runner_close(&loop), &weft_deadlock_error);
    ck_recorded("h");
    ck_assert(weft_cancelled(&task) && loop_is_idle());
}
END_TEST

WEFT_ASYNC(catching, const weft_error *caught;)
{
    weft_try {
        weft_await(&never);
    }
    weft_catch(&weft_cancelled_error, self->caught) {
        weft_sleep(UNITS(3));
        note("caught");
    }
    weft_end;
}
WEFT_ASYNC_END

START_TEST(a_task_that_catches_the_cancellation_of_a_shutdown_ends_with_a_result)
{
    static WEFT_TASK(catching) task;
    weft_loop_create_task(&loop, catching, &task);
    tick();
    ck_no_error(weft_shutdown(&loop));
    ck_recorded("caught");
    ck_assert(weft_done(&task) && !weft_error_of(&task) && loop_is_idle());
}
END_TEST

struct setting {
    weft_frame frame;
};

WEFT_ASYNC_BODY(setting)
{
    weft_set_done(&never);
    weft_sleep(UNITS(5));
    note("s");
}
WEFT_ASYNC_END

/* The task was cancelled but did not end. It ends during a later run, and must not end that run. */
START_TEST(a_task_that_outlived_a_shutdown_does_not_end_a_later_run)
{
    static WEFT_TASK(cleaning_up) outliving;
    static WEFT_TASK(setting) later;
    weft_loop_create_task(&loop, cleaning_up, &outliving, .action = 'h');
    tick();
    ck_error(weft_shutdown(&loop), &weft_deadlock_error);
    ck_no_error(weft_run(&loop, setting, &later));
    ck_recorded("hhs");
    ck_assert(weft_cancelled(&outliving));
}
END_TEST

START_TEST(close_forgets_tasks_that_have_not_ended_and_frees_their_memory)
{
    static WEFT_TASK(cleaning_up) asleep, ready;
    static WEFT_TASK(hanging) hanging;
    weft_loop_create_task(&loop, cleaning_up, &asleep, .action = 'e');
    weft_loop_create_task(&loop, hanging, &hanging, .name = 'h', .future = &never);
    tick();
    weft_loop_create_task(&loop, cleaning_up, &ready, .action = 'e');
    weft_loop_close(&loop);
    ck_recorded("");
    ck_assert(loop_is_idle() && weft_cancelled(&asleep) && weft_cancelled(&ready));
    new_future();
    weft_loop_create_task(&loop, hanging, &hanging, .name = 'h', .future = &never);
    weft_loop_create_task(&loop, cleaning_up, &asleep, .action = 'e');
    tick();
    ck_no_error(weft_shutdown(&loop));
    ck_recorded("hee");
}
END_TEST

START_TEST(two_loops_are_independent_of_each_other)
{
    static WEFT_TASK(runner) a, b;
    weft_loop second;
    weft_virtual second_backend;
    weft_virtual_init(&second_backend);
    weft_loop_init(&second, &second_backend.backend);
    weft_loop_create_task(&loop, runner, &a, .name = 'a', .times = 2, .delay = 10);
    weft_loop_create_task(&second, runner, &b, .name = 'b', .times = 2, .delay = 3);
    ck_error(weft_run_forever(&second), &weft_deadlock_error);
    ck_recorded("bb");
    run_dry();
    ck_recorded("aa");
    ck_assert(elapsed() == 20 && second_backend.now == 6);
}
END_TEST

/* ---- Backends ---- */

START_TEST(a_century_of_sleep_is_over_at_once_on_the_virtual_clock)
{
    static WEFT_TASK(runner) task;
    const weft_time century = SECONDS_AT_MOST(36525 * 24LL * 60 * 60);
    ck_no_error(weft_run(&loop, runner, &task, .name = 'c', .times = 1, .delay = century));
    ck_assert_uint_eq(elapsed(), century);
}
END_TEST

/* Counts its calls. Its clock is coarse: it shows multiples of `step`, rounded down. */
struct counting {
    weft_backend backend;
    weft_time time, step;
    int looks, sleeps;
};

static weft_time counting_now(weft_backend *of)
{
    struct counting *const counting = (struct counting *)of;
    counting->looks++;
    return counting->time - counting->time % counting->step;
}

/* Sleeps half of the way, and a little more. A deadline on the coarse clock is also a deadline
 * in real time. */
static void counting_sleep(weft_backend *of, weft_time until)
{
    struct counting *const counting = (struct counting *)of;
    counting->sleeps++;
    if (until > counting->time)
        counting->time += (until - counting->time) / 2 + 1;
    else
        counting->time += 1;
}

static struct counting counting;

static void new_counting_backend(weft_time step)
{
    counting = (struct counting){
        .backend = {.now = counting_now, .sleep = counting_sleep, .resolution = step - 1},
        .time = 3,
        .step = step};
    weft_loop_init(&loop, &counting.backend);
}

START_TEST(a_loop_without_timers_never_asks_its_backend)
{
    static WEFT_TASK(runner) a, b;
    new_counting_backend(1);
    weft_loop_create_task(&loop, runner, &a, .name = 'a', .times = 100);
    weft_loop_create_task(&loop, runner, &b, .name = 'b', .times = 100);
    run_dry();
    ck_assert(counting.looks == 0 && counting.sleeps == 0);
}
END_TEST

START_TEST(a_loop_does_not_sleep_while_anything_is_ready_and_reads_the_clock_once_an_iteration)
{
    static WEFT_TASK(runner) asleep, busy;
    new_counting_backend(1);
    weft_loop_create_task(&loop, runner, &asleep, .name = 's', .times = 1, .delay = 1000);
    weft_loop_create_task(&loop, runner, &busy, .name = 'b', .times = 100);
    tick();
    counting.looks = 0;
    for (int i = 0; i < 99; i++)
        tick();
    ck_assert_int_eq(counting.sleeps, 0);
    ck_assert_int_le(counting.looks, 99);
}
END_TEST

START_TEST(a_backend_that_wakes_too_soon_is_asked_again)
{
    static WEFT_TASK(runner) task;
    new_counting_backend(1);
    ck_no_error(weft_run(&loop, runner, &task, .name = 'r', .times = 1, .delay = 1000));
    ck_assert_uint_ge(counting.time, 3 + 1000);
    ck_assert_int_gt(counting.sleeps, 2);
}
END_TEST

/* gh-127859: asyncio is one tick early here. */
START_TEST(nothing_is_early_on_a_clock_with_coarse_ticks)
{
    static WEFT_TASK(runner) task;
    for (weft_time delay = 1; delay < 35; delay++) {
        for (weft_time start = 0; start < 10; start++) {
            new_counting_backend(10);
            counting.time = 1000 + start;
            weft_run(&loop, runner, &task, .name = '.', .times = 1, .delay = delay);
            ck_assert_uint_ge(counting.time, 1000 + start + delay);
        }
    }
}
END_TEST

static weft_time real_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return weft_units_of_(now.tv_sec, now.tv_nsec);
}

static void sleep_for_real(weft_time delay)
{
    static WEFT_TASK(runner) task;
    weft_select select_backend;
    weft_select_init(&select_backend);
    weft_loop_init(&loop, &select_backend.backend);
    const weft_time start = real_time();
    ck_no_error(weft_run(&loop, runner, &task, .name = '.', .times = 1, .delay = delay));
    ck_assert_uint_ge(weft_wrap_(real_time() - start), delay);
}

START_TEST(nothing_is_early_with_select)
{
    for (weft_time delay = 1; delay < WEFT_MS(3); delay = delay * 3 / 2 + 1)
        sleep_for_real(delay);
}
END_TEST

static volatile sig_atomic_t alarms;

static void count_alarm(int signal)
{
    (void)signal;
    alarms++;
}

START_TEST(a_signal_ends_no_sleep_early)
{
    struct sigaction action = {.sa_handler = count_alarm}, before;
    const struct itimerval often = {{0, 500}, {0, 500}}, off = {{0, 0}, {0, 0}};
    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &often, NULL);
    sleep_for_real(WEFT_MS(4));
    setitimer(ITIMER_REAL, &off, NULL);
    signal(SIGALRM, SIG_IGN); /* drops a pending signal, which must not reach Check's handler */
    sigaction(SIGALRM, &before, NULL);
    ck_assert_int_gt(alarms, 0);
}
END_TEST

/* uvloop, MicroPython: a sleep beyond the system's range overflows there, and ends at once. */
START_TEST(a_sleep_beyond_selects_range_is_waited_for)
{
    static WEFT_TASK(runner) far[3], near;
    weft_select select_backend;
    weft_select_init(&select_backend);
    weft_loop_init(&loop, &select_backend.backend);
    static const weft_time delays[] = {SECONDS_AT_MOST(365 * 24 * 3600), WEFT_FOREVER,
                                       WEFT_FOREVER / 2};
    for (int i = 0; i < 3; i++)
        weft_loop_create_task(&loop, runner, &far[i], .name = 'f', .times = 2, .delay = delays[i]);
    weft_loop_create_task(&loop, runner, &near, .name = 'n', .times = 2, .delay = WEFT_MS(1));
    ck_no_error(weft_run_until_complete(&loop, &near));
    ck_recorded("fffnn");
    ck_no_error(weft_shutdown(&loop));
}
END_TEST

START_TEST(a_sleep_until_a_time_that_has_passed_does_not_wait)
{
    weft_select select_backend;
    weft_select_init(&select_backend);
    const weft_time now = select_backend.backend.now(&select_backend.backend);
    select_backend.backend.sleep(&select_backend.backend, _i ? now : 0);
    ck_assert(weft_has_passed(now, select_backend.backend.now(&select_backend.backend)));
}
END_TEST

int main(void)
{
    TCase *const tests = begin_suite("loop");
    tcase_add_checked_fixture(tests, new_future, NULL);
    tcase_add_test(tests, a_task_made_ready_during_an_iteration_runs_in_the_next);
    tcase_add_test(tests, due_timers_come_behind_ready_tasks);
    tcase_add_test(tests, the_clock_moves_only_when_nothing_is_ready);
    tcase_add_test(tests, a_run_completes_the_iteration_after_the_end_of_main);
    tcase_add_test(tests, weft_run_cancels_the_tasks_left_in_order_and_returns_mains_error);
    tcase_add_test(tests, a_task_that_ends_with_a_deadlock_error_of_its_own_is_no_deadlock);
    tcase_add_test(tests, a_coroutine_that_is_known_by_its_code_alone_is_run);
    tcase_add_test(tests, a_coroutine_whose_frame_is_aligned_too_strictly_for_a_task_panics);
    tcase_add_test(tests, a_run_until_an_ended_task_returns_at_once);
    tcase_add_test(tests, a_run_until_a_task_that_was_never_started_is_refused);
    tcase_add_test(tests, a_program_compiled_with_another_fd_setsize_panics_at_its_own_line);
    tcase_add_test(tests, a_shutdown_cancels_each_task_as_weft_cancel_does);
    tcase_add_test(tests, a_loop_runs_again_and_again);
    tcase_add_test(tests, stop_ends_a_run_after_its_tick_and_the_next_run_goes_on);
    tcase_add_test(tests, a_host_runs_one_tick_at_a_time_and_gets_the_time_of_the_next);
    tcase_add_test(tests, a_hosts_run_that_was_stopped_before_is_a_tick_as_well);
    tcase_add_test(tests, a_host_does_not_run_a_loop_that_runs);
    tcase_add_test(tests, a_stopped_run_until_complete_is_an_error);
    tcase_add_test(tests, a_weft_run_that_is_stopped_cancels_its_task);
    tcase_add_test(tests, an_idle_loop_is_a_deadlock_unless_it_is_stopped_at_once);
    tcase_add_loop_test(tests, a_run_inside_a_run_is_refused_and_changes_nothing, 0, WAYS);
    tcase_add_test(tests, a_deadlock_leaves_the_tasks_for_reports);
    tcase_add_test(tests, a_shutdown_waits_for_the_tasks_that_it_cancels);
    tcase_add_test(tests, a_shutdown_does_not_wait_for_tasks_created_during_it);
    tcase_add_test(tests, a_shutdown_that_ends_in_a_deadlock_can_be_repeated);
    tcase_add_test(tests, a_runners_close_reports_and_forgets_a_task_that_did_not_end);
    tcase_add_test(tests, a_task_that_catches_the_cancellation_of_a_shutdown_ends_with_a_result);
    tcase_add_test(tests, a_task_that_outlived_a_shutdown_does_not_end_a_later_run);
    tcase_add_test(tests, close_forgets_tasks_that_have_not_ended_and_frees_their_memory);
    tcase_add_test(tests, two_loops_are_independent_of_each_other);
    ADD_TEST_IF(WEFT_TIME_BITS == 64, tests,
                a_century_of_sleep_is_over_at_once_on_the_virtual_clock);
    tcase_add_test(tests, a_loop_without_timers_never_asks_its_backend);
    tcase_add_test(
        tests, a_loop_does_not_sleep_while_anything_is_ready_and_reads_the_clock_once_an_iteration);
    tcase_add_test(tests, a_backend_that_wakes_too_soon_is_asked_again);
    tcase_add_test(tests, nothing_is_early_on_a_clock_with_coarse_ticks);
    tcase_add_test(tests, nothing_is_early_with_select);
    tcase_add_test(tests, a_signal_ends_no_sleep_early);
    tcase_add_test(tests, a_sleep_beyond_selects_range_is_waited_for);
    tcase_add_loop_test(tests, a_sleep_until_a_time_that_has_passed_does_not_wait, 0, 2);
    tcase_add_test(tests, a_runner_keeps_tasks_between_runs_and_cancels_them_at_its_close);
    return run_suite();
}
